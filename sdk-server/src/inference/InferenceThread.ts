import { SgapsError } from '@sgaps/protocol';
import type { Batch } from './BatchQueue.js';
import { PlaneBuffers } from './PlaneBuffers.js';
import { readCard } from './readCard.js';
import { ThreadProgram } from './ThreadProgram.js';
import type { BatchReport, FromThread, LoadedModel, ThreadSetup, ToThread } from './threadMessages.js';

/** ms a thread has to load a model. */
const LOAD_MS = 120_000;
/** ms a thread has to finish its batches and give its memory back, before it is ended. */
const CLOSE_MS = 5_000;
/** A batch does not hang before it has taken so many times as long as the model's first frames make one expect. */
const PATIENCE = 10;
/** ms a timer takes. */
const MOST_TIMER = 2 ** 31 - 1;

/** What its owner chooses of a thread. */
export interface ThreadOptions extends Pick<ThreadSetup, 'folder' | 'provider' | 'threads' | 'warmUp'> {
  /** ms without an answer after which the thread is given up, if that is long for its batch. */
  readonly hangAfterMs: number;
}

/** A batch that was handed to the thread. */
export interface RunningBatch extends Batch {
  /** When the thread began with it, or will have, ms. */
  since: number;
}

/** How a thread went that nobody had asked to: it ended, or it does not answer any more. */
export type ThreadEnd = 'crash' | 'hang';

/** What a thread tells its owner. */
export interface ThreadEvents {
  readonly onDone: (batch: RunningBatch, report: BatchReport, thread: InferenceThread) => void;
  /** It went without having been asked to, or before it had answered; `running` are the batches that nobody answers any more. */
  readonly onGone: (thread: InferenceThread, running: readonly RunningBatch[], end: ThreadEnd, reason: string) => void;
}

/**
 * A thread with one loaded model.
 *
 * @example
 * ```ts
 * const thread = await InferenceThread.start({ folder, provider: 'auto', threads: 2, warmUp, hangAfterMs: 10_000 }, events);
 * thread.run(batch);
 * ```
 */
export class InferenceThread {
  /** Batches handed over and not yet answered, in their order. */
  readonly running: RunningBatch[] = [];
  readonly #buffers = new PlaneBuffers();
  #closing = false;
  #over = false;
  #watchdog: NodeJS.Timeout | undefined;

  private constructor(
    readonly model: LoadedModel,
    private readonly program: ThreadProgram,
    private readonly options: ThreadOptions,
    private readonly events: ThreadEvents,
  ) {
    program.worker.on('message', (report: BatchReport) => {
      const batch = this.running.shift();
      if (this.running[0]) this.running[0].since = performance.now();
      this.#watch();
      this.#buffers.giveBack(report.planes);
      if (batch) events.onDone(batch, report, this);
    });
    program.exit.then((reason) => this.#gone('crash', reason));
  }

  /** @throws SgapsError `MODEL_NOT_FOUND`, `MODEL_INVALID` or `PROVIDER_UNAVAILABLE`. */
  static async start(options: ThreadOptions, events: ThreadEvents): Promise<InferenceThread> {
    const { hangAfterMs: _, ...setup } = options;
    const program = new ThreadProgram({ ...setup, card: await readCard(setup.folder) });
    const failed = (why: string) => new SgapsError('PROVIDER_UNAVAILABLE', `The inference thread ${why}.`);
    let timer: NodeJS.Timeout | undefined;
    const answer = await Promise.race([
      new Promise<FromThread>((resolve) => program.worker.once('message', resolve)),
      program.exit.then((why) => failed(`ended while it loaded a model: ${why}`)),
      new Promise<SgapsError>((resolve) => {
        timer = setTimeout(() => resolve(failed(`has not loaded a model within ${LOAD_MS / 1_000} s`)), LOAD_MS);
      }),
    ]);
    clearTimeout(timer);
    if (!(answer instanceof SgapsError) && answer.kind === 'loaded')
      return new InferenceThread(answer.model, program, options, events);
    program.end();
    if (answer instanceof SgapsError) throw answer;
    await program.exit;
    if (answer.kind === 'refused') throw new SgapsError(answer.code, answer.message);
    throw new Error(`An inference thread began with '${answer.kind}'.`);
  }

  /** Settled when the thread itself is no more; one that hangs in a run lives on after it was given up. */
  get exited(): Promise<unknown> {
    return this.program.exit;
  }

  /** Pixels of all frames handed over. */
  get runningPixels(): number {
    return this.running.reduce((sum, batch) => sum + pixelsOf(batch), 0);
  }

  run(batch: Batch): void {
    const { grid, frames } = batch;
    const planes = this.#buffers.fill(batch);
    this.running.push({ grid, frames, since: performance.now() });
    if (this.running.length === 1) this.#watch();
    // Once each: one that was handed over before is empty.
    const reuse = frames.map(({ reuse: buffer }, at) =>
      buffer !== null && buffer.byteLength > 0 && frames.findIndex((frame) => frame.reuse === buffer) === at ? buffer : null,
    );
    const transfer = [planes, ...reuse.filter((buffer) => buffer !== null)];
    this.#post({ kind: 'run', grid, planes, count: frames.length, reuse }, transfer);
  }

  /** Ends the thread once it has answered its batches. One that hangs in a run is left behind, and keeps the process no longer. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#watch();
    this.#post({ kind: 'close' });
    const ms = this.running.reduce((sum, batch) => sum + PATIENCE * this.#usual(batch), CLOSE_MS);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(MOST_TIMER, ms));
    });
    await Promise.race([this.program.exit, late]);
    clearTimeout(timer);
    if (!this.#over) this.#giveUp(ms);
  }

  /** Waits for the answer to the first batch. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    const batch = this.running[0];
    if (!batch || this.#closing) return;
    const ms = Math.min(MOST_TIMER, Math.max(this.options.hangAfterMs, PATIENCE * this.#usual(batch)));
    // Where it was this thread that could not listen, the answer is there, and is read first.
    this.#watchdog = setTimeout(() => setImmediate(() => batch === this.running[0] && this.#giveUp(ms)), ms);
    this.#watchdog.unref();
  }

  /** ms that a batch takes, by what the warm-up took. */
  #usual(batch: Batch): number {
    const { width, height } = this.options.warmUp;
    return (this.model.frameMs * pixelsOf(batch)) / (width * height);
  }

  #giveUp(ms: number): void {
    this.program.end();
    this.#gone('hang', `no answer for ${(ms / 1_000).toFixed(1)} s`);
  }

  #gone(end: ThreadEnd, reason: string): void {
    clearTimeout(this.#watchdog);
    if (this.#over) return;
    this.#over = true;
    const lost = this.running.splice(0);
    if (!this.#closing || lost.length > 0) this.events.onGone(this, lost, end, reason);
  }

  #post(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.program.worker.postMessage(message, transfer);
  }
}

function pixelsOf({ grid, frames }: Batch): number {
  return grid.width * grid.height * frames.length;
}
