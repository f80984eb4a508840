import { LIMITS } from '@sgaps/protocol/vocabulary';
import type { LoadedSamples, PackedSamples } from './Sampler.js';

/** Samples a store holds before it wraps: two packets of the largest requests, 2 MiB, here and again on the GPU or in the worker. */
export const STORE = 2 * LIMITS.framesPerPacket * LIMITS.samplesPerFrame;

/**
 * A ring of packed sample coordinates in a GPU buffer or a worker, with a copy here to fill it again after a loss. Sets are
 * uploaded when they arrive, many at once, and gathered later by their place.
 *
 * @example
 * ```ts
 * const store = new CoordinateStore(65_536);
 * const [loaded] = store.load([set]);
 * store.upload((at, words) => device.queue.writeBuffer(buffer, 4 * at, words));
 * gather(store.placeOf(loaded), loaded.count);
 * ```
 */
export class CoordinateStore {
  readonly #ring: Uint32Array<ArrayBuffer>;
  /** Samples loaded so far, and of these uploaded; places are taken modulo the ring's length. */
  #loaded = 0;
  #uploaded = 0;

  /** `capacity` is a multiple of `alignment`; sets begin at such. */
  constructor(
    readonly capacity: number,
    readonly alignment = 1,
  ) {
    this.#ring = new Uint32Array(capacity);
  }

  load(sets: readonly PackedSamples[]): LoadedSamples[] {
    const { alignment } = this;
    return sets.map((set) => {
      this.#loaded = Math.ceil(this.#loaded / alignment) * alignment;
      const left = this.capacity - (this.#loaded % this.capacity);
      // A set never wraps: its words must lie in one run.
      if (set.count > left) this.#loaded += left;
      const start = this.#loaded;
      const at = start % this.capacity;
      this.#ring.set(set.words.subarray(0, set.count), at);
      this.#loaded += set.count;
      return { count: set.count, start };
    });
  }

  /** False once later sets have overwritten it. */
  holds(loaded: LoadedSamples): boolean {
    return this.#loaded - loaded.start <= this.capacity;
  }

  /** The packed words as they lie in the ring (samplers that gather on this thread). */
  get words(): Uint32Array<ArrayBuffer> {
    return this.#ring;
  }

  /** Place of a set's first sample in the buffer, and its index into `words`. */
  placeOf(loaded: LoadedSamples): number {
    return loaded.start % this.capacity;
  }

  /** A new, empty buffer is to be filled by the next `upload`. */
  forget(): void {
    this.#uploaded = Math.max(0, this.#loaded - this.capacity);
  }

  /** Hands over what is new, with one call of `put`, or two where the ring wraps: `put` writes `words` from place `at` on. */
  upload(put: (at: number, words: Uint32Array<ArrayBuffer>) => void): void {
    const count = Math.min(this.#loaded - this.#uploaded, this.capacity);
    if (count === 0) return;
    const from = (this.#loaded - count) % this.capacity;
    const run = Math.min(count, this.capacity - from);
    put(from, this.#ring.subarray(from, from + run));
    if (count > run) put(0, this.#ring.subarray(0, count - run));
    this.#uploaded = this.#loaded;
  }
}
