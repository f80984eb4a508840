import { BLOCK_KIND, BLOCK_SAMPLES, type CaptureGrid, CoordinateDecoder, type SampleRequest } from '@sgaps/protocol';

/** Packets remembered; the oldest go first. Sessions of one cohort are at most some seconds apart. */
const MOST = 8192;

/**
 * A request that came, with a number that is the same for all requests of the same bytes and of no others.
 *
 * @example
 * ```ts
 * const { id, request }: KnownRequest = cache.decode(packet)[0];
 * ```
 */
export interface KnownRequest {
  readonly id: number;
  readonly request: SampleRequest;
  /** Samples it asks for, those of blocks counted one by one. */
  readonly samples: number;
}

/**
 * Decodes each distinct coordinate packet once, however many sessions get it: what a packet says depends on its bytes alone.
 *
 * @example
 * ```ts
 * const cache = new RequestCache({ width: 320, height: 180 });
 * connection.onCoordinates((bytes) => requests.push(...cache.decode(bytes)));
 * ```
 */
export class RequestCache {
  readonly #decoder: CoordinateDecoder;
  readonly #known = new Map<string, readonly KnownRequest[]>();
  #next = 0;

  constructor(grid: CaptureGrid) {
    this.#decoder = new CoordinateDecoder(grid);
  }

  /** The requests of a packet, oldest first. Throws what `CoordinateDecoder.decode` throws. */
  decode(bytes: Uint8Array): readonly KnownRequest[] {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const known = this.#known.get(key);
    if (known) return known;
    const requests = this.#decoder.decode(bytes).map((request) => ({
      id: this.#next++,
      request,
      samples: samplesOf(request),
    }));
    this.#known.set(key, requests);
    if (this.#known.size > MOST) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    return requests;
  }
}

function samplesOf({ explicit, seeded }: SampleRequest): number {
  let samples = 0;
  for (let i = 0; i < explicit.count; i++) samples += explicit.kind[i] >= BLOCK_KIND ? BLOCK_SAMPLES : 1;
  for (const { count } of seeded) samples += count;
  return samples;
}
