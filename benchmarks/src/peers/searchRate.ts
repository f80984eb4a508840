/**
 * A rate that was tried, and what came of it.
 *
 * @example
 * ```ts
 * const tried: RateTrial = { rate: 614_400, bytes: 2590 };
 * ```
 */
export interface RateTrial {
  /** Bits per second that the encoder was told. */
  readonly rate: number;
  /** Bytes per frame that it made. */
  readonly bytes: number;
}

/**
 * Finds the rate at which an encoder makes `target` bytes per frame, within `tolerance` (a fraction, default 0.03), and returns the nearest trial.
 * An encoder at its best quality makes no more bytes whatever the rate: where four times the rate adds less than 1 %, the trial with the most
 * bytes is returned. At most `tries` trials, default 10.
 *
 * @example
 * ```ts
 * const { rate, bytes } = await searchRate({ target: 2560, start: 614_400, trial: (rate) => encode(rate) });
 * ```
 */
export async function searchRate(options: {
  readonly target: number;
  readonly start: number;
  readonly trial: (rate: number) => Promise<number>;
  readonly tolerance?: number;
  readonly tries?: number;
}): Promise<RateTrial> {
  const { target, start, trial, tolerance = 0.03, tries = 10 } = options;
  const error = ({ bytes }: RateTrial) => Math.abs(Math.log(Math.max(1, bytes) / target));
  let low: RateTrial | undefined;
  let high: RateTrial | undefined;
  let best: RateTrial | undefined;
  for (let rate = start, n = 0; n < tries; n++) {
    const now: RateTrial = { rate, bytes: await trial(rate) };
    if (!best || error(now) < error(best)) best = now;
    if (Math.abs(now.bytes - target) <= tolerance * target) break;
    if (now.bytes > target) high = now;
    else {
      if (low && now.rate >= 4 * low.rate && now.bytes < 1.01 * low.bytes) break;
      if (!low || now.rate > low.rate) low = now;
    }
    rate = Math.round(nextRate(target, now, low, high));
    if (rate === low?.rate || rate === high?.rate) break;
  }
  return best ?? { rate: start, bytes: 0 };
}

/** Between the two nearest trials on a line of logarithms, kept off their ends; before there are two, in proportion to what is missing. */
function nextRate(target: number, now: RateTrial, low: RateTrial | undefined, high: RateTrial | undefined): number {
  if (!high) return now.rate * Math.max(4, target / Math.max(1, now.bytes));
  if (!low) return now.rate * Math.min(0.9, target / now.bytes);
  const span = Math.log(high.rate / low.rate);
  const share = Math.log(target / Math.max(1, low.bytes)) / Math.log(high.bytes / Math.max(1, low.bytes));
  return low.rate * Math.exp(span * Math.min(0.9, Math.max(0.1, share)));
}
