import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { TierBits } from '../pixels/PixelModel.js';
import { assertCaptureGrid, type CaptureGrid } from '../samples/CaptureGrid.js';
import type { StateSchema, StateValueField } from '../state/FrameState.js';
import { assertStateSchema } from '../state/QuantisedState.js';
import { invalid, listAt, numberAt, objectAt, textAt } from './fields.js';
import { PROTOCOL_VERSION } from './MessageType.js';
import type {
  ErrorMessage,
  GameEventMessage,
  NumbersMessage,
  RecordJoinOptions,
  WatchJoinOptions,
  WelcomeMessage,
} from './messages.js';
import { saidBytes } from './saidBytes.js';

/** Entries of `meta`, characters of a key and of a value. */
const META = { entries: 32, key: 64, value: 512 } as const;
/** Entries of a numbers message, characters of a key. */
const NUMBERS = { entries: 64, key: 32 } as const;
const ERROR_TEXT = 1024;
const MILLISECONDS = 2 ** 42;

/**
 * Checks what a client sent at join; unknown fields are dropped.
 *
 * @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED`, `VERSION_UNSUPPORTED`, saying which field
 * @example
 * ```ts
 * const options = parseJoinOptions(untrusted);
 * if (options.role === 'record') open(options.game);
 * ```
 */
export function parseJoinOptions(raw: unknown): RecordJoinOptions | WatchJoinOptions {
  const options = objectAt(raw, 'join options');
  if (options.role === 'watch') return { role: 'watch' };
  if (options.role !== 'record') throw invalid('role', "'record' or 'watch'");
  if (options.protocol !== PROTOCOL_VERSION) {
    throw new SgapsError(
      'VERSION_UNSUPPORTED',
      `Protocol ${typeof options.protocol === 'number' ? options.protocol : 'unknown'} is not spoken here, ${PROTOCOL_VERSION} is.`,
    );
  }
  return {
    role: 'record',
    protocol: PROTOCOL_VERSION,
    game: textAt(options.game, 'game', LIMITS.nameLength),
    grid: parseGrid(options.grid),
    fps: parseFps(options.fps),
    schema: parseStateSchema(options.schema),
    engine: textAt(options.engine ?? 'unknown', 'engine', LIMITS.nameLength),
    meta: parseMeta(options.meta ?? {}),
    ...parseDepth(options.depth),
    ...(options.tierBits === undefined ? {} : { tierBits: parseTierBits(options.tierBits) }),
    ...(options.keptMs === undefined ? {} : { keptMs: numberAt(options.keptMs, 'keptMs', 0, LIMITS.keptMs) }),
  };
}

/**
 * Checks a server's welcome; fields this version does not know are dropped.
 *
 * @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * room.onMessage('welcome', (body) => start(parseWelcome(body)));
 * ```
 */
export function parseWelcome(raw: unknown): WelcomeMessage {
  const welcome = objectAt(raw, 'welcome');
  return {
    recordingId: textAt(welcome.recordingId, 'recordingId', LIMITS.nameLength),
    grid: parseGrid(welcome.grid),
    tierBits: parseTierBits(welcome.tierBits),
    fps: parseFps(welcome.fps),
    schema: parseStateSchema(welcome.schema),
    ...parseDepth(welcome.depth),
    ...parseDigest(welcome.digest),
  };
}

/**
 * Checks an error message.
 *
 * @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * const { code, message, reset } = parseErrorMessage(body);
 * ```
 */
export function parseErrorMessage(raw: unknown): ErrorMessage {
  const error = objectAt(raw, 'error');
  return {
    code: textAt(error.code, 'code', LIMITS.nameLength),
    message: textAt(error.message, 'message', ERROR_TEXT, 0),
    reset: error.reset === true,
    ...(typeof error.digest === 'boolean' ? { digest: error.digest } : {}),
  };
}

/**
 * Checks a game event, its data as JSON.
 *
 * @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * const { name, data, time } = parseGameEvent(body);
 * ```
 */
