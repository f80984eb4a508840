import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { readFrameId, writeFrameId } from './frameId.js';
import { PacketStream } from './PacketStream.js';

const HEADER_BYTES = 12;

/**
 * What goes before each frame in a FIFO (P14): u64 frame id, u32 bytes, little-endian.
 *
 * @throws SgapsError `LIMIT_EXCEEDED`, `ARGUMENT_INVALID`
 * @example
 * ```ts
 * fifo.write(encodeFifoHead(frameId, data.length));
 * fifo.write(data);
 * ```
 */
export function encodeFifoHead(frameId: number, length: number): Uint8Array {
  assertLength(length);
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  writeFrameId(view, frameId);
  view.setUint32(8, length, true);
  return bytes;
}

/**
 * Reads a FIFO's frames from pieces of any size.
 *
 * @param take Gets each frame; `data` is a view that the next piece may overwrite.
 * @example
 * ```ts
 * const frames = readFifoFrames((frameId, data) => save(frameId, data));
 * for await (const piece of createReadStream('/run/sgaps/frames')) frames.push(piece);
 * ```
 */
export function readFifoFrames(take: (frameId: number, data: Uint8Array) => void): PacketStream {
  const bodyBytes = (header: DataView) => {
    const length = header.getUint32(8, true);
    assertLength(length);
    if (Number.isNaN(readFrameId(header))) throw SgapsError.malformed('FIFO frame: its id is beyond 2⁵³ − 1');
    return length;
  };
  return new PacketStream(HEADER_BYTES, bodyBytes, (packet) => {
    const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
    take(readFrameId(view), packet.subarray(HEADER_BYTES));
  });
}

function assertLength(length: number): void {
  if (length > LIMITS.pictureBytes) throw SgapsError.limit('bytes of a frame', length, LIMITS.pictureBytes);
}
