import { AdaptiveLatencyCompensation } from '@sgaps/core';

/**
 * Options of `LatencyTracker`, in frames unless said otherwise.
 *
 * @example
 * ```ts
 * const options: LatencyTrackerOptions = { min: 2, max: 12, probeEveryMs: 5000 };
 * ```
 */
export interface LatencyTrackerOptions {
  /** Smallest lead, default 2 (S4: L starts at 2). */
  readonly min?: number;
  /** Largest lead, default 12: S4's depth of 5 plus a live batch of 4 and room for jitter. */
  readonly max?: number;
  /** ms without a miss after which one frame less is tried, default 5,000. Doubles after a failed try. */
  readonly probeEveryMs?: number;
  /** Length of a frame, ms, default 1000/30. */
  readonly frameMs?: number;
}

/** A failed try to ask later postpones the next one at most this many times `probeEveryMs`. */
const MAX_BACKOFF = 16;

/**
 * Measures how many frames ahead samples must be asked for (S4, S13): the `lead`, from the newest frame the server has
 * decoded to the first frame of the requests it sends. A client that did not have the request for a frame when it drew
 * it (it used an older one, or none) was asked too late by that much; two late batches in a row raise the lead at once,
 * a long run without a miss lowers it by one, and a try that failed is repeated ever more rarely. A round trip measured
 * otherwise (`roundTrip`) sets the lead before anything is missed, and keeps it from being lowered in vain.
 *
 * @example
 * ```ts
 * const latency = new LatencyTracker();
 * latency.roundTrip(90, clock());
 * latency.observe([{ frameId: 8, requestId: 8 }, { frameId: 9, requestId: null }], 8);
 * const firstTarget = 9 + latency.lead;
 * ```
 */
export class LatencyTracker {
  /** Frames between the newest decoded frame and the first frame asked for, `min` … `max`. */
  lead: number;
  /** Share of recent frames whose own request was used, 0 … 1 (exponential mean over about 64 frames). */
  hitRate = 1;

  /** Round trip and jitter, as measured. */
  readonly compensation: AdaptiveLatencyCompensation;

  #frameMs: number;
  readonly #min: number;
  readonly #max: number;
  readonly #probeEvery: number;
  #lateBatches = 0;
  #clean = 0;
  #backoff = 1;
  #probing = false;
  #settle = 0;

  constructor(options: LatencyTrackerOptions = {}) {
    this.#min = options.min ?? 2;
    this.#max = Math.max(this.#min, options.max ?? 12);
    this.#probeEvery = options.probeEveryMs ?? 5000;
    this.#frameMs = options.frameMs ?? 1000 / 30;
    this.compensation = new AdaptiveLatencyCompensation({ minLead: this.#min, maxLead: this.#max });
    this.lead = this.#min;
  }

  /** Length of a frame, ms. Where it changes, the lead becomes as many frames as take as long. */
  get frameMs(): number {
    return this.#frameMs;
  }

  set frameMs(ms: number) {
    if (ms === this.#frameMs) return;
    const lead = Math.ceil((this.lead * this.#frameMs) / ms - 1e-9);
    this.#frameMs = ms;
    this.#set(lead);
  }

  /** Frames to carry cameras, objects and flow ahead (S4): min(5, floor(latency / frame)), by the lead where no round trip was measured. */
  get depth(): number {
    return Number.isNaN(this.compensation.meanMs) ? Math.min(5, this.lead) : this.compensation.depth(this.#frameMs);
  }

  /** Takes in a measured time from sending a request to its arrival in the game and back, ms; raises the lead at once to what covers most. */
  roundTrip(rttMs: number, nowMs: number): void {
    this.compensation.observe(rttMs, nowMs);
    const wanted = this.compensation.lead(this.#frameMs);
    if (wanted > this.lead) this.#set(wanted);
  }

  /**
   * Takes in one packet's frames. `firstTarget` is the first frame anything was asked for; frames before it cannot miss.
   * Returns the largest lateness seen, in frames.
   */
  observe(frames: readonly { readonly frameId: number; readonly requestId: number | null }[], firstTarget: number): number {
    let missed = 0;
    let counted = 0;
    for (const { frameId, requestId } of frames) {
      if (frameId < firstTarget) continue;
      counted++;
      const hit = requestId === frameId;
      if (!hit) missed++;
      this.hitRate += ((hit ? 1 : 0) - this.hitRate) / 64;
    }
    if (counted === 0) return 0;
    // Requests sent before the lead last changed are still on their way: judging them would raise it twice.
    if (this.#settle > 0) {
      this.#settle -= counted;
      return missed;
    }
    if (missed > 0) this.#late(missed);
    else this.#onTime(counted);
    return missed;
  }

  #late(missed: number): void {
    this.#clean = 0;
    this.#lateBatches++;
    if (this.#lateBatches < 2 && !this.#probing) return;
    if (this.#probing) this.#backoff = Math.min(MAX_BACKOFF, this.#backoff * 2);
    this.#probing = false;
    this.#set(this.lead + Math.max(1, missed));
  }

  #onTime(frames: number): void {
    this.#lateBatches = 0;
    this.#clean += frames * this.#frameMs;
    if (this.#clean < this.#probeEvery * this.#backoff) return;
    this.#clean = 0;
    if (this.lead > this.compensation.lead(this.#frameMs)) {
      this.#probing = true;
      this.#set(this.lead - 1);
    }
  }

  #set(lead: number): void {
    this.lead = Math.min(this.#max, Math.max(this.#min, lead));
    this.#lateBatches = 0;
    this.#settle = 2 * this.lead + 8;
  }
}
