import { type DecodedFrame, FrameRefiner, type LayeredMemory, type ModelBackend, type ModelOutput } from '@sgaps/core';
import type { CaptureGrid, OverlayLayer } from '@sgaps/protocol';

/**
 * Options of `LiveRefiner`.
 *
 * @example
 * ```ts
 * const options: LiveRefinerOptions = { grid, backend: inference.open(), memory, wanted: () => true, wants: () => false, show, failed: log.warn };
 * ```
 */
export interface LiveRefinerOptions {
  readonly grid: CaptureGrid;
  /** Null: frames are shown as they were decoded. */
  readonly backend: ModelBackend | null;
  readonly memory: () => LayeredMemory;
  /** Whether anybody needs the model's picture of the next frame. */
  readonly wanted: () => boolean;
  /** Whether somebody looks at this overlay. */
  readonly wants: (layer: OverlayLayer) => boolean;
  /** Takes each frame, refined or not, oldest first; `importance` may be null. Buffers are reused after the call. */
  readonly show: (frame: DecodedFrame, time: number, importance: Float32Array | null) => void;
  /** Takes what the model said of a frame. */
  readonly said?: (output: ModelOutput, frame: DecodedFrame) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Passes the frames of a session being recorded by the model on their way to those who watch. The loop never waits for it: a frame that the model has no
 * time for is shown as memory drew it, and one that is overtaken is not shown.
 *
 * @example
 * ```ts
 * const refiner = new LiveRefiner(options);
 * refiner.take(decoded, time, importance);
 * ```
 */
export class LiveRefiner {
  readonly #options: LiveRefinerOptions;
  /** Made when it is first needed: it holds some megabytes, and most sessions are never looked at. */
  #refiner: FrameRefiner | null = null;
  #shown = -1;

  constructor(options: LiveRefinerOptions) {
    this.#options = options;
  }

  /** Takes the newest frame; its buffers may be reused at once. */
  take(frame: DecodedFrame, time: number, importance: Float32Array | null): void {
    const { grid, backend, memory, wanted, wants, failed } = this.#options;
    if (backend === null || frame.kept || !wanted()) {
      this.#refiner?.clear();
      this.#show(frame, time, importance);
      return;
    }
    // What is worked out from the decoder's state must be asked for while it stands.
    const sources = wants('layers') ? frame.sources().slice() : new Uint8Array(frame.confidence.length);
    const rated = importance !== null && wants('importance') ? importance.slice() : null;
    const confidence = frame.confidence.slice();
    this.#refiner ??= new FrameRefiner(grid, reporting(backend, failed));
    this.#refiner
      .refine(frame, memory())
      .then(({ rgb, uncertainty, output }) => {
        const shown = { ...frame, rgb, uncertainty, confidence, sources: () => sources };
        if (output) this.#options.said?.(output, shown);
        this.#show(shown, time, rated);
      })
      .catch(failed);
  }

  #show(frame: DecodedFrame, time: number, importance: Float32Array | null): void {
    if (frame.frameId <= this.#shown) return;
    this.#shown = frame.frameId;
    this.#options.show(frame, time, importance);
  }
}

/** A backend whose errors are reported, and whose frames are then shown as they were decoded. */
function reporting(backend: ModelBackend, failed: (error: unknown) => void): ModelBackend {
  return {
    id: backend.id,
    run: async (grid, planes) => {
      try {
        return await backend.run(grid, planes);
      } catch (error) {
        failed(error);
        return null;
      }
    },
  };
}
