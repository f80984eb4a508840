import type { BufferPool } from './BufferPool.js';
import { TILE } from './shaders/frame.js';

/** Rows of tiles that are blended into one binding of the colours. */
export interface Band {
  readonly firstRow: number;
  readonly rows: number;
  /** Bytes into the colours. */
  readonly offset: number;
  readonly size: number;
}

/** A picture's buffers on the GPU. */
export class PictureBuffers {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  readonly ranges: GPUBuffer;
  /** Floats: 3 per pixel, then 1, then 1. */
  readonly colours: GPUBuffer;
  /** The same as bytes, four of them in a word. */
  readonly bytes: GPUBuffer;
  readonly depths: GPUBuffer;
  readonly alphas: GPUBuffer;
  readonly bands: readonly Band[];
  readonly #pool: BufferPool;

  constructor(device: GPUDevice, pool: BufferPool, width: number, height: number) {
    this.width = width;
    this.height = height;
    this.columns = Math.ceil(width / TILE);
    this.rows = Math.ceil(height / TILE);
    this.#pool = pool;
    this.bands = bandsOf(width, height, device.limits.maxStorageBufferBindingSize);
    this.ranges = pool.storage('ranges of tiles', 8 * this.columns * this.rows);
    this.colours = pool.storage('colours', 12 * width * height, this.bands[0].size);
    this.bytes = pool.storage('bytes of colours', 4 * byteWords(width, height));
    this.depths = pool.storage('depths of pixels', 4 * width * height);
    this.alphas = pool.storage('alphas', 4 * width * height);
  }

  dispose(): void {
    this.#pool.dispose();
  }
}

/** Words that the bytes of a picture's colours take. */
export function byteWords(width: number, height: number): number {
  return Math.ceil((3 * width * height) / 4);
}

/** Bands of a picture whose colours are at most so many bytes each. Their offsets are multiples of 256, which WebGPU asks for. */
export function bandsOf(width: number, height: number, most: number): Band[] {
  const rowBytes = 12 * width * TILE;
  const rows = Math.ceil(height / TILE);
  // Four rows of tiles are 768·W bytes.
  const step = Math.min(rows, Math.max(4, Math.floor(most / rowBytes / 4) * 4));
  const bands: Band[] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += step) {
    const offset = firstRow * rowBytes;
    const size = Math.min(step * rowBytes, 12 * width * height - offset);
    bands.push({ firstRow, rows: Math.min(step, rows - firstRow), offset, size });
  }
  return bands;
}
