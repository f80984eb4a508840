import { SgapsError } from '../errors.js';
import { RECORDING, type RecordingRecord, type RecordKind } from './types.js';

/**
 * Bytes before a record's payload, in a journal and in a chunk body alike (little endian):
 * u8 kind, u8 0, u16 0, u32 sequence, f64 time, u32 first frame, u32 last frame (0xffffffff: none), u32 payload bytes.
 *
 * @example
 * ```ts
 * const end = start + RECORD_HEADER_BYTES + payload.length;
 * ```
 */
export const RECORD_HEADER_BYTES = 28;
/**
 * "Names no frame" in a u32.
 *
 * @example
 * ```ts
 * const frameId = chunk.lastFrame === NO_FRAME ? null : chunk.lastFrame;
 * ```
 */
export const NO_FRAME = 0xffffffff;

const CODES: Readonly<Record<RecordKind, number>> = { coordinates: 1, pixels: 2, event: 3, snapshot: 4, audio: 5, pictures: 6 };
const KINDS: readonly (RecordKind | undefined)[] = [undefined, 'coordinates', 'pixels', 'event', 'snapshot', 'audio', 'pictures'];

/**
 * Writes a record's header at `at`; the payload of `length` bytes follows it. Frames: u32 or `NO_FRAME`.
 *
 * @example
 * ```ts
 * writeRecordHeader(view, 0, 'pixels', sequence, time, firstFrame, lastFrame, packet.length);
 * ```
 */
export function writeRecordHeader(
  view: DataView,
  at: number,
  kind: RecordKind,
  sequence: number,
  time: number,
  firstFrame: number,
  lastFrame: number,
  length: number,
): void {
  view.setUint32(at, CODES[kind], true);
  view.setUint32(at + 4, sequence, true);
  view.setFloat64(at + 8, time, true);
  view.setUint32(at + 16, firstFrame, true);
  view.setUint32(at + 20, lastFrame, true);
  view.setUint32(at + 24, length, true);
}

/** Reads the record at `at`; its bytes are a view. `end`: where the next one starts. */
export function readRecord(bytes: Uint8Array, at: number, limit: number): { record: RecordingRecord; end: number } {
  if (at + RECORD_HEADER_BYTES > limit) throw SgapsError.truncated('a record');
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, RECORD_HEADER_BYTES);
  const kind = KINDS[view.getUint32(0, true)];
  if (kind === undefined) throw SgapsError.malformed('record kind');
  const time = view.getFloat64(8, true);
  if (!(time >= 0 && time <= RECORDING.timeMs)) throw SgapsError.malformed('record time');
  const firstFrame = view.getUint32(16, true);
  const lastFrame = view.getUint32(20, true);
  if ((firstFrame === NO_FRAME) !== (lastFrame === NO_FRAME) || lastFrame < firstFrame)
    throw SgapsError.malformed('record frames');
  const length = view.getUint32(24, true);
  const start = at + RECORD_HEADER_BYTES;
  if (length > limit - start) throw SgapsError.truncated('a record');
  return {
    record: {
      kind,
      time,
      sequence: view.getUint32(4, true),
      firstFrame: firstFrame === NO_FRAME ? null : firstFrame,
      lastFrame: lastFrame === NO_FRAME ? null : lastFrame,
      bytes: bytes.subarray(start, start + length),
    },
    end: start + length,
  };
}

/**
 * A snapshot record's payload: u32 state bytes, state, preview (may be empty).
 *
 * @example
 * ```ts
 * const payload = encodeSnapshot(decoder.save(), webp);
 * ```
 */
export function encodeSnapshot(state: Uint8Array, preview: Uint8Array | undefined): Uint8Array {
  const bytes = new Uint8Array(4 + state.length + (preview?.length ?? 0));
  new DataView(bytes.buffer).setUint32(0, state.length, true);
  bytes.set(state, 4);
  if (preview) bytes.set(preview, 4 + state.length);
  return bytes;
}

/** The parts of a snapshot record's payload, as views. */
export function decodeSnapshot(bytes: Uint8Array): { state: Uint8Array; preview: Uint8Array | null } {
  if (bytes.length < 4) throw SgapsError.truncated('a snapshot');
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (length > bytes.length - 4) throw SgapsError.truncated('a snapshot');
  const preview = bytes.subarray(4 + length);
  return { state: bytes.subarray(4, 4 + length), preview: preview.length > 0 ? preview : null };
}
