import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EncodeJob, EncoderSetup } from './encoderProgram.js';

/**
 * Encodes packets in a thread of its own, in the order they are given, so that those which wait for none go out meanwhile.
 *
 * @example
 * ```ts
 * const thread = new EncoderThread({ offset: 0, tierBits });
 * const bytes = await thread.encode({ encoder: 0, afresh: true, digest: false, frames });
 * ```
 */
export class EncoderThread {
  readonly #worker: Worker;
  readonly #waiting: ((bytes: Uint8Array) => void)[] = [];

  /** A thread that fails ends the process. */
  constructor(setup: EncoderSetup) {
    this.#worker = new Worker(join(import.meta.dirname, 'encoderProgram.ts'), { workerData: setup });
    this.#worker.on('message', (bytes: Uint8Array) => this.#waiting.shift()?.(bytes));
    this.#worker.on('error', (error) => {
      throw error;
    });
  }

  encode(job: EncodeJob): Promise<Uint8Array> {
    this.#worker.postMessage(job);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
