import type { ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import { DATABASE_VARIABLE, LOCAL_BYTES_VARIABLE, STORE_VARIABLE } from '../commandLine.js';
import { startProgram } from '../export/startProgram.js';
import type { Catalog } from '../storage/index.js';

/** ms from the server's start to the first round, and from one round to the next. */
const FIRST = 60_000;
const EVERY = 3_600_000;
/** Rows read at once. */
const PAGE = 500;
/** ms that a process gets to clean up after itself. */
const END_WITHIN = 5_000;
/** What will not be otherwise the next time. */
const FOR_GOOD = ['UNSUPPORTED', 'NOT_FOUND', 'OUT_OF_ORDER', 'BYTES_MALFORMED', 'CHECKSUM_MISMATCH'];

/**
 * What `sgaps archive --json` tells.
 *
 * @example
 * ```ts
 * const line: ArchiveLine = { state: 'archived', from: 52_000_000, bytes: 4_000_000, psnr: 38.4 };
 * ```
 */
export type ArchiveLine =
  | { readonly state: 'running' | 'done' }
  | { readonly state: 'archived'; readonly from: number; readonly bytes: number; readonly psnr: number | null }
  | { readonly state: 'failed' | 'left'; readonly error: { readonly code: string; readonly message: string } };

/**
 * Options of `ArchiveQueue`.
 *
 * @example
 * ```ts
 * const options: ArchiveQueueOptions = { data, catalog, log, after: 7 * 86_400_000, modelFolder: null };
 * ```
 */
export interface ArchiveQueueOptions {
  /** Folder of recordings. */
  readonly data: string;
  /** PostgreSQL database of the catalog; default: SQLite, in `data`. */
  readonly database?: string;
  /** Store that recordings are fetched from, and archives put into. */
  readonly store?: string;
  /** What recordings that are in the store may take in `data`. */
  readonly localBytes?: number;
  readonly catalog: Catalog;
  readonly log: Logger;
  /** ms since a recording ended, after which it is archived. */
  readonly after: number;
  /** The model that fills in what was not sampled; null for none. */
  readonly modelFolder: string | null;
  /** ms between rounds, and before the first. Default: an hour, and a minute. */
  readonly every?: number;
  /** Starts the program that archives; default `startProgram`. */
  readonly start?: typeof startProgram<ArchiveLine>;
}

/**
 * Archives recordings that ended long ago, one at a time, the oldest first, each in a process of its own that gives way to all others. One that fails is tried again in the next
 * round; one that is damaged, cannot be archived, or would not get smaller, not before the next start.
 *
 * @example
 * ```ts
 * const queue = new ArchiveQueue({ data, catalog, log, after: 7 * 86_400_000, modelFolder: null });
 * await queue.close();
 * ```
 */
export class ArchiveQueue {
  readonly #options: ArchiveQueueOptions;
  /** Recordings that stay as they are. */
  readonly #left = new Set<string>();
  #timer: NodeJS.Timeout;
  #child: ChildProcess | null = null;
  #round: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ArchiveQueueOptions) {
    this.#options = options;
    this.#timer = this.#startIn(options.every ?? FIRST);
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN);
      child.once('close', () => clearTimeout(late));
    }
    await this.#round;
  }

  #startIn(ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#round = this.#goRound().then(() => {
        if (!this.#closed) this.#timer = this.#startIn(this.#options.every ?? EVERY);
      });
    }, ms);
    return timer.unref();
  }

  async #goRound(): Promise<void> {
    try {
      for (const id of await this.#due()) {
        if (this.#closed) return;
        await this.#archive(id);
      }
    } catch (error) {
      this.#options.log.warn({ err: error }, 'recordings to archive not found');
    }
  }

  async #due(): Promise<string[]> {
    const { catalog, after } = this.#options;
    const endedBefore = Date.now() - after;
    const due: string[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const { items } = await catalog.list({ archived: false, endedBefore, order: 'oldest', limit: PAGE, offset });
      for (const { id, status, frames } of items) {
        const isWhole = status === 'finished' || status === 'recovered';
        if (isWhole && frames > 0 && !this.#left.has(id)) due.push(id);
      }
      if (items.length < PAGE) return due;
    }
  }

  /** Settles when its process has ended, however that ends. */
  async #archive(id: string): Promise<void> {
    const { data, database, store, localBytes, modelFolder, start = startProgram<ArchiveLine> } = this.#options;
    // Not on the GPU, which the rooms need.
    const reconstructor =
      modelFolder === null ? ['--reconstructor', 'none'] : ['--reconstructor', modelFolder, '--provider', 'cpu'];
    let outcome: ArchiveLine | null = null;
    const said = await new Promise<string>((resolve) => {
      const args = [...reconstructor, '--data', data, '--', id];
      const hear = (line: ArchiveLine): void => {
        if (line.state !== 'running' && line.state !== 'done') outcome = line;
      };
      this.#child = start('archive', args, hear, resolve, {
        [DATABASE_VARIABLE]: database,
        [STORE_VARIABLE]: store,
        [LOCAL_BYTES_VARIABLE]: localBytes?.toString(),
      });
    });
    this.#child = null;
    this.#note(id, outcome, said);
  }

  #note(id: string, outcome: ArchiveLine | null, said: string): void {
    const { log } = this.#options;
    if (outcome?.state === 'archived') {
      const { from, bytes, psnr } = outcome;
      log.info({ recording: id, from, bytes, psnr }, 'recording archived');
    } else if (this.#closed) log.info({ recording: id }, 'archiving given up: the server closes');
    else {
      const error = outcome && 'error' in outcome ? outcome.error : null;
      if (error && FOR_GOOD.includes(error.code)) this.#left.add(id);
      log.warn({ recording: id, error, said: error ? undefined : said }, 'recording not archived');
    }
  }
}
