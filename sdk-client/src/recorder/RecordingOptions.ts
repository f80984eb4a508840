import type { CaptureGrid, StateSchema, TierBits } from '@sgaps/protocol';
import { assertCaptureGrid, LIMITS, SgapsError } from '@sgaps/protocol/vocabulary';
import type { ConnectionOptions, RecordJoin } from '../connection/Connection.js';
import type { KeepOptions } from '../connection/KeepingConnection.js';
import type { RecorderConnection } from '../connection/RecorderConnection.js';
import type { CourierWelcome } from '../courier/CourierPort.js';
import type { RecorderDiagnostic } from './RecorderOptions.js';

/**
 * A number of the game that is recorded with every frame.
 *
 * @example
 * ```ts
 * const health: RecordedValue = { type: 'int', read: () => player.health };
 * ```
 */
export interface RecordedValue {
  readonly type: 'int' | 'float';
  /** Precision of a float. Default 1/256. */
  readonly step?: number;
  readonly read: () => number;
}

/**
 * A connection together with what the server said at join.
 *
 * @example
 * ```ts
 * const connect: RecordingOptions['connect'] = async (join) => myTransport(join);
 * ```
 */
export interface OpenConnection extends RecorderConnection {
  readonly welcome: CourierWelcome;
}

/**
 * A rectangle of the screen as fractions of the canvas, from the top left: it holds whatever the canvas's size.
 *
 * @example
 * ```ts
 * const chat: ScreenRect = { x: 0, y: 0.8, width: 0.3, height: 0.2 };
 * ```
 */
export interface ScreenRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Options of a recording, the same for every engine.
 *
 * @example
 * ```ts
 * const options: RecordingOptions = { endpoint: 'ws://localhost:2567', game: 'platformer', quality: 'low' };
 * ```
 */
export interface RecordingOptions {
  /** Address of the SGAPS server. Needed unless `connect` is given. */
  readonly endpoint?: string;
  /** Name of the game in lists. Default: the page's title, or the engine's name. */
  readonly game?: string;
  /** Preset: what recording may cost; see `PRESETS`. Default medium. */
  readonly quality?: 'low' | 'medium' | 'high';
  /** Frames sampled per second, instead of the preset's. 1 … 240. */
  readonly fps?: number;
  /** Frames read back and sent together, instead of the preset's. 1 … 16. */
  readonly batch?: number;
  /** Mean main-thread microseconds per displayed frame that recording may cost before it does less, instead of the preset's; `Infinity` for no bound. */
  readonly micros?: number;
  /** Capture grid. Default: the canvas's aspect at about 57,600 pixels (320×180). */
  readonly grid?: CaptureGrid;
  /** JWT with the record scope. */
  readonly token?: string;
  /** Kept with the recording: at most 31 texts of 512 characters. */
  readonly meta?: Readonly<Record<string, string>>;
  /** Bits per channel to ask the server for (S15); what it answers counts. */
  readonly tierBits?: TierBits;
  /** Offers depth beside colour, where the engine's plugin can give it. Default false. */
  readonly depth?: boolean;
  /** Numbers recorded with every frame. */
  readonly values?: Readonly<Record<string, RecordedValue>>;
  /** Records as soon as the game runs. Default true; otherwise call `record()`. */
  readonly autoStart?: boolean;
  /** Asked before anything is opened or sampled; only `true` starts the recording. */
  readonly consent?: () => boolean | Promise<boolean>;
  /**
   * Keeps the last minutes in memory, of pixels chosen blindly, and sends nothing to anybody until `keep()` is called: then what
   * was kept becomes the beginning of a recording. Default: records from the start.
   */
  readonly keep?: KeepOptions;
  /** What nobody may see: parts of the screen that never leave the machine. Masks of game objects: the plugin's `mask`. */
  readonly masks?: readonly ScreenRect[];
  /** Milliseconds a lost server is looked for before recording ends. Default 60,000; 0 ends it at once. */
  readonly goneAfter?: number;
  /** Codes and sends in a worker (default, where the page allows one), on this thread (`false`), or in a worker of your making. */
  readonly worker?: boolean | (() => Worker);
  /** Milliseconds. Default `performance.now`. */
  readonly clock?: () => number;
  /** Told of everything that goes wrong, once per kind. Default: `console.warn`. */
  readonly onDiagnostic?: (diagnostic: RecorderDiagnostic) => void;
  /** Debugging and benches only; see `RecorderOptions.onTruth`. */
  readonly onTruth?: (frameId: number, clientTime: number, rgb: Uint8Array<ArrayBuffer>) => void;
  /** Another transport than Colyseus; works on this thread. */
  readonly connect?: (join: RecordJoin) => Promise<OpenConnection>;
}

/** A rectangle that reaches further than so many screens is not in fractions. */
const MOST_SCREENS = 2;
const MOST_META = 31;

/**
 * What the presets stand for: frames sampled per second, frames per batch, mean µs of main thread per displayed frame.
 *
 * @example
 * ```ts
 * const { fps } = PRESETS.low; // 15
 * ```
 */
