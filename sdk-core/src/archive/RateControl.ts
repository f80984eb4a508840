import { QUANTISERS } from './quantiser.js';

/** dB that one quantiser more costs, and the logarithm of the bytes that it saves, about. */
const DB_STEP = 0.8;
const BYTES_STEP = 0.125;
/** How much steeper or flatter than that it may be, times. */
const STEEPER = 3;
/** Quantisers by which a group may be off. */
const CLOSE = 1;
/** s of bytes that calm groups may leave for busy ones, and the share of them that one group may take. */
const RESERVE = 10;
const TAKE = 0.25;
const FIRST_GUESS = 30;
/** Bytes beyond those allowed that are as good as none; and what makes more count for more than any quality. */
const SLACK = 1.15;
const FAR = 1e6;

/** What is aimed at. */
export interface RateGoal {
  readonly bytesPerSecond?: number;
  readonly quality: number;
}

/** A group coded with a quantiser. */
export interface Attempt {
  readonly quantiser: number;
  readonly bytes: number;
  readonly psnr: number;
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

  /** What to try after the attempts made at a group, the last one last; null where that is close enough, or nothing closer is left. */
  next(attempts: readonly Attempt[], seconds: number): number | null {
    const { bytesPerSecond, quality } = this.goal;
    const last = attempts[attempts.length - 1];
    const { db, bytes } = this.slopes(attempts);
    let wanted = last.quantiser + (last.psnr - quality) / db;
    if (bytesPerSecond)
      wanted = Math.max(wanted, last.quantiser + Math.log(last.bytes / this.allowed(bytesPerSecond, seconds)) / bytes);
    const next = Math.max(0, Math.min(QUANTISERS - 1, Math.round(wanted)));
    const isKnown = attempts.some(({ quantiser }) => quantiser === next);
    return isKnown || Math.abs(next - last.quantiser) <= CLOSE ? null : next;
  }

  /** The best of the attempts made at a group: as near to the quality as the bytes allow; where all take too many, that with the fewest. */
  best<One extends Attempt>(attempts: readonly One[], seconds: number): One {
    const { bytesPerSecond, quality } = this.goal;
    const most = bytesPerSecond ? SLACK * this.allowed(bytesPerSecond, seconds) : Number.POSITIVE_INFINITY;
    const off = ({ bytes, psnr }: Attempt) => (bytes > most ? FAR * bytes : Math.abs(psnr - quality));
    return attempts.reduce((best, one) => (off(one) < off(best) ? one : best));
  }

  /** A group is coded so. */
  take({ quantiser, bytes }: Attempt, seconds: number): void {
    this.quantiser = quantiser;
    const { bytesPerSecond } = this.goal;
    if (!bytesPerSecond) return;
    const most = RESERVE * bytesPerSecond;
    this.reserve = Math.max(-most, Math.min(most, this.reserve + bytesPerSecond * seconds - bytes));
  }

  /** What a quantiser more costs in dB and in the logarithm of the bytes: as the last two attempts say, where there are two. */
  private slopes(attempts: readonly Attempt[]): { readonly db: number; readonly bytes: number } {
    const [before, last] = attempts.slice(-2);
    if (!last) return { db: DB_STEP, bytes: BYTES_STEP };
    const step = last.quantiser - before.quantiser;
    return {
      db: Math.max(DB_STEP / STEEPER, Math.min(STEEPER * DB_STEP, (before.psnr - last.psnr) / step)),
      bytes: Math.max(BYTES_STEP / STEEPER, Math.min(STEEPER * BYTES_STEP, Math.log(before.bytes / last.bytes) / step)),
    };
  }

  private allowed(bytesPerSecond: number, seconds: number): number {
    return Math.max(0.25 * bytesPerSecond * seconds, bytesPerSecond * seconds + TAKE * this.reserve);
  }
}
