import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { LOCAL_BYTES_VARIABLE, STORE_VARIABLE } from '../commandLine.js';
import { errorMessage } from '../rooms/errors.js';
import { MIN_FREE_BYTES, toStorageError } from '../storage/files.js';
import type { ExportRequest } from './exportRequest.js';
import { startProgram } from './startProgram.js';

/** What `sgaps export --json` tells. */
type ExportLine =
  | { readonly state: 'running'; readonly progress: number }
  | { readonly state: 'done'; readonly bytes: number }
  | { readonly state: 'failed'; readonly error: { readonly code: string; readonly message: string } };

/** Exports made at once, and those that may wait for it. */
const MOST_RUNNING = 2;
const MOST_WAITING = 8;
/** ms that a file is kept, and that an export that failed is remembered. */
const KEPT_FOR = 3_600_000;
/** Bytes that files take in all where nothing else is said: two of the largest archives. */
const USUAL_BYTES = 8 * 2 ** 30;
/** ms between two looks at what an export takes. */
const LOOK_EVERY = 500;
/** ms that a process gets to clean up after itself. */
const END_WITHIN = 5_000;
/** What lies in the folder and is ours to remove. */
const OURS = /^[0-9a-f-]{36}\.[a-z0-9]+(\.tmp)?$/;

/**
 * How an export fares. One that waits for its turn runs, at 0.
 *
 * @example
 * ```ts
 * const { state, progress, bytes, error }: ExportStatus = await (await fetch(`/api/exports/${id}`)).json();
 * ```
 */
export interface ExportStatus {
  readonly state: 'running' | 'done' | 'failed';
  /** 0 … 1. */
  readonly progress: number;
  /** Of the file; 0 until it is whole. */
  readonly bytes: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * Options of `ExportJobs`.
 *
 * @example
 * ```ts
 * const freeBytes = async () => (await store.disk()).freeBytes;
 * const options: ExportJobsOptions = { data, modelFolder, log, accepting: () => true, freeBytes };
 * ```
 */
export interface ExportJobsOptions {
  /** Folder of recordings; files are made in its `exports`. */
  readonly data: string;
  /** The model that fills in; null for none. */
  readonly modelFolder: string | null;
  /** Archive models beside those of `@sgaps/models`. */
  readonly archiveModels?: readonly string[];
  readonly log: Logger;
  /** False once the server closes: exports end then. */
  readonly accepting: () => boolean;
  /** What the disk has left. */
  readonly freeBytes: () => Promise<number>;
  /** Store that recordings are fetched from where they are not in `data` any more. */
  readonly store?: string;
  /** What recordings that are in the store may take in `data`. */
  readonly localBytes?: number;
  /** What all files may take, those being made too; of those that are done the oldest go first. Default 8 GiB. */
  readonly bytes?: number;
  /** Other processes make exports in the same folder. */
  readonly shared?: boolean;
}

interface Job {
  readonly id: string;
  readonly recordingId: string;
  readonly args: readonly string[];
  readonly file: string;
  /** What the file is called by who downloads it. */
  readonly name: string;
  status: ExportStatus;
  /** How it ended by its own word: to be seen once its process has. */
  outcome: ExportStatus | null;
  child: ChildProcess | null;
  /** Settles once its process has ended, and what is not to stay is gone. */
  over: Promise<void>;
  /** Nobody wants it any more. */
  aborted: boolean;
  /** When it was last seen what it takes. */
  lookedAt: number;
}

/** What one sees where a process ended without a word. */
const UNTOLD = { code: 'INTERNAL', message: 'The export failed; the log says why.' };

/**
 * Makes exports in processes of their own, two at a time, and keeps their files for an hour. They never take the disk that recordings need.
 *
 * @example
 * ```ts
 * const jobs = new ExportJobs({ data, modelFolder: null, log, accepting: () => true, freeBytes });
 * const id = await jobs.start('a1', { format: 'mp4' }, 'arena-a1.mp4');
 * ```
 */
export class ExportJobs {
  readonly #options: ExportJobsOptions;
  readonly #folder: string;
  readonly #jobs = new Map<string, Job>();
  #waiting: Job[] = [];
  #running = 0;
  readonly #cleaned: Promise<void>;