export function parseGameEvent(raw: unknown): GameEventMessage {
  const event = objectAt(raw, 'event');
  const name = textAt(event.name, 'name', LIMITS.nameLength);
  const time = numberAt(event.time, 'time', 0, MILLISECONDS);
  if (saidBytes(event.data, LIMITS.eventBytes) > LIMITS.eventBytes)
    throw new SgapsError(
      'LIMIT_EXCEEDED',
      `An event's data are more than ${LIMITS.eventBytes} bytes of JSON, or go round in circles.`,
    );
  let json: string;
  try {
    json = JSON.stringify(event.data ?? null) ?? 'null';
  } catch (cause) {
    throw new SgapsError('ARGUMENT_INVALID', 'data must be something JSON can say.', { cause });
  }
  // A UTF-16 unit is at most 3 bytes of UTF-8; only long texts need the exact count.
  const bytes = json.length * 3 > LIMITS.eventBytes ? utf8Length(json) : json.length;
  if (bytes > LIMITS.eventBytes) throw SgapsError.limit('event bytes', bytes, LIMITS.eventBytes);
  return { name, data: JSON.parse(json) as unknown, time };
}

/**
 * Checks flat figures; entries that are not finite numbers are left out.
 *
 * @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * const stats = parseNumbers(body);
 * ```
 */
export function parseNumbers(raw: unknown): NumbersMessage {
  const entries = Object.entries(objectAt(raw, 'figures'));
  if (entries.length > NUMBERS.entries) throw SgapsError.limit('figures', entries.length, NUMBERS.entries);
  const kept = entries.filter(([key, value]) => key.length <= NUMBERS.key && typeof value === 'number' && Number.isFinite(value));
  return Object.fromEntries(kept) as NumbersMessage;
}

/**
 * Checks a state schema; unknown fields are dropped.
 *
 * @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * const schema = parseStateSchema({ values: [{ name: 'health', type: 'int' }] });
 * ```
 */
export function parseStateSchema(raw: unknown): StateSchema {
  const values = listAt(objectAt(raw, 'schema').values, 'schema.values', LIMITS.values).map((value, i): StateValueField => {
    const where = `schema.values[${i}]`;
    const { name, type, step } = objectAt(value, where);
    if (type !== 'int' && type !== 'float') throw invalid(`${where}.type`, "'int' or 'float'");
    const field = { name: textAt(name, `${where}.name`, LIMITS.nameLength), type } as const;
    return step === undefined || step === null ? field : { ...field, step: numberAt(step, `${where}.step`, 1e-9, 1e9) };
  });
  const schema = { values };
  assertStateSchema(schema);
  return schema;
}

function parseGrid(raw: unknown): CaptureGrid {
  const { width, height } = objectAt(raw, 'grid');
  const grid = {
    width: numberAt(width, 'grid.width', LIMITS.gridMin, LIMITS.gridWidth),
    height: numberAt(height, 'grid.height', LIMITS.gridMin, LIMITS.gridHeight),
  };
  assertCaptureGrid(grid);
  return grid;
}

function parseFps(raw: unknown): number {
  return numberAt(raw, 'fps', 1 / 3600, LIMITS.fps);
}

/** Nothing where there is no depth, so that what is passed on stays as it was. */
function parseDepth(raw: unknown): { depth?: true } {
  if (raw === undefined || raw === null || raw === false) return {};
  if (raw !== true) throw invalid('depth', 'true or false');
  return { depth: true };
}

/** As `parseDepth`. */
function parseDigest(raw: unknown): { digest?: true } {
  if (raw === undefined || raw === null || raw === false) return {};
  if (raw !== true) throw invalid('digest', 'true or false');
  return { digest: true };
}

function parseMeta(raw: unknown): Record<string, string> {
  const entries = Object.entries(objectAt(raw, 'meta'));
  if (entries.length > META.entries) throw SgapsError.limit('meta entries', entries.length, META.entries);
  const meta = entries.map(
    ([key, value]) =>
      [textAt(key, 'meta key', META.key), textAt(value, `meta.${key.slice(0, META.key)}`, META.value, 0)] as const,
  );
  return Object.fromEntries(meta);
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function parseTierBits(raw: unknown): TierBits {
  const tierBits = listAt(raw, 'tierBits', 4).map((bits, tier) => numberAt(bits, `tierBits[${tier}]`, 3, 8));
  if (tierBits.length !== 4 || !tierBits.every(Number.isInteger)) throw invalid('tierBits', 'four integers');
  return tierBits as unknown as TierBits;
}
