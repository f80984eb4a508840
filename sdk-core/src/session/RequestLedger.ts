import { type SampleRequest, type SampleSet, SgapsError } from '@sgaps/protocol';

/** Frames after which a request passed over is forgotten; clients throw theirs away after 32. */
const STALE = 64;

/** Requests kept at most; the oldest go first. About 17 s of asking a client that never answers at 30 frames/s. */
const MAX_PENDING = 512;

/**
 * The requests a client may still answer, by the frame they were meant for, with their samples drawn. What it does
 * depends on the records alone, so the live loop and a playback hold the same requests at the same record.
 *
 * @example
 * ```ts
 * const ledger = new RequestLedger((request) => codec.expand(request));
 * ledger.add(request, packet);
 * const samples = ledger.resolve(request.frameId);
 * ```
 */
export class RequestLedger {
  readonly #expand: (request: SampleRequest) => SampleSet;
  readonly #pending = new Map<number, { request: SampleRequest; packet: Uint8Array; samples: SampleSet | null }>();

  constructor(expand: (request: SampleRequest) => SampleSet) {
    this.#expand = expand;
  }

  /** Frame ids of the requests waiting for an answer, oldest first. */
  get pendingIds(): number[] {
    return [...this.#pending.keys()];
  }

  /** The coordinate packets that those requests came in, oldest first; they may hold answered ones too. */
  get pendingPackets(): Uint8Array[] {
    return [...new Set(Array.from(this.#pending.values(), (entry) => entry.packet))];
  }

  /** Remembers a request and the packet it came in, which is kept. Throws `OUT_OF_ORDER` for a frame that was already asked for. */
  add(request: SampleRequest, packet: Uint8Array): void {
    if (this.#pending.has(request.frameId)) {
      throw new SgapsError('OUT_OF_ORDER', `Frame ${request.frameId} has been asked for already.`);
    }
    this.#pending.set(request.frameId, { request, packet, samples: null });
    if (this.#pending.size > MAX_PENDING) {
      const oldest = this.#pending.keys().next();
      if (!oldest.done) this.#pending.delete(oldest.value);
    }
  }

  /** The samples asked for under this request id, or undefined when it is unknown or long answered. */
  resolve(requestId: number): SampleSet | undefined {
    const entry = this.#pending.get(requestId);
    if (!entry) return undefined;
    entry.samples ??= this.#expand(entry.request);
    return entry.samples;
  }

  /**
   * Forgets a request that was answered, and those so much older that no client answers them any more. Others stay: a
   * client that found a newer one waiting may still use them for later frames.
   */
  release(requestId: number): void {
    this.#pending.delete(requestId);
    for (const id of this.#pending.keys()) {
      if (id + STALE < requestId) this.#pending.delete(id);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#pending.clear();
  }
}
