import { Packr } from 'msgpackr';
import { crc32c } from '../bytes/crc32c.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { assertCaptureGrid, type CaptureGrid } from '../samples/CaptureGrid.js';
import type { StateSchema, StateValueField } from '../state/FrameState.js';
import { unpackBounded } from './boundedMsgpack.js';
import { type ByteSource, RECORDING } from './types.js';

/**
 * What an archive says of how it was made: its pictures are coded anew, and what they were rebuilt from is gone.
 *
 * @example
 * ```ts
 * const archive: ArchiveInfo = { modelId: 'hst-mae-tiny@1', from: 52_000_000, madeAt: Date.now() };
 * ```
 */
export interface ArchiveInfo {
  /** Name and version of the model that decodes it; '' where none is needed. */
  readonly modelId: string;
  /** Bytes of the recording that it was made from. */
  readonly from: number;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
}

/**
 * What a recording says about itself once, at its start.
 *
 * @example
 * ```ts
 * const header: RecordingHeader = {
 *   recordingId: 'a1', game: 'platformer', grid: { width: 320, height: 180 }, fps: 30, schema: { values: [] },
 *   tierBits: [8, 5, 3, 3], protocolVersion: 1, modelId: 'diffusion@1', engine: 'phaser', startedAt: Date.now(), meta: {},
 * };
 * ```
 */
export interface RecordingHeader {
  /** `/^[A-Za-z0-9_-]{1,64}$/`: safe as a file name. */
  readonly recordingId: string;
  readonly game: string;
  readonly grid: CaptureGrid;
  /** Sampled frames per second, above 0, at most `LIMITS.fps`. */
  readonly fps: number;
  readonly schema: StateSchema;
  /** Bits per channel of the four tiers, 1 … 8 (S15). */
  readonly tierBits: readonly [number, number, number, number];
  readonly protocolVersion: number;
  /** Name and version of the reconstructor whose decoding is binding, such as 'diffusion@1'. */
  readonly modelId: string;
  readonly engine: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly meta: Readonly<Record<string, string>>;
  /** True where point samples carry depth: the pixel packets decode with the same option. Absent is false. */
  readonly depth?: boolean;
  /** Of an archive, whose records are `pictures` instead of packets; absent for any other recording. */
  readonly archive?: ArchiveInfo;
}

/** 'SGAPS\0', u16 version, u32 length, u32 CRC32C. */
const PREFIX_BYTES = 16;
const MAGIC = [0x53, 0x47, 0x41, 0x50, 0x53, 0];
const packr = /* @__PURE__ */ new Packr({ useRecords: false });
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * True for a recording id that is safe as a file name and in a URL.
 *
 * @example
 * ```ts
 * isRecordingId('../etc/passwd'); // false
 * ```
 */
export function isRecordingId(id: unknown): id is string {
  return typeof id === 'string' && ID.test(id);
}

/**
 * The file's first bytes. Throws `ARGUMENT_INVALID`, `BYTES_MALFORMED` or `LIMIT_EXCEEDED` for a header that could not
 * be read back.
 *
 * @example
 * ```ts
 * const bytes = encodeRecordingHeader(header);
 * ```
 */
export function encodeRecordingHeader(header: RecordingHeader): Uint8Array {
  const checked = checkHeader(header);
  const body = packr.pack(checked);
  if (body.length > RECORDING.headerBytes) throw SgapsError.limit('recording header bytes', body.length, RECORDING.headerBytes);
  const bytes = new Uint8Array(PREFIX_BYTES + body.length);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint16(6, checked.archive ? RECORDING.archiveVersion : RECORDING.version, true);
  view.setUint32(8, body.length, true);
  view.setUint32(12, crc32c(body), true);
  bytes.set(body, PREFIX_BYTES);
  return bytes;
}

/**
 * Reads the header; `end` is the offset of the first chunk.
 *
 * @example
 * ```ts
 * const { header, end } = await readRecordingHeader(source, await source.size());
 * ```
 */
export async function readRecordingHeader(source: ByteSource, size: number): Promise<{ header: RecordingHeader; end: number }> {
  const prefix = await source.read(0, Math.min(PREFIX_BYTES, size));
  if (prefix.length < PREFIX_BYTES) throw SgapsError.truncated('the recording header');
  for (let i = 0; i < MAGIC.length; i++) if (prefix[i] !== MAGIC[i]) throw SgapsError.malformed('recording: not a .sgaps file');
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  const version = view.getUint16(6, true);
  if (version !== RECORDING.version && version !== RECORDING.archiveVersion) {
    throw new SgapsError(
      'VERSION_UNSUPPORTED',
      `Recording format ${version} is neither ${RECORDING.version} nor ${RECORDING.archiveVersion}, which this version of SGAPS reads.`,
    );
  }
  const length = view.getUint32(8, true);
  if (length > RECORDING.headerBytes) throw SgapsError.limit('recording header bytes', length, RECORDING.headerBytes);
  if (PREFIX_BYTES + length > size) throw SgapsError.truncated('the recording header');
  const body = await source.read(PREFIX_BYTES, length);
  if (body.length < length) throw SgapsError.truncated('the recording header');
  if (crc32c(body) !== view.getUint32(12, true)) throw new SgapsError('CHECKSUM_MISMATCH', 'The recording header is damaged.');
  return { header: checkHeader(unpackBounded(body, 'recording header')), end: PREFIX_BYTES + length };
}

