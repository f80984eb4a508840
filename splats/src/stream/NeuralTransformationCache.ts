import { crc32c, fromFloat16, SgapsError } from '@sgaps/protocol';
import { MOST_SPLATS } from '../cloud/SplatCloud.js';
import { numbersOf, type StreamGrid } from './StreamGrid.js';

/** "SGNT", as a little-endian u32. */
const MAGIC = 0x544e4753;
const VERSION = 1;
const HEADER = 24;
const CHECKSUM = 4;

/** All half floats by their bits: decoding one by one takes ten times as long. */
let halves: Float32Array | null = null;

/** Bytes of a frame's file. */
export function cacheBytesOf(grid: StreamGrid): number {
  const { tables, layers } = numbersOf(grid);
  return HEADER + 2 * (tables + layers) + CHECKSUM;
}

/**
 * How a stream's Gaussians move from one frame to the next (3DGStream, CVPR 2024): tables of a hash grid, and an MLP that makes a translation and a turn of what is
 * found there.
 *
 * @example
 * ```ts
 * const cache = NeuralTransformationCache.decode(await readFile('dancer/frames/000007.ntc'), manifest.grid, 7);
 * ```
 */
export class NeuralTransformationCache {
  private constructor(
    readonly grid: StreamGrid,
    /** Gaussians that are shown in this frame only. */
    readonly added: number,
    /** Level after level, corner after corner, their features. */
    readonly tables: Float32Array,
    /** Layer after layer, row-major [inputs, outputs]. */
    readonly layers: Float32Array,
  ) {}

  /**
   * Reads the file of a frame. Its length must be just what the grid needs, so that what is allocated is no more than the file.
   *
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` (another grid or frame, a number that is none), `VERSION_UNSUPPORTED`, `CHECKSUM_MISMATCH`,
   * `LIMIT_EXCEEDED` for more added Gaussians than a cloud may have.
   */
  static decode(bytes: Uint8Array, grid: StreamGrid, frame: number): NeuralTransformationCache {
    if (bytes.length < HEADER + CHECKSUM) throw SgapsError.truncated('the header of a stream frame');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0, true) !== MAGIC) throw malformed('it does not begin with "SGNT"');
    const version = view.getUint16(4, true);
    if (version !== VERSION)
      throw new SgapsError('VERSION_UNSUPPORTED', `Version ${version} of stream frames is not known, only 1 is.`);
    const { tables, layers } = numbersOf(grid);
    if (view.getUint32(16, true) !== tables || view.getUint32(20, true) !== layers) throw malformed('it is of another grid');
    const length = cacheBytesOf(grid);
    if (bytes.length < length) throw SgapsError.truncated('a stream frame');
    if (bytes.length > length) throw malformed(`${bytes.length - length} bytes follow it`);
    const end = length - CHECKSUM;
    if (crc32c(bytes, 0, 0, end) !== view.getUint32(end, true))
      throw new SgapsError('CHECKSUM_MISMATCH', `Frame ${frame} of the stream is damaged.`);
    if (view.getUint16(6, true) !== 0) throw malformed('its reserved field is not 0');
    if (view.getUint32(8, true) !== frame) throw malformed(`it is frame ${view.getUint32(8, true)}, not ${frame}`);
    const added = view.getUint32(12, true);
    if (added > MOST_SPLATS) throw SgapsError.limit('added splats', added, MOST_SPLATS);
    const numbers = decodeHalves(bytes, HEADER, tables + layers);
    return new NeuralTransformationCache(grid, added, numbers.subarray(0, tables), numbers.subarray(tables));
  }
}

function decodeHalves(bytes: Uint8Array, from: number, count: number): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => fromFloat16(bits));
  const numbers = new Float32Array(count);
  for (let at = 0, byte = from; at < count; at++, byte += 2) {
    const bits = bytes[byte] | (bytes[byte + 1] << 8);
    if ((bits & 0x7c00) === 0x7c00) throw malformed(`number ${at} is ${fromFloat16(bits)}`);
    numbers[at] = halves[bits];
  }
  return numbers;
}

const malformed = (what: string) => SgapsError.malformed(`stream frame: ${what}`);
