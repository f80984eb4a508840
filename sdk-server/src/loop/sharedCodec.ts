import { type CaptureGrid, CoordinateCodec } from '@sgaps/protocol';

/** Grids whose codec is kept. */
const MOST = 8;

const codecs = new Map<string, CoordinateCodec>();

/**
 * A coordinate codec of this grid, shared by all sessions that only record: it remembers nothing from one packet to the next, and takes
 * megabytes.
 *
 * @example
 * ```ts
 * const packet = sharedCodec({ width: 320, height: 180 }).encode(requests);
 * ```
 */
export function sharedCodec(grid: CaptureGrid): CoordinateCodec {
  const name = `${grid.width}x${grid.height}`;
  const codec = codecs.get(name) ?? new CoordinateCodec(grid);
  codecs.delete(name);
  codecs.set(name, codec);
  for (const oldest of codecs.keys()) {
    if (codecs.size <= MOST) break;
    codecs.delete(oldest);
  }
  return codec;
}
