import type { CaptureGrid, TierBits } from '@sgaps/protocol';
import { EncoderThread } from './EncoderThread.js';
import { type KnownRequest, RequestCache } from './RequestCache.js';
import { SharedEncoder, type SharedStream } from './SharedEncoder.js';

/** No two cohorts show the same at the same time: frames of the scene between one and the next. */
const APART = 37;

/**
 * A frame as far as its bytes depend on it.
 *
 * @example
 * ```ts
 * const frame: CohortFrame = { frameId: 3, known: null };
 * ```
 */
export interface CohortFrame {
  readonly frameId: number;
  /** What it answers; null for a frame without samples. */
  readonly known: KnownRequest | null;
}

/**
 * Sessions that play the same scene from its same frame on, each at its own time. The server decides by what it was sent alone, so it asks
 * all of them for the same, and a packet need be encoded once for all that sent the same before.
 *
 * @example
 * ```ts
 * const cohort = new Cohort(grid, 0, tierBits);
 * const bytes = await cohort.encode(stream, frames, { afresh: false, digest: true });
 * ```
 */
export class Cohort {
  readonly requests: RequestCache;
  readonly encoder = new SharedEncoder();
  readonly #thread: EncoderThread;

  constructor(grid: CaptureGrid, index: number, tierBits: TierBits) {
    this.requests = new RequestCache(grid);
    this.#thread = new EncoderThread({ offset: Cohort.offsetOf(index), tierBits });
  }

  /** Frame of the scene that cohort `index` begins with. */
  static offsetOf(index: number): number {
    return APART * index;
  }

  /** The packet of some frames, the next of `stream`; `afresh` where it starts the stream anew, which `digest` may change with. Those of one stream settle in turn. */
  encode(
    stream: SharedStream,
    frames: readonly CohortFrame[],
    { afresh, digest }: { readonly afresh: boolean; readonly digest: boolean },
  ): Promise<Uint8Array> {
    const key = `${digest ? 'd' : ''}${frames.map(({ frameId, known }) => `${frameId}:${known?.id ?? ''}`).join()}`;
    return this.encoder.encode(stream, key, afresh, (encoder, begins) =>
      this.#thread.encode({
        encoder,
        afresh: begins,
        digest,
        frames: frames.map(({ frameId, known }) => ({ frameId, request: known?.request ?? null })),
      }),
    );
  }

  /** Stops encoding; what is under way is lost. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