function checkHeader(value: unknown): RecordingHeader {
  const raw = object(value, 'recording header');
  if (!isRecordingId(raw.recordingId)) throw SgapsError.malformed('recording id: 1 to 64 of A-Z a-z 0-9 _ -');
  const grid = object(raw.grid, 'recording grid');
  const checkedGrid = { width: number(grid.width, 'grid width', 0, 65535), height: number(grid.height, 'grid height', 0, 65535) };
  assertCaptureGrid(checkedGrid);
  const fps = number(raw.fps, 'fps', 0, LIMITS.fps);
  if (fps <= 0) throw SgapsError.malformed('fps: must be above 0');
  if (!Array.isArray(raw.tierBits) || raw.tierBits.length !== 4) throw SgapsError.malformed('tier bits: four numbers');
  const bits = raw.tierBits.map((n) => integer(n, 'tier bits', 1, 8));
  return {
    recordingId: raw.recordingId,
    game: text(raw.game, 'game', LIMITS.nameLength),
    grid: checkedGrid,
    fps,
    schema: checkSchema(raw.schema),
    tierBits: [bits[0], bits[1], bits[2], bits[3]],
    protocolVersion: integer(raw.protocolVersion, 'protocol version', 0, 65535),
    modelId: text(raw.modelId, 'model id', LIMITS.nameLength),
    engine: text(raw.engine, 'engine', LIMITS.nameLength),
    startedAt: number(raw.startedAt, 'start time', 0, Number.MAX_SAFE_INTEGER),
    meta: checkMeta(raw.meta),
    ...checkDepth(raw.depth),
    ...checkArchive(raw.archive),
  };
}

function checkSchema(value: unknown): StateSchema {
  const { values } = object(value, 'state schema');
  if (!Array.isArray(values)) throw SgapsError.malformed('state schema: values is no list');
  if (values.length > LIMITS.values) throw SgapsError.limit('state values', values.length, LIMITS.values);
  return {
    values: values.map((entry): StateValueField => {
      const raw = object(entry, 'state value');
      const name = text(raw.name, 'state value name', LIMITS.nameLength);
      if (raw.type !== 'int' && raw.type !== 'float') throw SgapsError.malformed(`state value ${name}: type is int or float`);
      if (raw.step === undefined || raw.step === null) return { name, type: raw.type };
      return { name, type: raw.type, step: number(raw.step, 'state value step', 0, Number.MAX_VALUE) };
    }),
  };
}

/** Nothing where there is no depth: such a header has the bytes it had before there was any. */
function checkDepth(value: unknown): { depth?: true } {
  if (value === undefined || value === null || value === false) return {};
  if (value !== true) throw SgapsError.malformed('depth: true or false');
  return { depth: true };
}

/** Nothing where it is no archive, as with depth. */
function checkArchive(value: unknown): { archive?: ArchiveInfo } {
  if (value === undefined || value === null) return {};
  const raw = object(value, 'archive');
  return {
    archive: {
      modelId: text(raw.modelId, "archive's model id", LIMITS.nameLength),
      from: integer(raw.from, 'bytes an archive was made from', 0, Number.MAX_SAFE_INTEGER),
      madeAt: number(raw.madeAt, "archive's time", 0, Number.MAX_SAFE_INTEGER),
    },
  };
}

function checkMeta(value: unknown): Record<string, string> {
  const entries = Object.entries(object(value, 'meta'));
  if (entries.length > RECORDING.metaEntries) throw SgapsError.limit('meta entries', entries.length, RECORDING.metaEntries);
  return Object.fromEntries(
    entries.map(([key, entry]) => [text(key, 'meta key', RECORDING.metaKey), text(entry, 'meta value', RECORDING.metaValue)]),
  );
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw SgapsError.malformed(`${what}: not an object`);
  return value as Record<string, unknown>;
}

function text(value: unknown, what: string, longest: number): string {
  if (typeof value !== 'string') throw SgapsError.malformed(`${what}: not text`);
  if (value.length > longest) throw SgapsError.limit(`${what} length`, value.length, longest);
  return value;
}

function number(value: unknown, what: string, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least)) throw SgapsError.malformed(`${what}: needs a number of at least ${least}`);
  if (value > most) throw SgapsError.limit(what, value, most);
  return value;
}

function integer(value: unknown, what: string, least: number, most: number): number {
  if (!Number.isInteger(value)) throw SgapsError.malformed(`${what}: not an integer`);
  return number(value, what, least, most);
}
