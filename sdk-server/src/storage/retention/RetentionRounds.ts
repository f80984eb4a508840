import type { Logger } from 'pino';
import type { Retention } from './Retention.js';

/** ms from the server's start to the first round, and from one round to the next. */
const FIRST = 60_000;
const EVERY = 3_600_000;
/** A clock that runs ahead of a steady one by so many ms has been set: what is old by it may be new. It is believed after as long. */
const DAY = 86_400_000;

/**
 * Sweeps now and then, as long as a server runs. Where the system's clock has jumped ahead by more than a day nothing is removed for a day, so that a wrong clock can be
 * put right before it costs recordings.
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
  /** What the system's clock is ahead of a steady one, ms, and since when it is not believed, by the steady one. */
  #ahead = Date.now() - performance.now();
  #doubtedAt: number | null = null;

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
    if (this.#doubtsClock()) return;
    try {
      const { removed, failed } = await this.#retention.sweep({ signal: this.#stop.signal });
      if (removed.length === 0 && failed.length === 0) return;
      const bytes = removed.reduce((sum, removal) => sum + removal.bytes, 0);
      this.#log.info({ removed: removed.length, bytes, failed: failed.length }, 'retention swept');
    } catch (error) {
      this.#log.warn({ err: error }, 'retention not swept');
    }
  }

  #doubtsClock(): boolean {
    const now = performance.now();
    const ahead = Date.now() - now;
    if (ahead - this.#ahead <= DAY) {
      this.#doubtedAt = null;
      return false;
    }
    if (this.#doubtedAt === null) {
      const days = Math.round((ahead - this.#ahead) / DAY);
      this.#log.error(
        { days },
        'the clock has jumped ahead: nothing is removed for a day; put it right, or restart to have it believed',
      );
      this.#doubtedAt = now;
    }
    if (now - this.#doubtedAt < DAY) return true;
    this.#ahead = ahead;
    this.#doubtedAt = null;
    return false;
  }
}