  constructor(options: ExportJobsOptions) {
    this.#options = options;
    this.#folder = join(options.data, 'exports');
    this.#cleaned = this.#clean().catch((error: unknown) => options.log.warn({ err: error }, 'old exports not removed'));
  }

  /**
   * Starts an export, or lets it wait for its turn, and gives its id; null where too many wait. `name` is what its file will be called. Throws
   * `STORAGE_FULL` where the disk has little left.
   */
  async start(recordingId: string, request: ExportRequest, name: string): Promise<string | null> {
    await this.#cleaned;
    await this.#assertFree();
    await mkdir(this.#folder, { recursive: true }).catch((error: unknown) => {
      throw toStorageError(error, `making ${this.#folder}`);
    });
    if (this.#waiting.length >= MOST_WAITING) return null;
    const id = randomUUID();
    const file = join(this.#folder, id + name.slice(name.lastIndexOf('.')));
    const { data, modelFolder, archiveModels = [] } = this.#options;
    // Not on the GPU, which the rooms need.
    const model = modelFolder === null ? ['--model', 'none'] : ['--model', modelFolder, '--provider', 'cpu'];
    const others = archiveModels.length > 0 ? ['--archive-models', ...archiveModels] : [];
    const args = [...flagsOf(request), ...model, ...others, '--data', data, '--out', file, '--', recordingId];
    const status: ExportStatus = { state: 'running', progress: 0, bytes: 0, error: null };
    const job: Job = {
      ...{ id, recordingId, args, file, name, status, outcome: null, child: null, over: Promise.resolve() },
      ...{ aborted: false, lookedAt: 0 },
    };
    this.#jobs.set(id, job);
    this.#waiting.push(job);
    this.#next();
    return id;
  }

  /** How it fares; undefined where there is none of that id, or no more. */
  status(id: string): ExportStatus | undefined {
    return this.#jobs.get(id)?.status;
  }

  /** What it is an export of; undefined as for `status`. */
  recordingOf(id: string): string | undefined {
    return this.#jobs.get(id)?.recordingId;
  }

  /** A finished export's file, and what it is called. */
  file(id: string): { readonly path: string; readonly name: string; readonly recordingId: string } | undefined {
    const job = this.#jobs.get(id);
    return job?.status.state === 'done' ? { path: job.file, name: job.name, recordingId: job.recordingId } : undefined;
  }

  /** Ends all exports of a recording and removes their files. */
  async removeOf(recordingId: string): Promise<void> {
    const ids = [...this.#jobs.values()].filter((job) => job.recordingId === recordingId).map(({ id }) => id);
    await Promise.all(ids.map((id) => this.remove(id)));
  }

  /** Ends an export and removes its file; settles when both is done. False where there is none of that id. */
  async remove(id: string): Promise<boolean> {
    const job = this.#jobs.get(id);
    if (!job) return false;
    this.#jobs.delete(id);
    this.#waiting = this.#waiting.filter((other) => other !== job);
    this.#abort(job);
    await job.over;
    await this.#removeFile(job);
    return true;
  }

  #next(): void {
    while (this.#running < MOST_RUNNING && this.#waiting.length > 0) {
      const job = this.#waiting.shift() as Job;
      this.#running++;
      job.over = new Promise((resolve) => {
        job.child = startProgram<ExportLine>(
          'export',
          job.args,
          (line) => this.#told(job, line),
          (said) => void this.#ended(job, said).finally(resolve),
          { [STORE_VARIABLE]: this.#options.store, [LOCAL_BYTES_VARIABLE]: this.#options.localBytes?.toString() },
        );
      });
      this.#options.log.info({ export: job.id, args: job.args }, 'export started');
    }
  }

  #told(job: Job, line: ExportLine): void {
    const { status } = job;
    if (line.state === 'running') {
      job.status = { ...status, progress: line.progress };
      this.#look(job);
    } else if (line.state === 'done') job.outcome ??= { state: 'done', progress: 1, bytes: line.bytes, error: null };
    else job.outcome ??= { ...status, state: 'failed', error: line.error };
    if (!this.#options.accepting()) {
      this.#waiting = [];
      this.#abort(job);
    }
  }

  async #ended(job: Job, said: string): Promise<void> {
    const { log } = this.#options;
    job.child = null;
    this.#running--;
    this.#next();
    if (job.outcome?.state === 'done') {
      await this.#assertRoom().catch((refusal: unknown) => {
        job.outcome = failed(job, refusal);
      });
    }
    job.status = job.outcome ?? { ...job.status, state: 'failed', error: UNTOLD };
    // They are kept in the order in which they were done.
    if (this.#jobs.delete(job.id)) this.#jobs.set(job.id, job);
    const { state, error } = job.status;
    if (state === 'failed' && !job.aborted) log.warn({ export: job.id, error, said }, 'export failed');
    else log.info({ export: job.id, state, aborted: job.aborted }, 'export ended');
    if (state === 'failed' || job.aborted) await this.#removeFile(job);
    setTimeout(() => void this.#forget(job), KEPT_FOR).unref();
  }

  /** Ends an export, now and then looked at, that takes what others need. */
  #look(job: Job): void {
    const now = performance.now();
    if (now - job.lookedAt < LOOK_EVERY) return;
    job.lookedAt = now;
    this.#assertRoom().catch((refusal: unknown) => {
      if (!job.child || job.aborted) return;
      job.outcome ??= failed(job, refusal);
      this.#options.log.warn({ export: job.id, error: job.outcome.error }, 'export ended for want of room');
      this.#abort(job);
    });
  }

  async #assertFree(): Promise<void> {
    if ((await this.#options.freeBytes()) > MIN_FREE_BYTES) return;
    throw new SgapsError('STORAGE_FULL', 'The disk is nearly full, and recordings come first: there are no exports now.');
  }

  /** Makes room for what is being made by removing what was done first. */
  async #assertRoom(): Promise<void> {
    await this.#assertFree();
    const { bytes: most = USUAL_BYTES } = this.#options;
    const jobs = [...this.#jobs.values()];
    let taken = 0;
    for (const job of jobs) taken += await sizeOf(job);
    for (const job of jobs) {
      if (taken <= most) return;
      if (job.status.state !== 'done') continue;
      taken -= job.status.bytes;
      this.#options.log.info({ export: job.id }, 'export removed to make room');
      await this.#forget(job);
    }
    if (taken > most)
      throw new SgapsError(
        'STORAGE_FULL',
        `All exports together may take ${most} bytes: choose a shorter range, or a smaller scale.`,
      );
  }

  /** Its process removes what it has made by then. */
  #abort(job: Job): void {
    const { child } = job;
    if (!child || job.aborted) return;
    job.aborted = true;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN);
    child.once('close', () => clearTimeout(late));
  }

  async #forget(job: Job): Promise<void> {
    this.#jobs.delete(job.id);
    await this.#removeFile(job);
  }

  async #removeFile({ id, file }: Job): Promise<void> {
    try {
      for (const path of [file, `${file}.tmp`]) await rm(path, { force: true });
    } catch (error) {
      this.#options.log.warn({ err: error, export: id }, 'file of an export not removed');
    }
  }

  /** Removes what a server that stopped has left. */
  async #clean(): Promise<void> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      const path = join(this.#folder, name);
      // Others keep theirs as long as this one.
      if (OURS.test(name) && !(this.#options.shared && (await isYoung(path)))) await rm(path, { force: true });
    }
  }
}

/** Whether a file was changed within the time that one is kept. */
async function isYoung(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs < KEPT_FOR;
}

function failed({ status }: Job, error: unknown): ExportStatus {
  const { code, message } = errorMessage(error);
  return { ...status, state: 'failed', error: { code, message } };
}

/** Bytes of its file, also of one that is being made. */
async function sizeOf({ status, outcome, child, file }: Job): Promise<number> {
  if (status.state === 'done') return status.bytes;
  if (outcome?.state === 'done') return outcome.bytes;
  if (!child) return 0;
  const found = await stat(`${file}.tmp`).catch(() => null);
  return found?.size ?? 0;
}

function flagsOf({ format, from, to, fps, scale, overlays }: ExportRequest): string[] {
  const flags: string[] = ['--format', format];
  const single = format === 'png' && from !== undefined && from === to;
  const given = { ...(single ? { at: from } : { from, to }), fps, scale, overlay: overlays?.join(',') || undefined };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) flags.push(`--${name}`, String(value));
  return flags;
}
