import { type HarmonicDegree, harmonicsOf } from '../cloud/SplatCloud.js';
import type { BufferPool } from './BufferPool.js';
import { USAGE } from './flags.js';
import type { Kernel } from './Kernel.js';

/** Splats whose harmonics are packed at once, at most: some MiB. */
const SLICE = 1 << 16;

/** Splats whose harmonics lie in one buffer. */
export interface HarmonicsPart {
  readonly first: number;
  readonly count: number;
  readonly buffer: GPUBuffer;
}

/** Harmonics of a cloud as halves, in as many buffers as it takes: of a large cloud they are more than a device binds at once. */
export class HarmonicsBuffers {
  readonly parts: readonly HarmonicsPart[];
  /** Words of 32 bits that one splat takes. */
  readonly words: number;
  readonly #device: GPUDevice;
  readonly #kernel: Kernel;
  readonly #floats: number;
  readonly #slice: number;
  readonly #uniform: GPUBuffer;
  readonly #values: GPUBuffer;
  readonly #groups: readonly GPUBindGroup[];

  constructor(device: GPUDevice, pool: BufferPool, kernel: Kernel, count: number, degree: HarmonicDegree) {
    this.#device = device;
    this.#kernel = kernel;
    this.#floats = 3 * harmonicsOf(degree);
    this.words = Math.ceil(this.#floats / 2);
    const bound = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
    const most = Math.floor(bound / (4 * this.words));
    const parts: HarmonicsPart[] = [];
    for (let first = 0; first < count; first += most) {
      const size = Math.min(most, count - first);
      parts.push({ first, count: size, buffer: pool.storage(`harmonics from ${first}`, 4 * this.words * size) });
    }
    this.parts = parts;
    this.#slice = Math.min(SLICE, count, Math.floor(bound / (4 * this.#floats)));
    this.#uniform = pool.make('slice of harmonics', 16, USAGE.uniform | USAGE.copyGoal);
    this.#values = pool.storage('harmonics to pack', 4 * this.#floats * this.#slice);
    this.#groups = parts.map(({ buffer }) => kernel.bind(this.#uniform, this.#values, buffer));
  }

  /** Queues uploads. The array may be changed afterwards. */
  write(harmonics: Float32Array): void {
    const { queue } = this.#device;
    const floats = this.#floats;
    for (const [index, { first, count }] of this.parts.entries())
      for (let done = 0; done < count; done += this.#slice) {
        const size = Math.min(this.#slice, count - done);
        queue.writeBuffer(this.#uniform, 0, new Uint32Array([size, done, floats, this.words]));
        const from = harmonics.byteOffset + 4 * floats * (first + done);
        queue.writeBuffer(this.#values, 0, harmonics.buffer, from, 4 * floats * size);
        const encoder = this.#device.createCommandEncoder({ label: 'harmonics' });
        const pass = encoder.beginComputePass({ label: 'harmonics' });
        this.#kernel.run(pass, this.#groups[index], Math.ceil(size / 256));
        pass.end();
        queue.submit([encoder.finish()]);
      }
  }
}
