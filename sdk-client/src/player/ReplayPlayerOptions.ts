import { SgapsError } from '@sgaps/protocol/vocabulary';

/**
 * Options of `ReplayPlayer.open`.
 *
 * @example
 * ```ts
 * const options: ReplayPlayerOptions = { autoplay: true, range: { start: 12, end: 20 }, loop: true };
 * ```
 */
export interface ReplayPlayerOptions {
  readonly autoplay?: boolean;
  /** Where to begin, seconds; `LIVE_EDGE` (+∞) for the newest there is. Default the start. */
  readonly currentTime?: number;
  /** Default 1. */
  readonly playbackRate?: number;
  readonly loop?: boolean;
  /** A clip: plays and seeks within it, seconds. */
  readonly range?: ReplayRange | null;
}

/**
 * A stretch of a replay, seconds.
 *
 * @example
 * ```ts
 * player.range = { start: 12, end: 20 };
 * ```
 */
export interface ReplayRange {
  readonly start: number;
  readonly end: number;
}

/** @throws SgapsError `ARGUMENT_INVALID` */
export function checkedRate(rate: number): number {
  if (rate >= -4 && rate <= 8 && Math.abs(rate) >= 0.25) return rate;
  throw new SgapsError('ARGUMENT_INVALID', `A playback rate is -4 … -0.25 or 0.25 … 8, not ${rate}.`);
}

/** @throws SgapsError `ARGUMENT_INVALID` */
export function checkedRange(range: ReplayRange | null): ReplayRange | null {
  if (range === null || (range.start >= 0 && range.end > range.start)) return range;
  throw new SgapsError(
    'ARGUMENT_INVALID',
    `A range starts at 0 or later and ends after that, not ${range.start} … ${range.end}.`,
  );
}

/** @throws SgapsError `ARGUMENT_INVALID` */
export function checkedTime(time: number): number {
  if (!Number.isNaN(time)) return time;
  throw new SgapsError('ARGUMENT_INVALID', `A time is a number of seconds, not ${time}.`);
}
