import { type CaptureGrid, CoordinateDecoder, createSampleSet, SampleKind, type SampleSet } from '@sgaps/protocol';
import type { LoadedSamples, Sampler } from '../sampler/Sampler.js';

/** Requests held at once, and frames after which an unused one is too old to matter. */
const HELD = 64;
const OLDEST = 32;

/**
 * A request waiting for its frame.
 *
 * @example
 * ```ts
 * const held = book.take(frameId); // null when there is none
 * ```
 */
export interface HeldRequest {
  readonly requestId: number;
  readonly loaded: LoadedSamples;
}

/**
 * Holds the coordinate sets received, keyed by frame id (S1): bounded, uploaded to the sampler once per packet, coordinates
 * outside the frame dropped. Sample sets are pooled; give them back with `release`.
 *
 * @example
 * ```ts
 * book.receive(packet);
 * const held = book.take(frameId);
 * ```
 */
export class RequestBook {
  /** Coordinates dropped because they lie outside the grid or name a kind that is not sampled. */
  rejected = 0;
  readonly #grid: CaptureGrid;
  readonly #sampler: Sampler;
  readonly #codec: CoordinateDecoder;
  readonly #held: HeldRequest[] = [];
  readonly #pool: SampleSet[] = [];

  constructor(grid: CaptureGrid, sampler: Sampler) {
    this.#grid = grid;
    this.#sampler = sampler;
    this.#codec = new CoordinateDecoder(grid);
  }

  /** Takes a coordinate packet in; throws `SgapsError` when it is malformed, and then holds nothing of it. */
  receive(bytes: Uint8Array): void {
    const requests = this.#codec.decode(bytes);
    const sets = requests.map((request) => this.#accept(this.#codec.expand(request)));
    const loaded = this.#sampler.load(sets);
    for (let i = 0; i < requests.length; i++) this.#held.push({ requestId: requests[i].frameId, loaded: loaded[i] });
    while (this.#held.length > HELD) this.release((this.#held.shift() as HeldRequest).loaded.set);
  }

  /** The newest request not used yet whose frame is `frameId` or earlier; old ones are thrown away. */
  take(frameId: number): HeldRequest | null {
    let best = -1;
    for (let i = this.#held.length - 1; i >= 0; i--) {
      const { requestId, loaded } = this.#held[i];
      if (requestId + OLDEST < frameId || !this.#sampler.holds(loaded)) {
        this.#held.splice(i, 1);
        this.release(loaded.set);
        if (best > i) best--;
      } else if (requestId <= frameId && (best < 0 || requestId > this.#held[best].requestId)) {
        best = i;
      }
    }
    return best < 0 ? null : this.#held.splice(best, 1)[0];
  }

  /** A request taken and not used after all. */
  putBack(request: HeldRequest): void {
    this.#held.push(request);
  }

  /** Gives a set back for later packets. */
  release(set: SampleSet): void {
    if (this.#pool.length < HELD) this.#pool.push(set);
  }

  clear(): void {
    this.#held.length = 0;
  }

  #accept(asked: SampleSet): SampleSet {
    const set = this.#pooled(asked.count);
    let count = 0;
    for (let i = 0; i < asked.count; i++) {
      const inside = asked.u[i] < this.#grid.width && asked.v[i] < this.#grid.height && asked.kind[i] <= SampleKind.mean4;
      if (!inside) continue;
      set.u[count] = asked.u[i];
      set.v[count] = asked.v[i];
      set.kind[count] = asked.kind[i];
      set.tier[count++] = asked.tier[i];
    }
    this.rejected += asked.count - count;
    set.count = count;
    return set;
  }

  #pooled(count: number): SampleSet {
    const index = this.#pool.findIndex((set) => set.u.length >= count);
    if (index >= 0) return this.#pool.splice(index, 1)[0];
    return createSampleSet(Math.ceil(Math.max(1, count) / 512) * 512);
  }
}
