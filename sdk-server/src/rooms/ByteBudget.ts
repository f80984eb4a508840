/**
 * A token bucket over bytes: `perSecond` on average, `burst` at once.
 *
 * @example
 * ```ts
 * const budget = new ByteBudget({ perSecond: 1_000_000, burst: 2_000_000 });
 * if (!budget.spend(bytes.length, performance.now())) client.leave(4003);
 * ```
 */
export class ByteBudget {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number | null = null;

  constructor(options: { readonly perSecond: number; readonly burst: number }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#tokens = options.burst;
  }

  /** Takes `bytes` at `now` (ms of a steady clock). False when the sender is over its rate. */
  spend(bytes: number, now: number): boolean {
    if (this.#at !== null) this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (bytes > this.#tokens) return false;
    this.#tokens -= bytes;
    return true;
  }
}
