import type { PackedRequest } from '../courier/FrameBatch.js';
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
 * Holds the requests received until their frames come (S1): bounded, uploaded to the sampler once per packet.
 *
 * @example
 * ```ts
 * book.receive(requests);
 * const held = book.take(frameId);
 * ```
 */
export class RequestBook {
  readonly #sampler: Sampler;
  readonly #held: HeldRequest[] = [];

  constructor(sampler: Sampler) {
    this.#sampler = sampler;
  }

  /** Takes requests in. */
  receive(requests: readonly PackedRequest[]): void {
    const loaded = this.#sampler.load(requests);
    for (let i = 0; i < requests.length; i++) this.#held.push({ requestId: requests[i].requestId, loaded: loaded[i] });
    if (this.#held.length > HELD) this.#held.splice(0, this.#held.length - HELD);
  }

  /** The newest request not used yet whose frame is `frameId` or earlier; old ones are thrown away. */
  take(frameId: number): HeldRequest | null {
    let best = -1;
    for (let i = this.#held.length - 1; i >= 0; i--) {
      const { requestId, loaded } = this.#held[i];
      if (requestId + OLDEST < frameId || !this.#sampler.holds(loaded)) {
        this.#held.splice(i, 1);
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

  clear(): void {
    this.#held.length = 0;
  }
}
