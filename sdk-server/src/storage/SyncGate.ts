import { storeMetrics } from '../watching/storeMetrics.js';

/** Node has four threads for files by default, shared with picture encoding; fsync may hold half of them. */
const AT_ONCE = 2;

/**
 * Lets at most `limit` waits for the medium run at once, first come, first served: on a slow disk many recordings would otherwise take
 * all of the process' file threads. Who waits longer seals a bigger chunk; nothing is lost by it.
 *
 * @example
 * ```ts
 * await new SyncGate(2).run(() => file.datasync());
 * ```
 */
export class SyncGate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limit: number) {}

  /** Does `work` when it is its turn; gives its result or error. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.limit) await new Promise<void>((turn) => this.waiting.push(turn));
    else this.running++;
    const done = storeMetrics.sync.startTimer();
    try {
      return await work();
    } finally {
      done();
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** The gate of this process. */
export const syncGate: SyncGate = new SyncGate(AT_ONCE);
