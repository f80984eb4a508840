import type { Logger } from 'pino';
import { modelTook } from '../watching/inferenceMetrics.js';
import { outputViews } from './frameOutput.js';
import { type InferenceFigures, Recent } from './InferenceFigures.js';
import type { RunningBatch } from './InferenceThread.js';
import type { PendingFrame } from './PendingFrame.js';
import type { BatchReport } from './threadMessages.js';

/** ms between two log lines of what may happen with every frame. */
const LOG_MS = 1_000;

/**
 * Answers frames and counts how: every frame asked for is one of `frames`, `late`, `failed` and `invalid` in the end.
 *
 * @example
 * ```ts
 * tally.answer(batch, report);
 * const { frames, late } = tally.figures();
 * ```
 */
export class InferenceTally {
  crashes = 0;
  hangs = 0;
  swaps = 0;
  readonly #outcomes = { frames: 0, late: 0, failed: 0, invalid: 0 };
  #batches = 0;
  #outOfMemory = 0;
  #busyMs = 0;
  readonly #batchSizes: Record<number, number> = {};
  readonly #ms = new Recent();
  readonly #batchMs = new Recent();
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly log: Logger | undefined) {}

  answer({ grid, frames }: RunningBatch, { outputs, error, outOfMemory, ms }: BatchReport): void {
    const now = performance.now();
    this.#batches++;
    this.#batchSizes[frames.length] = (this.#batchSizes[frames.length] ?? 0) + 1;
    this.#batchMs.add(ms);
    modelTook.took('batch', ms);
    this.#busyMs += ms;
    this.#outOfMemory += outOfMemory;
    for (const [at, frame] of frames.entries()) {
      if (frame.settled) continue;
      const output = outputs[at];
      const good = output instanceof ArrayBuffer;
      this.#outcomes[good ? 'frames' : output]++;
      if (good) {
        this.#ms.add(now - frame.since);
        modelTook.took('wait', now - frame.since);
      }
      frame.settle(good ? outputViews(output, grid.width * grid.height) : null);
    }
    if (error !== null || outOfMemory > 0 || outputs.includes('invalid')) this.#warn(now, error);
  }

  /** A frame that would be, or is, too late. */
  late(frame: PendingFrame): void {
    if (!frame.settled) this.#outcomes.late++;
    frame.settle(null);
  }

  /** A frame asked for while another of its session waits, which was not even made. */
  refused(): void {
    this.#outcomes.late++;
  }

  /** Frames that nobody will run any more. */
  lost(frames: Iterable<PendingFrame>): void {
    for (const frame of frames) {
      if (!frame.settled) this.#outcomes.failed++;
      frame.settle(null);
    }
  }

  figures(): Omit<InferenceFigures, 'model' | 'provider' | 'waiting'> {
    return {
      batches: this.#batches,
      ...this.#outcomes,
      outOfMemory: this.#outOfMemory,
      crashes: this.crashes,
      hangs: this.hangs,
      swaps: this.swaps,
      ms: this.#ms.spread(),
      batchMs: this.#batchMs.spread(),
      busyMs: this.#busyMs,
      batchSizes: { ...this.#batchSizes },
    };
  }

  #warn(now: number, error: string | null): void {
    if (now - this.#loggedAt < LOG_MS) return;
    this.#loggedAt = now;
    const { failed, invalid } = this.#outcomes;
    this.log?.warn({ failed, invalid, outOfMemory: this.#outOfMemory, error }, 'the model gave no picture of some frames');
  }
}
