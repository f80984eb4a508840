import { quantile } from '../metrics/statistics.js';

/**
 * Decides how far ahead to ask (S4, S13), from round trips as they are measured.
 *
 * @example
 * ```ts
 * const fixed: LatencyCompensation = { observe: () => undefined, lead: () => 2 };
 * ```
 */
export interface LatencyCompensation {
  /** Takes in a round trip from a frame's samples to the answer at the client, which the server learns of at `nowMs`. */
  observe(rttMs: number, nowMs: number): void;
  /** Frames from the newest one the server has to the first it asks for. */
  lead(frameMs: number): number;
}

/** Round trips remembered: about 2 s of single frames. */
const REMEMBERED = 64;
/** Share of the round trips that the lead must cover. */
const COVERED = 0.9;
/** Most frames asked ahead, as in the room. */
const MOST = 12;

/**
 * The bench's own compensation: the lead covers nine tenths of the last 64 round trips.
 *
 * @example
 * ```ts
 * const estimator = new LeadEstimator(2);
 * estimator.observe(120, 500);
 * estimator.lead(1000 / 30); // 4
 * ```
 */
export class LeadEstimator implements LatencyCompensation {
  private readonly trips: number[] = [];

  /** `start` is the lead before anything was measured. */
  constructor(private readonly start: number) {}

  observe(rttMs: number): void {
    this.trips.push(rttMs);
    if (this.trips.length > REMEMBERED) this.trips.shift();
  }

  lead(frameMs: number): number {
    if (this.trips.length === 0) return this.start;
    return Math.min(MOST, Math.max(1, Math.ceil(quantile(this.trips, COVERED) / frameMs - 1e-6)));
  }
}
