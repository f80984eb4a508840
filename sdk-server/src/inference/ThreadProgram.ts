import { Worker } from 'node:worker_threads';
import { MODEL_PLANES } from '@sgaps/core';
import { GpuTurn } from './GpuTurn.js';
import { reasonOf } from './Refusal.js';
import { RunGate } from './RunGate.js';
import type { ThreadSetup } from './threadMessages.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES
  ? new URL('./inference.worker.ts', import.meta.url)
  : new URL('./inference.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];

const gpuTurn = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);

/**
 * A thread from its start on, whether it has loaded its model or not.
 *
 * @example
 * ```ts
 * const program = new ThreadProgram({ folder, card, provider: 'cpu', threads: 1, warmUp });
 * program.worker.once('message', take);
 * program.end();
 * ```
 */
export class ThreadProgram {
  readonly gate = RunGate.open();
  readonly worker: Worker;
  /** Why it ended, once it has. */
  readonly exit: Promise<string>;

  constructor(setup: Omit<ThreadSetup, 'gpuTurn' | 'runGate' | 'planes'>) {
    const workerData: ThreadSetup = { ...setup, planes: MODEL_PLANES.length, gpuTurn, runGate: this.gate.shared };
    this.worker = new Worker(PROGRAM, { workerData, execArgv: EXEC_ARGV, name: 'sgaps-inference' });
    const { threadId } = this.worker;
    let reason = 'it was ended';
    this.worker.on('error', (error) => {
      reason = reasonOf(error);
    });
    this.exit = new Promise<string>((resolve) => {
      this.worker.once('exit', () => {
        GpuTurn.release(gpuTurn, threadId);
        this.gate.close();
        resolve(reason);
      });
    });
  }

  /** Ends it now. One inside of ONNX Runtime is left behind: it keeps the process no longer, and ends as soon as it comes out. */
  end(): void {
    if (this.gate.stop(0)) {
      void this.worker.terminate();
      return;
    }
    this.worker.on('message', () => void this.worker.terminate());
    this.worker.unref();
  }
}
