import { LIMITS } from '@sgaps/protocol/vocabulary';
import type { LoadedSamples, PackedSamples } from './Sampler.js';
import { placeRuns } from './sampleRuns.js';

/** Sets a store holds before it wraps, of the largest so far: two packets of requests. */
const SETS = 2 * LIMITS.framesPerPacket;
/** Words a store first holds, and the most it ever does: of the largest requests there can be, 8 MiB. */
export const STORE = 32_768;
const LARGEST_STORE = SETS * LIMITS.samplesPerFrame;

/**
 * A ring of packed sample coordinates in a GPU buffer or a worker, with a copy here to fill it again after a loss. Sets are
 * uploaded when they arrive, many at once, and gathered later by their place. It grows with the sets: whoever has the buffer makes a
 * larger one when `capacity` has changed, and says `forget`.
 *
 * @example
 * ```ts
 * const store = new CoordinateStore();
 * const [loaded] = store.load([set]);
 * store.upload((at, words) => device.queue.writeBuffer(buffer, 4 * at, words));
 * gather(store.placeOf(loaded), loaded.runs);
 * ```
 */
export class CoordinateStore {
  #ring: Uint32Array<ArrayBuffer>;
  /** Words loaded so far, and of these uploaded; places are taken modulo the ring's length. */
  #loaded = 0;
  #uploaded = 0;
  /** What was loaded before this was overwritten, whatever the ring would hold now. */
  #oldest = 0;

  /** Capacities and `alignment` are powers of two, or the store never grows; sets begin at multiples of `alignment`. */
  constructor(
    capacity = STORE,
    readonly alignment = 1,
    readonly largest = Math.max(capacity, LARGEST_STORE),
  ) {
    this.#ring = new Uint32Array(capacity);
  }

  get capacity(): number {
    return this.#ring.length;
  }

  load(sets: readonly PackedSamples[]): LoadedSamples[] {
    const { alignment } = this;
    return sets.map((set) => {
      const { runs, words, depths } = placeRuns(set);
      this.#grow(SETS * Math.ceil(words / alignment) * alignment);
      const { capacity } = this;
      this.#loaded = Math.ceil(this.#loaded / alignment) * alignment;
      const left = capacity - (this.#loaded % capacity);
      // A set never wraps: its words must lie in one run.
      if (words > left) this.#loaded += left;
      const start = this.#loaded;
      this.#ring.set(set.words.subarray(0, words), start % capacity);
      this.#loaded += words;
      return { count: set.count, start, runs, depths };
    });
  }

  /** False once later sets have overwritten it. */
  holds(loaded: LoadedSamples): boolean {
    return loaded.start >= this.#first;
  }

  /** The packed words as they lie in the ring (samplers that gather on this thread). */
  get words(): Uint32Array<ArrayBuffer> {
    return this.#ring;
  }

  /** Place of a set's first word in the buffer, and its index into `words`. */
  placeOf(loaded: LoadedSamples): number {
    return loaded.start % this.capacity;
  }

  /** A new, empty buffer is to be filled by the next `upload`. */
  forget(): void {
    this.#uploaded = this.#first;
  }

  /** Hands over what is new, with one call of `put`, or two where the ring wraps: `put` writes `words` from place `at` on. */
  upload(put: (at: number, words: Uint32Array<ArrayBuffer>) => void): void {
    const { capacity } = this;
    const count = Math.min(this.#loaded - this.#uploaded, capacity);
    if (count === 0) return;
    const from = (this.#loaded - count) % capacity;
    const run = Math.min(count, capacity - from);
    put(from, this.#ring.subarray(from, from + run));
    if (count > run) put(0, this.#ring.subarray(0, count - run));
    this.#uploaded = this.#loaded;
  }

  /** The first word that is still there. */
  get #first(): number {
    return Math.max(this.#oldest, this.#loaded - this.capacity);
  }

  /** Sets that lay in one run do so in a ring of a power of two times the size, too. */
  #grow(words: number): void {
    const old = this.capacity;
    let capacity = old;
    while (capacity < words && 2 * capacity <= this.largest) capacity *= 2;
    if (capacity === old) return;
    const ring = new Uint32Array(capacity);
    this.#oldest = this.#first;
    for (let from = this.#oldest; from < this.#loaded; ) {
      const at = from % old;
      const run = Math.min(this.#loaded - from, old - at);
      ring.set(this.#ring.subarray(at, at + run), from % capacity);
      from += run;
    }
    this.#ring = ring;
  }
}