export const PRESETS = {
  low: { fps: 15, batch: 4, micros: 20 },
  medium: { fps: 30, batch: 4, micros: 100 },
  high: { fps: 60, batch: 8, micros: 250 },
} as const;

/** Options with defaults filled in. */
export interface CheckedOptions extends RecordingOptions {
  readonly game: string;
  readonly fps: number;
  readonly batch: number;
  readonly micros: number;
  readonly schema: StateSchema;
}

/** Checks options; throws `ARGUMENT_INVALID` or `LIMIT_EXCEEDED` saying which is wrong and what would be right. */
export function checkOptions(options: RecordingOptions | undefined | null, engine: string): CheckedOptions {
  const given = options ?? {};
  if (!given.connect && (typeof given.endpoint !== 'string' || !/^(wss?|https?):\/\//.test(given.endpoint))) {
    throw invalid('endpoint', given.endpoint, "an address such as 'ws://localhost:2567'");
  }
  const preset = PRESETS[given.quality ?? 'medium'];
  if (!preset) throw invalid('quality', given.quality, "'low', 'medium' or 'high'");
  const fps = given.fps ?? preset.fps;
  if (!(fps >= 1 && fps <= LIMITS.fps)) throw invalid('fps', fps, `a number from 1 to ${LIMITS.fps}`);
  const batch = given.batch ?? preset.batch;
  if (!Number.isInteger(batch) || batch < 1 || batch > LIMITS.framesPerPacket) {
    throw invalid('batch', batch, `a whole number from 1 to ${LIMITS.framesPerPacket}`);
  }
  const micros = given.micros ?? preset.micros;
  if (!(micros > 0)) throw invalid('micros', micros, 'a number above 0');
  if (given.goneAfter !== undefined && !(given.goneAfter >= 0)) throw invalid('goneAfter', given.goneAfter, 'a number from 0');
  if (given.grid) assertCaptureGrid(given.grid);
  if (given.tierBits?.length !== undefined && !areTierBits(given.tierBits)) {
    throw invalid('tierBits', given.tierBits, 'four whole numbers from 3 to 8');
  }
  const { keep } = given;
  if (keep && !(keep.seconds >= 5 && keep.seconds <= 1800))
    throw invalid('keep.seconds', keep.seconds, 'a number from 5 to 1800');
  if (keep?.after !== undefined && !(keep.after > 0)) throw invalid('keep.after', keep.after, 'a number above 0');
  if (keep?.bytes !== undefined && !(keep.bytes >= 65_536)) throw invalid('keep.bytes', keep.bytes, 'a number of at least 65536');
  for (const rect of given.masks ?? []) assertScreenRect('masks', rect);
  if (keep && given.connect) throw invalid('keep', 'given together with connect', "left out: `keep` needs SGAPS' own connection");
  const entries = Object.keys(given.meta ?? {}).length;
  // One more is needed to name the recording before, after a restart of the server.
  if (entries > MOST_META) throw SgapsError.limit('entries of meta', entries, MOST_META);
  const values = Object.entries(given.values ?? {});
  if (values.length > LIMITS.values) throw SgapsError.limit('number of values', values.length, LIMITS.values);
  const schema = {
    values: values.map(([name, { type, step, read }]) => {
      if ((type !== 'int' && type !== 'float') || typeof read !== 'function') {
        throw invalid(`values.${name}`, type, "{ type: 'int' or 'float', read: () => number }");
      }
      return step === undefined ? { name, type } : { name, type, step };
    }),
  };
  const title = typeof document === 'undefined' ? '' : document.title;
  const game = (given.game ?? (title || engine)).slice(0, LIMITS.nameLength);
  return { ...given, game, fps, batch, micros, schema };
}

/** What `Connection.open` needs, but for the address. */
export function joinOf(options: CheckedOptions, grid: CaptureGrid, engine: string): ConnectionOptions['join'] {
  const { game, fps, schema, meta, tierBits, depth } = options;
  return { game, grid, fps, schema, engine, meta, tierBits, ...(depth ? { depth } : {}) };
}

function areTierBits(bits: TierBits): boolean {
  return bits.length === 4 && bits.every((value) => Number.isInteger(value) && value >= 3 && value <= 8);
}

/** Throws `ARGUMENT_INVALID` for what is no part of a screen: pixels instead of fractions would hide nothing, silently. */
export function assertScreenRect(name: string, rect: ScreenRect): void {
  if (isScreenRect(rect)) return;
  throw invalid(name, JSON.stringify(rect), '{ x, y, width, height } as fractions of the canvas, 0 … 1');
}

/** A rectangle in fractions of the screen, of some size. */
export function isScreenRect(rect: ScreenRect): boolean {
  const numbers = [rect?.x, rect?.y, rect?.width, rect?.height];
  const fractions = numbers.every((value) => typeof value === 'number' && Math.abs(value) <= MOST_SCREENS);
  return fractions && rect.width > 0 && rect.height > 0;
}

function invalid(name: string, value: unknown, wanted: string): SgapsError {
  return new SgapsError('ARGUMENT_INVALID', `SGAPS option ${name} is ${String(value)}; it must be ${wanted}.`);
}
