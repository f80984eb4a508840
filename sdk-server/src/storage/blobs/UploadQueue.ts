import { setTimeout as wait } from 'node:timers/promises';
import type { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { noteStorageError } from '../../watching/storeMetrics.js';
import type { Catalog } from '../catalog/index.js';
import { toStorageError } from '../files.js';
import type { RecordingFolder } from '../RecordingFolder.js';
import type { LocalCopies } from './LocalCopies.js';
import { storeRecording } from './storeRecording.js';

/** Recordings uploaded at once. */
const AT_ONCE = 3;
/** ms between two looks at the catalog for what is not stored. */
const LOOK_EVERY = 60_000;
/** ms from a failure to the next try: doubled by each that follows, to the most. */
const FIRST_PAUSE = 1_000;
const MOST_PAUSE = 120_000;
/** ms between two warnings of the same outage. */
const WARN_EVERY = 600_000;
/** ms to wait for a row to tell of an end that was just noted. */
const ROW_WITHIN = 1_000;
/** Rows read at once. */
const PAGE = 500;

/**
 * How uploads fare.
 *
 * @example
 * ```ts
 * const { waiting, failing }: UploadFigures = server.uploads.figures;
 * ```
 */
export interface UploadFigures {
  /** Recordings that are not in the store yet, those under way included. */
  readonly waiting: number;
  readonly uploading: number;
  /** Since this process began. */
  readonly stored: number;
  readonly storedBytes: number;
  readonly failures: number;
  /** Why nothing was stored since the last failure; null while all goes well. */
  readonly failing: string | null;
}

/**
 * What an `UploadQueue` works on.
 *
 * @example
 * ```ts
 * const options: UploadQueueOptions = { folder, catalog, copies, log, isOpen: (id) => store.writer(id) !== undefined };
 * ```
 */
export interface UploadQueueOptions {
  readonly folder: RecordingFolder;
  readonly catalog: Catalog;
  readonly copies: LocalCopies;
  readonly log: Logger;
  /** True while this process writes the recording. */
  readonly isOpen: (id: string) => boolean;
  /** ms, for tests: between two looks, and of the first pause. */
  readonly lookEvery?: number;
  readonly firstPause?: number;
}

/**
 * Puts recordings that are closed into the store and notes that in the catalog (`storedAt`), for as long as it takes: what is not stored is found again after a restart. A store that is
 * away is asked again and again, ever less often; sessions notice nothing.
 *
 * @example
 * ```ts
 * const uploads = new UploadQueue(options);
 * store.onFinished((id) => uploads.add(id));
 * await uploads.close(10_000);
 * ```
 */
export class UploadQueue {
  readonly #options: UploadQueueOptions;
  /** In the order in which they are tried. */
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #workers: Promise<void>[] = [];
  #looking: Promise<void>;
  #failuresInRow = 0;
  #failing: string | null = null;
  #warnedAt = Number.NEGATIVE_INFINITY;
  /** performance.now() before which nothing is tried. */
  #pausedTo = 0;
  #stored = 0;
  #storedBytes = 0;
  #failures = 0;

  constructor(options: UploadQueueOptions) {
    this.#options = options;
    this.#looking = this.#look();
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, options.lookEvery ?? LOOK_EVERY).unref();
  }

  get figures(): UploadFigures {
    return {
      waiting: this.#waiting.size + this.#running.size,
      uploading: this.#running.size,
      stored: this.#stored,
      storedBytes: this.#storedBytes,
      failures: this.#failures,
      failing: this.#failing,
    };
  }

  /** Uploads a recording that is closed, once those before it are done. */
  add(id: string): void {
    if (this.#stop.signal.aborted || this.#running.has(id)) return;
    this.#waiting.add(id);
    while (this.#workers.length < Math.min(AT_ONCE, this.#waiting.size)) this.#startWorker();
  }

  /** Looks at the catalog at once for what is not stored. */
  async look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    await this.#looking;
  }

  /** Gives up uploading a recording, and waits until nothing of it is on its way. */
  async cancel(id: string): Promise<void> {
    this.#waiting.delete(id);
    const running = this.#running.get(id);
    running?.abort.abort();
    await running?.done;
    this.#waiting.delete(id);
  }

  /** Waits so long, ms, for what is waiting, then gives up: the next start goes on. */
  async close(within = 0): Promise<void> {
    clearInterval(this.#timer);
    const late = performance.now() + within;
    while (this.figures.waiting > 0 && performance.now() < late && this.#failing === null) await wait(20);
    this.#stop.abort();
    for (const { abort } of this.#running.values()) abort.abort();
    await this.#looking;
    await Promise.all(this.#workers);
  }

  async #look(): Promise<void> {
    const { catalog, folder, log } = this.#options;
    try {
      for (let offset = 0; !this.#stop.signal.aborted; offset += PAGE) {
        const { items } = await catalog.list({ stored: false, order: 'oldest', limit: PAGE, offset });
        // Of other machines' recordings nothing is here.
        for (const { id, status } of items) if (status !== 'recording' && folder.has(id)) this.add(id);
        if (items.length < PAGE) return;
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) log.warn({ err: error }, 'recordings to upload not found');
    }
  }

  #startWorker(): void {
    const worker = this.#work().finally(() => {
      this.#workers = this.#workers.filter((other) => other !== worker);
    });
    this.#workers.push(worker);
  }

  async #work(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      const pause = this.#pausedTo - performance.now();
      if (pause > 0 && !signal.aborted) await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
      const [id] = this.#waiting;
      if (id === undefined || signal.aborted) return;
      this.#waiting.delete(id);
      const abort = new AbortController();
      const done = this.#upload(id, abort.signal).finally(() => this.#running.delete(id));
      this.#running.set(id, { abort, done });
      await done;
    }
  }

  /** Never rejects: what fails is tried again. */
  async #upload(id: string, signal: AbortSignal): Promise<void> {
    const { catalog, copies, log } = this.#options;
    try {
      const stored = await this.#store(id, signal);
      if (stored === null) return;
      this.#stored++;
      this.#storedBytes += stored;
      if (this.#failing !== null) log.info({ waiting: this.figures.waiting }, 'the store takes recordings again');
      this.#failing = null;
      this.#failuresInRow = 0;
      await copies.makeRoom();
    } catch (error) {
      if (signal.aborted || this.#stop.signal.aborted) return;
      const failure = toStorageError(error, `storing recording ${id}`);
      // It was deleted meanwhile.
      if (failure.code === 'NOT_FOUND' && !(await catalog.get(id).catch(() => true))) return;
      this.#fail(id, failure);
    }
  }

  /** Bytes that were stored; null where there is nothing to do, or not yet. */
  async #store(id: string, signal: AbortSignal): Promise<number | null> {
    const { catalog, folder, copies, isOpen } = this.#options;
    let row = await catalog.get(id);
    // Its file is complete a moment before its row is.
    for (let waited = 0; row?.status === 'recording' && waited < ROW_WITHIN; waited += 50) {
      await wait(50, undefined, { signal }).catch(() => undefined);
      row = await catalog.get(id);
    }
    if (!row || row.status === 'recording' || isOpen(id) || !folder.has(id) || folder.hasJournals(id)) return null;
    return storeRecording(row, { folder, catalog, copies, signal });
  }

  #fail(id: string, error: SgapsError): void {
    const { log, firstPause = FIRST_PAUSE } = this.#options;
    this.#failures++;
    noteStorageError(error);
    this.#failing = error.message;
    const pause = Math.min(MOST_PAUSE, firstPause * 2 ** Math.min(20, this.#failuresInRow)) * (0.5 + Math.random() / 2);
    // Workers that fail together fail once.
    if (performance.now() >= this.#pausedTo) this.#failuresInRow++;
    this.#pausedTo = Math.max(this.#pausedTo, performance.now() + pause);
    this.#waiting.add(id);
    const isNew = performance.now() - this.#warnedAt > WARN_EVERY || this.#failuresInRow === 1;
    if (isNew) this.#warnedAt = performance.now();
    const { waiting } = this.figures;
    log[isNew ? 'warn' : 'debug'](
      { err: error, recording: id, waiting },
      'recording not stored: it stays here, and is tried again',
    );
  }
}
