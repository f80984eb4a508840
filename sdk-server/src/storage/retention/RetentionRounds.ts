import type { Logger } from 'pino';
import type { Retention } from './Retention.js';

/** ms from the server's start to the first round, and from one round to the next. */
const FIRST = 60_000;
const EVERY = 3_600_000;

/**
 * Sweeps now and then, as long as a server runs.
 *
 * @example
 * ```ts
 * const rounds = new RetentionRounds(new Retention({ store, log, policy }), log);
 * await rounds.close();
 * ```
 */
export class RetentionRounds {
  readonly #retention: Retention;
  readonly #log: Logger;
  readonly #every: number;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout;
  #round: Promise<void> = Promise.resolve();

  /** `every`: ms between rounds, and before the first; default an hour, and a minute. */
  constructor(retention: Retention, log: Logger, every?: number) {
    this.#retention = retention;
    this.#log = log;
    this.#every = every ?? EVERY;
    this.#timer = this.#startIn(every ?? FIRST);
  }

  /** Gives up what is not begun. */
  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#round;
  }

  #startIn(ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#round = this.#sweep().then(() => {
        if (!this.#stop.signal.aborted) this.#timer = this.#startIn(this.#every);
      });
    }, ms);
    return timer.unref();
  }

  /** Never rejects: what fails is tried again in the next round. */
  async #sweep(): Promise<void> {
    try {
      const { removed, failed } = await this.#retention.sweep({ signal: this.#stop.signal });
      if (removed.length === 0 && failed.length === 0) return;
      const bytes = removed.reduce((sum, removal) => sum + removal.bytes, 0);
      this.#log.info({ removed: removed.length, bytes, failed: failed.length }, 'retention swept');
    } catch (error) {
      this.#log.warn({ err: error }, 'retention not swept');
    }
  }
}
