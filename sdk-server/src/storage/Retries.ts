/**
 * Does again, every so often, what did not work, until it does: one thing for each key, one after the other.
 *
 * @example
 * ```ts
 * const retries = new Retries(5000);
 * retries.add('a1', () => catalog.update('a1', end));
 * await retries.close();
 * ```
 */
export class Retries {
  private readonly works = new Map<string, () => Promise<unknown>>();
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> = Promise.resolve();
  private closed = false;

  /** `every`: ms from one round to the next. */
  constructor(private readonly every: number) {}

  /** Takes the place of what was to be done for the key. `work` rejects until it has worked. */
  add(key: string, work: () => Promise<unknown>): void {
    this.works.set(key, work);
    this.startTimer();
  }

  /** Things that have not worked yet. */
  get size(): number {
    return this.works.size;
  }

  /** Waits for what is under way; the rest is not done any more. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.round;
  }

  private startTimer(): void {
    if (this.timer || this.closed || this.works.size === 0) return;
    this.timer = setTimeout(() => {
      this.round = this.goRound().finally(() => {
        this.timer = null;
        this.startTimer();
      });
    }, this.every);
    this.timer.unref();
  }

  private async goRound(): Promise<void> {
    for (const [key, work] of [...this.works]) {
      if (this.closed) return;
      try {
        await work();
        if (this.works.get(key) === work) this.works.delete(key);
      } catch {
        // It has been told of already; it is tried again.
      }
    }
  }
}
