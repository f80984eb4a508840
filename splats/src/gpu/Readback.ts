import type { SplatImage } from '../camera/SplatCamera.js';
import type { BufferPool } from './BufferPool.js';
import { MAP_READ, USAGE } from './flags.js';
import type { PictureBuffers } from './PictureBuffers.js';
import { TIMESTAMP_BYTES } from './StageTimer.js';
import { COUNTER_COUNT, COUNTERS } from './shaders/frame.js';

/** Bytes before the picture: timestamps, which lie at multiples of 8, and counters. */
const HEAD = TIMESTAMP_BYTES + 4 * COUNTER_COUNT;

/** Brings a picture to the CPU's memory. What it gives is that memory itself, until `release`. */
export class Readback {
  readonly #buffer: GPUBuffer;
  readonly #width: number;
  readonly #height: number;
  #mapped: ArrayBuffer | null = null;

  constructor(pool: BufferPool, { width, height }: PictureBuffers) {
    this.#width = width;
    this.#height = height;
    this.#buffer = pool.make('picture to read', HEAD + 20 * width * height, USAGE.mapRead | USAGE.copyGoal);
  }

  /** Where timestamps go: 0. */
  get buffer(): GPUBuffer {
    return this.#buffer;
  }

  copy(encoder: GPUCommandEncoder, picture: PictureBuffers, counters: GPUBuffer): void {
    const pixels = this.#width * this.#height;
    encoder.copyBufferToBuffer(counters, 0, this.#buffer, TIMESTAMP_BYTES, 4 * COUNTER_COUNT);
    encoder.copyBufferToBuffer(picture.colours, 0, this.#buffer, HEAD, 12 * pixels);
    encoder.copyBufferToBuffer(picture.depths, 0, this.#buffer, HEAD + 12 * pixels, 4 * pixels);
    encoder.copyBufferToBuffer(picture.alphas, 0, this.#buffer, HEAD + 16 * pixels, 4 * pixels);
  }

  /** Waits for what was submitted. Rejects where the device is lost. */
  async map(): Promise<void> {
    await this.#buffer.mapAsync(MAP_READ);
    this.#mapped = this.#buffer.getMappedRange();
  }

  /** Pairs that the frame had. */
  get wanted(): number {
    return new Uint32Array(this.#bytes, TIMESTAMP_BYTES, COUNTER_COUNT)[COUNTERS.wanted];
  }

  get timestamps(): BigUint64Array {
    return new BigUint64Array(this.#bytes, 0, TIMESTAMP_BYTES / 8);
  }

  get image(): SplatImage {
    const pixels = this.#width * this.#height;
    return {
      width: this.#width,
      height: this.#height,
      colour: new Float32Array(this.#bytes, HEAD, 3 * pixels),
      depth: new Float32Array(this.#bytes, HEAD + 12 * pixels, pixels),
      alpha: new Float32Array(this.#bytes, HEAD + 16 * pixels, pixels),
    };
  }

  /** Lets the GPU write again; views of before are empty from then on. */
  release(): void {
    if (!this.#mapped) return;
    this.#mapped = null;
    this.#buffer.unmap();
  }

  get #bytes(): ArrayBuffer {
    if (!this.#mapped) throw new Error('A picture is read once it is mapped.');
    return this.#mapped;
  }
}
