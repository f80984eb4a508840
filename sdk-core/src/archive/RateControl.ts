import { QUANTISERS } from './quantiser.js';

/** dB that one quantiser more costs, and the logarithm of the bytes that it saves, about. */
const DB_STEP = 0.8;
const BYTES_STEP = 0.125;
/** Quantisers by which a group may be off. */
const CLOSE = 1.1;
/** s of bytes that calm groups may leave for busy ones, and the share of them that one group may take. */
const RESERVE = 10;
const TAKE = 0.25;
const FIRST_GUESS = 30;

/** What is aimed at. */
export interface RateGoal {
  readonly bytesPerSecond?: number;
  readonly quality: number;
}

interface Trial {
  readonly quantiser: number;
  readonly miss: number;
}

/** Chooses the quantiser of each group (H15): as fine as the quality asked for takes, where the bytes allow it. */
export class RateControl {
  private quantiser = FIRST_GUESS;
  private reserve = 0;
  /** The coarsest that was too fine for the group at hand, and the finest that was too coarse. */
  private fine: Trial | null = null;
  private coarse: Trial | null = null;

  constructor(private readonly goal: RateGoal) {}

  /** Begins a group: the quantiser to try first. */
  begin(): number {
    this.fine = null;
    this.coarse = null;
    return this.quantiser;
  }

  /** By how many quantisers a trial is too fine, about; below 0 too coarse. */
  miss(bytes: number, psnr: number, seconds: number): number {
    const { bytesPerSecond, quality } = this.goal;
    const better = (psnr - quality) / DB_STEP;
    return bytesPerSecond ? Math.max(better, Math.log(bytes / this.allowed(bytesPerSecond, seconds)) / BYTES_STEP) : better;
  }

  /** What to try instead of what was tried and missed, or null where that is close enough or nothing lies between. */
  next(tried: number, miss: number): number | null {
    if (Math.abs(miss) < CLOSE) return null;
    if (miss > 0) this.fine = { quantiser: tried, miss };
    else this.coarse = { quantiser: tried, miss };
    const { fine, coarse } = this;
    // Where both sides are known, a line between them tells more than what a step is usually worth.
    const share = fine && coarse ? fine.miss / (fine.miss - coarse.miss) : 0;
    const wanted = fine && coarse ? fine.quantiser + share * (coarse.quantiser - fine.quantiser) : tried + miss;
    const least = fine ? fine.quantiser + 1 : 0;
    const most = coarse ? coarse.quantiser - 1 : QUANTISERS - 1;
    return least > most ? null : Math.max(least, Math.min(most, Math.round(wanted)));
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
