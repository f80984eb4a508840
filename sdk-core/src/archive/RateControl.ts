import { QUANTISERS } from './quantiser.js';

/** dB that one quantiser more costs, and the logarithm of the bytes that it saves, about. */
const DB_STEP = 0.8;
const BYTES_STEP = 0.125;
/** Quantisers by which a group may be off. */
const CLOSE = 1;
/** s of bytes that calm groups may leave for busy ones, and the share of them that one group may take. */
const RESERVE = 10;
const TAKE = 0.25;
const FIRST_GUESS = 30;

/** What is aimed at. */
export interface RateGoal {
  readonly bytesPerSecond?: number;
  readonly quality: number;
}

/** Chooses the quantiser of each group (H15): as fine as the quality asked for takes, where the bytes allow it. */
export class RateControl {
  private quantiser = FIRST_GUESS;
  private reserve = 0;

  constructor(private readonly goal: RateGoal) {}

  /** The quantiser to try first. */
  get first(): number {
    return this.quantiser;
  }

  /** What to try instead of what was tried, or null where that is close enough. */
  next(tried: number, bytes: number, psnr: number, seconds: number): number | null {
    const { bytesPerSecond, quality } = this.goal;
    let wanted = tried + (psnr - quality) / DB_STEP;
    if (bytesPerSecond) wanted = Math.max(wanted, tried + Math.log(bytes / this.allowed(bytesPerSecond, seconds)) / BYTES_STEP);
    const next = Math.max(0, Math.min(QUANTISERS - 1, Math.round(wanted)));
    return Math.abs(next - tried) <= CLOSE ? null : next;
  }

  /** A group is coded so. */
  take(quantiser: number, bytes: number, seconds: number): void {
    this.quantiser = quantiser;
    const { bytesPerSecond } = this.goal;
    if (!bytesPerSecond) return;
    const most = RESERVE * bytesPerSecond;
    this.reserve = Math.max(-most, Math.min(most, this.reserve + bytesPerSecond * seconds - bytes));
  }

  private allowed(bytesPerSecond: number, seconds: number): number {
    return Math.max(0.25 * bytesPerSecond * seconds, bytesPerSecond * seconds + TAKE * this.reserve);
  }
}
