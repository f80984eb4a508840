import type { BufferPool } from './BufferPool.js';
import { USAGE } from './flags.js';
import { Kernel } from './Kernel.js';
import { ARGUMENT_STRIDE, HISTOGRAM, SCAN_BLOCKS, SCAN_DIGITS, SCATTER, SORT_BLOCK } from './shaders/radix.js';

/** Two buffers that a sort moves items to and fro between. */
export type PingPong = readonly [GPUBuffer, GPUBuffer];

/** What is sorted, and how. */
export interface SortJob {
  /** u32 each; those to sort are in the first. `0xffffffff` is left out of the result. */
  readonly keys: PingPong;
  /** u32 each, moved with the keys. */
  readonly values: PingPong;
  /** True: values are the keys' places, and what is in the first buffer does not matter. */
  readonly places: boolean;
  /** Keys that the buffers hold. */
  readonly capacity: number;
  /** Low bits of the keys that say where they belong; 8 are taken in a pass. */
  readonly bits: number;
  /** u32 each. */
  readonly counters: GPUBuffer;
  /** The counter of keys, and the one that is told how many are left. */
  readonly source: number;
  readonly goal: number;
  /** Indirect arguments, `ARGUMENT_STRIDE` bytes per counter. */
  readonly args: GPUBuffer;
}

/** Stable sort of keys with values by their low bits: least digit first, all passes on the GPU, which alone knows how many there are. */
export class RadixSort {
  readonly #kernels: readonly [Kernel, Kernel, Kernel, Kernel];

  private constructor(kernels: readonly [Kernel, Kernel, Kernel, Kernel]) {
    this.#kernels = kernels;
  }

  static async create(device: GPUDevice): Promise<RadixSort> {
    const kernels = await Promise.all([
      Kernel.create(device, 'histogram', HISTOGRAM, ['uniform', 'read', 'read', 'write']),
      Kernel.create(device, 'scanBlocks', SCAN_BLOCKS, ['uniform', 'read', 'write', 'write']),
      Kernel.create(device, 'scanDigits', SCAN_DIGITS, ['uniform', 'write', 'write', 'write', 'write']),
      Kernel.create(device, 'scatter', SCATTER, ['uniform', 'read', 'read', 'read', 'read', 'read', 'write', 'write']),
    ]);
    return new RadixSort(kernels);
  }

  /** Binds buffers, and takes scratch ones from the pool; the sort may then be run any number of times. */
  prepare(pool: BufferPool, job: SortJob): PreparedSort {
    return new PreparedSort(pool, this.#kernels, job);
  }
}

/** A sort of certain buffers. */
export class PreparedSort {
  /** Which buffer of each pair has the result. */
  readonly result: 0 | 1;
  readonly #kernels: readonly [Kernel, Kernel, Kernel, Kernel];
  readonly #args: GPUBuffer;
  readonly #source: number;
  readonly #goal: number;
  readonly #passes: readonly (readonly GPUBindGroup[])[];

  constructor(pool: BufferPool, kernels: readonly [Kernel, Kernel, Kernel, Kernel], job: SortJob) {
    const passes = Math.max(1, Math.ceil(job.bits / 8));
    this.result = passes % 2 === 0 ? 0 : 1;
    this.#kernels = kernels;
    this.#args = job.args;
    this.#source = job.source;
    this.#goal = job.goal;
    const blocks = Math.ceil(job.capacity / SORT_BLOCK);
    const counts = pool.make('digits of blocks', 4 * 256 * blocks, USAGE.storage);
    const totals = pool.make('digits', 4 * 256, USAGE.storage);
    const [histogram, scanBlocks, scanDigits, scatter] = kernels;
    this.#passes = Array.from({ length: passes }, (_, pass) => {
      const from = pass % 2;
      const places = pass === 0 && job.places;
      const digit = pool.uniform('digit', [8 * pass, pass === 0 ? job.source : job.goal, job.goal, places ? 1 : 0]);
      const [keys, values] = [job.keys[from], job.values[from]];
      return [
        histogram.bind(digit, job.counters, keys, counts),
        scanBlocks.bind(digit, job.counters, counts, totals),
        scanDigits.bind(digit, job.counters, totals, job.args, counts),
        scatter.bind(digit, job.counters, keys, places ? keys : values, counts, totals, job.keys[1 - from], job.values[1 - from]),
      ];
    });
  }

  /** @param count keys, where the CPU knows it; else the first pass takes the arguments of the job's counter */
  encode(pass: GPUComputePassEncoder, count?: number): void {
    const [histogram, scanBlocks, scanDigits, scatter] = this.#kernels;
    for (const [at, groups] of this.#passes.entries()) {
      const known = at === 0 && count !== undefined ? Math.ceil(count / SORT_BLOCK) : undefined;
      const offset = ARGUMENT_STRIDE * (at === 0 ? this.#source : this.#goal);
      const run = (kernel: Kernel, group: GPUBindGroup) =>
        known === undefined ? kernel.runIndirect(pass, group, this.#args, offset) : kernel.run(pass, group, known);
      run(histogram, groups[0]);
      scanBlocks.run(pass, groups[1], 256);
      scanDigits.run(pass, groups[2], 1);
      run(scatter, groups[3]);
    }
  }
}
