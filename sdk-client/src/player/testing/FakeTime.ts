import type { PlayerTiming } from '../PlayerTiming.js';

/** Time that passes when a test says so. */
export class FakeTime implements PlayerTiming {
  #now = 1000;
  #timers: { readonly at: number; readonly run: () => void }[] = [];
  /** ms that each timer of a page is late, as those of browsers are. */
  late = 0;

  now = (): number => this.#now;

  after = (ms: number, run: () => void): (() => void) => this.exactlyAfter(ms + this.late, run);

  exactlyAfter(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets so many ms pass, and all that happens in them. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  /** Time passes and no timer fires, as in a tab that sleeps. */
  sleep(ms: number): void {
    this.#now += ms;
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
