import { prepareRecording } from '../playback/prepareRecording.js';
import type { SeekCache } from '../playback/SeekCache.js';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';

/**
 * Surveys recordings one after the other, in a thread that gives way to all others, and keeps their decoder states.
 *
 * @example
 * ```ts
 * const queue = new PrepareQueue('./.sgaps-data/recordings', cache);
 * const stop = store.onFinished((id) => queue.add(id));
 * await queue.close();
 * ```
 */
export class PrepareQueue {
  readonly #stop = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly recordings: string,
    private readonly cache: SeekCache,
    private readonly copies: LocalCopies | null = null,
  ) {
    void cache.tidy();
  }

  /** Surveys a finished recording once those before it are done. Trouble goes to the log. */
  add(id: string): void {
    this.#work = this.#work.then(() => this.#prepare(id));
  }

  /** Gives up what is under way and all that wait. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#work;
  }

  async #prepare(id: string): Promise<void> {
    const { recordings, cache, copies } = this;
    const { signal } = this.#stop;
    if (signal.aborted) return;
    await prepareRecording(id, { recordings, copies, cache, signal }).catch((error: unknown) => cache.notKept(id, error));
  }
}
