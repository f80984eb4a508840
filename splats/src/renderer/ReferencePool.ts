import { ReferenceThread } from './ReferenceThread.js';

/** Threads that all `ReferenceRenderer`s of a process share: more of them than there are cores would only take memory. */
export class ReferencePool {
  static readonly #open = new Map<number, ReferencePool>();
  static #renderers = 0;
  readonly threads: readonly ReferenceThread[];
  readonly #count: number;
  #users = 0;

  private constructor(count: number) {
    this.#count = count;
    this.threads = Array.from({ length: count }, () => new ReferenceThread());
  }

  /** So many threads: those that are there, unless one of them has ended. Each call needs a `leave`. */
  static join(count: number): { readonly pool: ReferencePool; readonly renderer: number } {
    let pool = ReferencePool.#open.get(count);
    if (!pool || pool.threads.some((thread) => thread.hasEnded)) {
      pool = new ReferencePool(count);
      ReferencePool.#open.set(count, pool);
    }
    pool.#users++;
    return { pool, renderer: ReferencePool.#renderers++ };
  }

  /** The threads end with their last renderer. */
  async leave(renderer: number): Promise<void> {
    for (const thread of this.threads) thread.forget(renderer);
    if (--this.#users > 0) return;
    if (ReferencePool.#open.get(this.#count) === this) ReferencePool.#open.delete(this.#count);
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}
