import { assertCaptureGrid, assertStateSchema, type CaptureGrid, LIMITS, SgapsError, type StateSchema, type StateValueField } from '@sgaps/protocol';

/** Protocol version this server speaks. */
export const PROTOCOL_VERSION = 1;

/**
 * Checked options of a client that records.
 *
 * @example
 * ```ts
 * const options: RecordOptions = parseRecordOptions(untrusted);
 * ```
 */
export interface RecordOptions {
  readonly game: string;
  readonly engine: string;
  readonly grid: CaptureGrid;
  /** Frames per second the client means to sample. */
  readonly fps: number;
  readonly schema: StateSchema;
  readonly meta: Record<string, string>;
}

/** Entries of `meta`, characters of a key and of a value. */
const META = { entries: 32, key: 64, value: 512 } as const;

/**
 * Checks what a client that wants to record sent at join. Throws `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` or
 * `VERSION_UNSUPPORTED`, saying which field.
 *
 * @example
 * ```ts
 * parseRecordOptions({ role: 'record', protocol: 1, game: 'coins', grid: { width: 320, height: 180 }, fps: 30, schema: { values: [] }, engine: 'phaser' });
 * ```
 */
export function parseRecordOptions(raw: unknown): RecordOptions {
  const options = record(raw, 'join options');
  if (options.role !== 'record') throw invalid('role', "'record' to open a room");
  if (options.protocol !== PROTOCOL_VERSION) {
    throw new SgapsError('VERSION_UNSUPPORTED', `Protocol ${String(options.protocol)} is not spoken here, ${PROTOCOL_VERSION} is.`);
  }
  const rawGrid = record(options.grid, 'grid');
  const grid = { width: number(rawGrid.width, 'grid.width'), height: number(rawGrid.height, 'grid.height') };
  assertCaptureGrid(grid);
  const fps = number(options.fps, 'fps');
  if (fps <= 0) throw invalid('fps', 'a positive number');
  if (fps > LIMITS.fps) throw SgapsError.limit('fps', fps, LIMITS.fps);
  return {
    game: text(options.game, 'game', LIMITS.nameLength),
    engine: text(options.engine ?? 'unknown', 'engine', LIMITS.nameLength),
    grid,
    fps,
    schema: schema(options.schema),
    meta: meta(options.meta),
  };
}

function schema(raw: unknown): StateSchema {
  const { values } = record(raw, 'schema');
  if (!Array.isArray(values)) throw invalid('schema.values', 'a list');
  if (values.length > LIMITS.values) throw SgapsError.limit('schema.values', values.length, LIMITS.values);
  const result = { values: values.map((field: unknown, i) => stateField(field, `schema.values[${i}]`)) };
  assertStateSchema(result);
  return result;
}

function stateField(raw: unknown, where: string): StateValueField {
  const field = record(raw, where);
  if (field.type !== 'int' && field.type !== 'float') throw invalid(`${where}.type`, "'int' or 'float'");
  const name = text(field.name, `${where}.name`, LIMITS.nameLength);
  if (field.step === undefined || field.step === null) return { name, type: field.type };
  const step = number(field.step, `${where}.step`);
  if (!(step > 0)) throw invalid(`${where}.step`, 'a positive number');
  return { name, type: field.type, step };
}

function meta(raw: unknown): Record<string, string> {
  if (raw === undefined || raw === null) return {};
  const entries = Object.entries(record(raw, 'meta'));
  if (entries.length > META.entries) throw SgapsError.limit('meta entries', entries.length, META.entries);
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (key.length > META.key) throw SgapsError.limit('length of a meta key', key.length, META.key);
      return [key, text(value, `meta.${key}`, META.value, 0)];
    }),
  );
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(where, 'an object');
  return value as Record<string, unknown>;
}

function number(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(where, 'a finite number');
  return value;
}

function text(value: unknown, where: string, most: number, least = 1): string {
  if (typeof value !== 'string' || value.length < least) throw invalid(where, 'a text');
  if (value.length > most) throw SgapsError.limit(`length of ${where}`, value.length, most);
  return value;
}

function invalid(where: string, wanted: string): SgapsError {
  return new SgapsError('ARGUMENT_INVALID', `${where} must be ${wanted}.`);
}
