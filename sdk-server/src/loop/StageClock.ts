import type { LoopStage, LoopTally } from './SessionLoopOptions.js';

/**
 * Tells a tally what each stage of a packet took: from one mark to the next.
 *
 * @example
 * ```ts
 * clock.begin();
 * decode(bytes);
 * clock.mark('decode');
 * clock.end();
 * ```
 */
export class StageClock {
  #begun = 0;
  #at = 0;

  constructor(private readonly tally: LoopTally | undefined) {}

  /** A packet comes, or something outside of the loop is over. */
  begin(): void {
    if (this.tally) this.#begun = this.#at = performance.now();
  }

  /** A stage is over, the next begins. */
  mark(stage: LoopStage): void {
    if (!this.tally) return;
    const now = performance.now();
    this.tally.took(stage, now - this.#at);
    this.#at = now;
  }

  /** The packet is dealt with. */
  end(): void {
    this.tally?.took('packet', performance.now() - this.#begun);
  }
}
