import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { InferenceThread, type RunningBatch, type ThreadEnd, type ThreadEvents, type ThreadOptions } from './InferenceThread.js';
import { reasonOf } from './Refusal.js';
import type { LoadedModel } from './threadMessages.js';

/** Threads may crash or hang so often within so many ms before no new one is started. */
const MAX_LOSSES = 3;
const LOSS_WINDOW_MS = 60_000;
/** Threads that hang, each with its cores and memory, with which no new one is started. */
const MAX_HANGING = 4;

/** What becomes of batches and threads. */
export interface KeeperEvents {
  readonly onDone: ThreadEvents['onDone'];
  /** A thread crashed or hangs; nobody answers these batches any more. */
  readonly onGone: (lost: readonly RunningBatch[], end: ThreadEnd) => void;
  /** A thread is there, in place of one that is gone or by a swap. */
  readonly onReady: () => void;
  /** There will be none until the next swap. */
  readonly onDown: () => void;
}

/**
 * Keeps one thread with a model: starts a new one when it crashes or hangs, though not again and again, and exchanges it for one with another model.
 *
 * @example
 * ```ts
 * const keeper = await ThreadKeeper.start({ folder, provider: 'auto', threads: 2, warmUp }, events, log);
 * keeper.thread?.run(batch);
 * ```
 */
export class ThreadKeeper {
  /** Null while a new one is started in place of one that is gone, and where none is any more. */
  thread: InferenceThread | null = null;
  /** What runs, or ran last. */
  model!: LoadedModel;
  /** No thread is to be hoped for. */
  down = false;
  #closed = false;
  #lossTimes: number[] = [];
  /** Threads that were given up in a run and have not come out of it. */
  #hanging = 0;
  /** Swaps, restarts and retiring threads that are not done. */
  readonly #pending = new Set<Promise<unknown>>();
  #swapping: Promise<unknown> = Promise.resolve();

  private constructor(
    private setup: ThreadOptions,
    private readonly events: KeeperEvents,
    private readonly log: Logger | undefined,
  ) {}

  /** @throws SgapsError as `InferenceThread.start`. */
  static async start(setup: ThreadOptions, events: KeeperEvents, log: Logger | undefined): Promise<ThreadKeeper> {
    const keeper = new ThreadKeeper(setup, events, log);
    keeper.#adopt(await keeper.#start(setup.folder));
    return keeper;
  }

  /** One after the other, in the order asked for. */
  swap(folder: string): Promise<void> {
    const swapping = this.#swapping.then(() => this.#swap(folder));
    this.#swapping = swapping.catch(() => undefined);
    this.#await(this.#swapping);
    return swapping;
  }

  /** Ends the thread once it has answered what it was given. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.thread) this.#await(this.thread.close());
    this.thread = null;
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async #swap(folder: string): Promise<void> {
    this.#assertOpen();
    const thread = await this.#start(folder);
    if (this.#closed) await thread.close();
    this.#assertOpen();
    const old = this.thread;
    this.setup = { ...this.setup, folder };
    this.#adopt(thread);
    if (old) this.#await(old.close());
  }

  #start(folder: string): Promise<InferenceThread> {
    const { onDone } = this.events;
    const onGone: ThreadEvents['onGone'] = (...gone) => this.#gone(...gone);
    return InferenceThread.start({ ...this.setup, folder }, { onDone, onGone });
  }

  #adopt(thread: InferenceThread): void {
    this.thread = thread;
    this.model = thread.model;
    this.down = false;
    const { id, provider, frameMs, passedOver } = thread.model;
    this.log?.info({ model: id, provider, frameMs, passedOver }, 'inference is ready');
    this.events.onReady();
  }

  #gone(thread: InferenceThread, lost: readonly RunningBatch[], end: ThreadEnd, reason: string): void {
    const { id: model, provider } = thread.model;
    this.log?.error({ reason, model, provider }, `the inference thread ${end === 'hang' ? 'hangs' : 'ended by itself'}`);
    if (end === 'hang') {
      this.#hanging++;
      thread.exited.then(() => this.#hanging--);
    }
    const current = thread === this.thread;
    if (current) this.thread = null;
    this.events.onGone(lost, end);
    if (current && !this.#closed) this.#await(this.#restart());
  }

  async #restart(): Promise<void> {
    const now = performance.now();
    this.#lossTimes = [...this.#lossTimes.filter((time) => now - time < LOSS_WINDOW_MS), now];
    const giveUp = (reason: string) => {
      this.down = true;
      this.log?.error({ reason }, 'inference is down; pictures are those of memory until another model is swapped in');
      this.events.onDown();
    };
    const losses = this.#lossTimes.length;
    if (losses > MAX_LOSSES) return giveUp(`${losses} threads crashed or hung within a minute`);
    if (this.#hanging >= MAX_HANGING) return giveUp(`${this.#hanging} threads hang`);
    try {
      const thread = await this.#start(this.setup.folder);
      if (this.#closed || this.thread) return await thread.close();
      if (thread.model.id === this.model.id) return this.#adopt(thread);
      await thread.close();
      giveUp(`${this.setup.folder} has become another model, ${thread.model.id}`);
    } catch (error) {
      if (!this.#closed && !this.thread) giveUp(reasonOf(error));
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new SgapsError('CLOSED', 'The inference service is closed; start another.');
  }

  #await(work: Promise<unknown>): void {
    this.#pending.add(work);
    work.finally(() => this.#pending.delete(work));
  }
}
