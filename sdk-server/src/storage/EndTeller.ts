import { setTimeout as wait } from 'node:timers/promises';
import type { Catalog, RecordingRow } from './catalog/index.js';

/** ms after which a row that could not be written at a recording's end is tried once more, and between tries from then on. */
const RETRY_AFTER = 500;
const RETRY_EVERY = 5_000;

/**
 * Tells the catalog how recordings ended. One that is away is told again until it is back; where this process ends before that, the row says `recording` until
 * whoever recovers what this process left puts it right from the file.
 *
 * @example
 * ```ts
 * await teller.tell('a1', { status: 'finished', endedAt: Date.now() });
 * ```
 */
export class EndTeller {
  readonly #catalog: Catalog;
  readonly #every: number;
  readonly #untold = new Map<string, Partial<RecordingRow>>();
  #timer: NodeJS.Timeout | null = null;

  /** `every`: ms between two tries at what was not taken, for tests. */
  constructor(catalog: Catalog, every = RETRY_EVERY) {
    this.#catalog = catalog;
    this.#every = every;
  }

  /** Recordings of which the catalog was not told. */
  get size(): number {
    return this.#untold.size;
  }

  /** Rejects where the catalog does not take it at once, nor after a moment; it is tried again then, unheard. */
  async tell(id: string, end: Partial<RecordingRow>): Promise<void> {
    try {
      await this.#catalog.update(id, end);
    } catch {
      await wait(RETRY_AFTER);
      try {
        await this.#catalog.update(id, end);
      } catch (error) {
        this.tellLater(id, end);
        throw error;
      }
    }
  }

  /** Where the catalog has just failed. */
  tellLater(id: string, end: Partial<RecordingRow>): void {
    this.#untold.set(id, end);
    this.#tryLater();
  }

  /** The catalog knows better by now. */
  forget(id: string): void {
    this.#untold.delete(id);
  }

  /** Tries a last time. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.#tryAll();
  }

  #tryLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#tryAll().then(() => {
        if (this.#untold.size > 0) this.#tryLater();
      });
    }, this.#every).unref();
  }

  async #tryAll(): Promise<void> {
    for (const [id, end] of [...this.#untold]) {
      try {
        await this.#catalog.update(id, end);
        this.#untold.delete(id);
      } catch {
        // It was said when the recording ended; the others would fare no better.
        return;
      }
    }
  }
}
