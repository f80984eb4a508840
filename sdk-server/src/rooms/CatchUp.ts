import type { SessionLoop } from '../loop/SessionLoop.js';
import { SyncGate } from '../storage/SyncGate.js';

/** ms of work before other rooms get their turn. */
const SLICE = 8;
/** ms after the last watcher left until nothing is decoded any more: pages are reloaded. */
const LINGER = 5000;
/** ms that a recorder which was asked to start afresh is waited for, and between looks whether it did. */
const RESTART_WITHIN = 3000;
const LOOK_EVERY = 30;
/** Frames decoded for the picture of a session that nobody watched: in a second everything was looked at once. */
const GLIMPSE = 30;

/** Those that make a picture of a session that ends do so one after the other: many may end at once, and none of them may hold up the others' files. */
const glimpses = new SyncGate(1);

/**
 * What a `CatchUp` is told by and tells.
 *
 * @example
 * ```ts
 * const options: CatchUpOptions = { loop, restart: () => client.send('error', RESTART), done: (ms) => log.info({ ms }, 'caught up') };
 * ```
 */
export interface CatchUpOptions {
  readonly loop: SessionLoop;
  /** Asks the recorder to start its stream afresh. */
  readonly restart: () => void;
  /** The newest frame was rebuilt, after `ms`; frames are decoded as they come. */
  readonly done: (ms: number) => void;
  /** Catching up failed for no fault of the bytes. */
  readonly failed: (error: unknown) => void;
}

/**
 * Lets a session on demand see when somebody watches, in slices that keep nobody else waiting, and be blind again some seconds
 * after the last watcher left.
 *
 * @example
 * ```ts
 * catchUp.watch();
 * catchUp.unwatch();
 * ```
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  #watched = false;
  #over = false;
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> | null = null;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Somebody watches. */
  watch(): void {
    clearTimeout(this.#timer);
    this.#watched = true;
    if (!this.#options.loop.deferring || this.#busy) return;
    this.#busy = this.#run()
      .catch(this.#options.failed)
      .finally(() => {
        this.#busy = null;
      });
  }

  /** Nobody watches any more. */
  unwatch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#watched = false;
      this.#options.loop.defer();
    }, LINGER);
    this.#timer.unref();
  }

  /** The session ends. Makes a picture of one that was never seen, from about a second of its frames, if that is done within `ms`. */
  async end(ms: number): Promise<void> {
    const { loop } = this.#options;
    clearTimeout(this.#timer);
    this.#over = true;
    await this.#busy;
    const until = performance.now() + ms;
    const wanted = () => performance.now() < until && loop.deferring && loop.newest === null && loop.behind > 0;
    // What cannot be decoded without a fresh start never will be: none comes any more.
    await glimpses.run(async () => {
      while (wanted() && !loop.catchUp(SLICE, GLIMPSE) && loop.startable) await turn();
    });
  }

  async #run(): Promise<void> {
    const { loop, restart, done } = this.#options;
    const start = performance.now();
    if (loop.wantsRestart) restart();
    while (this.#going && loop.wantsRestart && performance.now() - start < RESTART_WITHIN) await sleep(LOOK_EVERY);
    while (this.#going && !loop.catchUp(SLICE)) await (loop.startable ? turn() : sleep(LOOK_EVERY));
    if (this.#going) done(performance.now() - start);
  }

  get #going(): boolean {
    return this.#watched && !this.#over;
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
