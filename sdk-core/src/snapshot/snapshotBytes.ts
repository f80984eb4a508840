import { type ByteReader, type ByteWriter, type FrameState, SgapsError } from '@sgaps/protocol';

/**
 * Writes a typed array as its raw bytes; the length is the reader's to know.
 *
 * @example
 * ```ts
 * writeArray(writer, bank.confidence);
 * ```
 */
export function writeArray(writer: ByteWriter, array: ArrayBufferView): void {
  writer.bytes(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

/**
 * Fills a typed array with as many raw bytes as it holds. Throws `BYTES_TRUNCATED`.
 *
 * @example
 * ```ts
 * readArray(reader, bank.confidence, 'confidence');
 * ```
 */
export function readArray(reader: ByteReader, array: ArrayBufferView, what: string): void {
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(reader.bytes(array.byteLength, what));
}

/**
 * Writes a string as 16-bit code units.
 *
 * @example
 * ```ts
 * writeText(writer, 'camera');
 * ```
 */
export function writeText(writer: ByteWriter, text: string): void {
  writer.varint(text.length);
  for (let i = 0; i < text.length; i++) writer.u16(text.charCodeAt(i));
}

/**
 * Reads what `writeText` wrote. Throws `LIMIT_EXCEEDED`, `BYTES_TRUNCATED`.
 *
 * @example
 * ```ts
 * const key = readText(reader, 'layer key');
 * ```
 */
export function readText(reader: ByteReader, what: string, limit = 1 << 16): string {
  const parts: string[] = [];
  for (let left = reader.varint(what, limit); left > 0; left--) parts.push(String.fromCharCode(reader.u16(what)));
  return parts.join('');
}

/**
 * A game state as text; matrices become plain arrays.
 *
 * @example
 * ```ts
 * writeState(writer, decoder.state);
 * ```
 */
export function writeState(writer: ByteWriter, state: FrameState | null): void {
  writeText(
    writer,
    JSON.stringify(
      state && {
        ...state,
        cameras3d: state.cameras3d.map((camera) => ({ ...camera, view: [...camera.view], projection: [...camera.projection] })),
      },
    ),
  );
}

/**
 * Reads what `writeState` wrote. Throws `BYTES_MALFORMED`.
 *
 * @example
 * ```ts
 * const state = readState(reader);
 * ```
 */
export function readState(reader: ByteReader): FrameState | null {
  const text = readText(reader, 'snapshot state', 1 << 20);
  try {
    const state = JSON.parse(text) as FrameState | null;
    return (
      state && {
        ...state,
        cameras3d: state.cameras3d.map((camera) => ({
          ...camera,
          view: Float32Array.from(camera.view),
          projection: Float32Array.from(camera.projection),
        })),
      }
    );
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'The snapshot holds a game state that is not JSON.', { cause });
  }
}
