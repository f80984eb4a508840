import { type DecodedFrame, FrameRefiner, type LayeredMemory, type ModelBackend, type ModelOutput } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';

/**
 * Options of `LiveModel`.
 *
 * @example
 * ```ts
 * const options: LiveModelOptions = { grid, backend: inference.open(), memory, said: (output, frame) => loop.takeModel(output, frame), failed: log.warn };
 * ```
 */
export interface LiveModelOptions {
  readonly grid: CaptureGrid;
  readonly backend: ModelBackend;
  readonly memory: () => LayeredMemory;
  /** Takes what the model said of a frame; its arrays are used again after the call. */
  readonly said: (output: ModelOutput, frame: Pick<DecodedFrame, 'frameId' | 'state'>) => void;
  readonly failed: (error: unknown) => void;
}

/** ms that a run may take for another frame to wait behind it: not all runs take the same. */
const MOST_RUN_MS = 100;

/**
 * Passes the frames of a session being recorded by the model, whose doubt says what to ask next (S3). The loop never waits for it: frames that it has no time for are left out.
 *
 * @example
 * ```ts
 * const model = new LiveModel(options);
 * model.take(decoded);
 * ```
 */
export class LiveModel {
  readonly #options: LiveModelOptions;
  readonly #refiner: FrameRefiner;
  /** How many frames it has not answered, when it last did, and whether it takes so long that none may wait behind another: it may, until one knows. */
  #running = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #slow = true;

  constructor(options: LiveModelOptions) {
    this.#options = options;
    this.#refiner = new FrameRefiner(options.grid, reporting(options.backend, options.failed));
  }

  /** Takes the newest frame; its buffers may be reused at once. */
  take(frame: DecodedFrame): void {
    const { memory, said, failed } = this.#options;
    if (frame.kept) {
      this.#refiner.clear();
      return;
    }
    if (this.#running >= (this.#slow ? 1 : 2)) {
      this.#refiner.skip(frame.frame, memory());
      return;
    }
    this.#running++;
    const { frameId, state } = frame;
    const at = performance.now();
    this.#refiner
      .refine(frame, memory())
      .finally(() => this.#running--)
      .then(({ output }) => {
        const now = performance.now();
        this.#slow = now - Math.max(at, this.#answeredAt) > MOST_RUN_MS;
        this.#answeredAt = now;
        if (output) said(output, { frameId, state });
      })
      .catch(failed);
  }
}

/** A backend whose errors are reported, and that then has nothing to say. */
function reporting(backend: ModelBackend, failed: (error: unknown) => void): ModelBackend {
  return {
    id: backend.id,
    run: async (grid, planes, reuse) => {
      try {
        return await backend.run(grid, planes, reuse);
      } catch (error) {
        failed(error);
        return null;
      }
    },
  };
}
