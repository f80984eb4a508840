import { Worker } from 'node:worker_threads';
import { MODEL_PLANES } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import type { Batch } from './BatchQueue.js';
import { GpuTurn } from './GpuTurn.js';
import { PlaneBuffers } from './PlaneBuffers.js';
import { reasonOf } from './Refusal.js';
import { RunGate } from './RunGate.js';
import type { BatchReport, FromThread, LoadedModel, ThreadSetup, ToThread } from './threadMessages.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES
  ? new URL('./inference.worker.ts', import.meta.url)
  : new URL('./inference.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];
/** ms a thread has to finish its batches and give its memory back, before it is ended. */
const CLOSE_MS = 5_000;

const gpuTurn = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);

/** What its owner chooses of a thread's setup. */
export type ThreadOptions = Pick<ThreadSetup, 'folder' | 'provider' | 'threads' | 'warmUp'>;

/** A batch that was handed to the thread. */
export interface RunningBatch extends Batch {
  /** When the thread began with it, or will have, ms. */
  since: number;
}

/** What a thread tells its owner. */
export interface ThreadEvents {
  readonly onDone: (batch: RunningBatch, report: BatchReport, thread: InferenceThread) => void;
  /** It ended without having been asked to, or before it had answered; `running` are the batches that nobody answers any more. */
  readonly onGone: (thread: InferenceThread, running: readonly RunningBatch[], reason: string) => void;
}

/**
 * A thread with one loaded model.
 *
 * @example
 * ```ts
 * const thread = await InferenceThread.start({ folder, provider: 'auto', threads: 2, warmUp }, events);
 * thread.run(batch);
 * ```
 */
export class InferenceThread {
  /** Batches handed over and not yet answered, in their order. */
  readonly running: RunningBatch[] = [];
  readonly #buffers = new PlaneBuffers();
  #closing = false;

  private constructor(
    readonly model: LoadedModel,
    private readonly worker: Worker,
    private readonly gate: RunGate,
    private readonly events: ThreadEvents,
    private readonly exit: Promise<string>,
  ) {
    worker.on('message', (report: BatchReport) => {
      const batch = this.running.shift();
      if (this.running[0]) this.running[0].since = performance.now();
      this.#buffers.giveBack(report.planes);
      if (batch) events.onDone(batch, report, this);
    });
    exit.then((reason) => this.#gone(reason));
  }

  /** @throws SgapsError `MODEL_NOT_FOUND`, `MODEL_INVALID` or `PROVIDER_UNAVAILABLE`. */
  static async start(setup: ThreadOptions, events: ThreadEvents): Promise<InferenceThread> {
    const gate = RunGate.open();
    const workerData: ThreadSetup = { ...setup, planes: MODEL_PLANES, gpuTurn, runGate: gate.shared };
    const worker = new Worker(PROGRAM, { workerData, execArgv: EXEC_ARGV, name: 'sgaps-inference' });
    const { threadId } = worker;
    let reason = 'it was ended';
    worker.on('error', (error) => {
      reason = reasonOf(error);
    });
    const exit = new Promise<string>((resolve) => {
      worker.once('exit', () => {
        GpuTurn.release(gpuTurn, threadId);
        gate.close();
        resolve(reason);
      });
    });
    const answer = await Promise.race([
      new Promise<FromThread>((resolve) => worker.once('message', resolve)),
      exit.then((why) => new SgapsError('PROVIDER_UNAVAILABLE', `The inference thread ended while it loaded a model: ${why}.`)),
    ]);
    if (answer instanceof SgapsError) throw answer;
    if (answer.kind === 'loaded') return new InferenceThread(answer.model, worker, gate, events, exit);
    await worker.terminate();
    if (answer.kind === 'refused') throw new SgapsError(answer.code, answer.message);
    throw new Error(`An inference thread began with '${answer.kind}'.`);
  }

  /** Pixels of all frames handed over. */
  get runningPixels(): number {
    return this.running.reduce((sum, { grid, frames }) => sum + grid.width * grid.height * frames.length, 0);
  }

  run(batch: Batch): void {
    const { grid, frames } = batch;
    const planes = this.#buffers.fill(batch);
    this.running.push({ grid, frames, since: performance.now() });
    this.#post({ kind: 'run', grid, planes, count: frames.length }, [planes]);
  }

  /** Ends the thread once it has answered its batches. One that hangs in a run is left behind, and keeps the process no longer. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#post({ kind: 'close' });
    let timer: NodeJS.Timeout | undefined;
    const hanging = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        if (this.gate.stop(0)) return this.worker.terminate();
        this.worker.unref();
        resolve();
      }, CLOSE_MS);
    });
    await Promise.race([this.exit, hanging]);
    clearTimeout(timer);
    this.#gone('it hangs');
  }

  #gone(reason: string): void {
    const lost = this.running.splice(0);
    if (!this.#closing || lost.length > 0) this.events.onGone(this, lost, reason);
  }

  #post(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.worker.postMessage(message, transfer);
  }
}
