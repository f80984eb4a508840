import type { ByteImage, Colours, SplatImage } from '../camera/SplatCamera.js';
import type { BufferPool } from './BufferPool.js';
import { MAP_READ, USAGE } from './flags.js';
import { byteWords, type PictureBuffers } from './PictureBuffers.js';
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

  copy(encoder: GPUCommandEncoder, picture: PictureBuffers, counters: GPUBuffer, colours: Colours): void {
    const plane = 4 * this.#width * this.#height;
    const copy = (from: GPUBuffer, to: number, size: number) => encoder.copyBufferToBuffer(from, 0, this.#buffer, to, size);
    copy(counters, TIMESTAMP_BYTES, 4 * COUNTER_COUNT);
    copy(picture.depths, HEAD, plane);
    copy(picture.alphas, HEAD + plane, plane);
    if (colours === 'bytes') copy(picture.bytes, HEAD + 2 * plane, byteWords(this.#width, this.#height) * 4);
    else copy(picture.colours, HEAD + 2 * plane, 3 * plane);
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
    return { ...this.#planes, colour: new Float32Array(this.#bytes, HEAD + 8 * this.#pixels, 3 * this.#pixels) };
  }

  get byteImage(): ByteImage {
    return { ...this.#planes, colour: new Uint8Array(this.#bytes, HEAD + 8 * this.#pixels, 3 * this.#pixels) };
  }

  /** Lets the GPU write again; views of before are empty from then on. */
  release(): void {
    if (!this.#mapped) return;
    this.#mapped = null;
    this.#buffer.unmap();
  }

  get #pixels(): number {
    return this.#width * this.#height;
  }

  get #planes(): Omit<SplatImage, 'colour'> {
    const pixels = this.#pixels;
    const depth = new Float32Array(this.#bytes, HEAD, pixels);
    const alpha = new Float32Array(this.#bytes, HEAD + 4 * pixels, pixels);
    return { width: this.#width, height: this.#height, depth, alpha };
  }

  get #bytes(): ArrayBuffer {
    if (!this.#mapped) throw new Error('A picture is read once it is mapped.');
    return this.#mapped;
  }
}
