import {
  type DecodedFrame,
  FrameRefiner,
  type LayeredMemory,
  type ModelBackend,
  type ModelOutput,
  type RefinedFrame,
} from '@sgaps/core';
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
  /** Takes what the model said of a frame; its arrays are used again after the call. */
  readonly said?: (output: ModelOutput, frame: DecodedFrame) => void;
  readonly failed: (error: unknown) => void;
}

/** ms that a picture may come after its frame. */
const MOST_DELAY_MS = 250;
/** Part of it that a run may take for another frame to wait behind it: not all runs take the same. */
const MOST_RUN = 0.4;
/** ms that the model must have kept to it, before its pictures are shown again. */
const CATCH_UP_MS = 1_000;

/** A frame to be shown, and when it came. */
interface Waiting {
  readonly frame: DecodedFrame;
  readonly time: number;
  readonly importance: Float32Array | null;
  readonly at: number;
}

/**
 * Passes the frames of a session being recorded by the model on their way to those who watch. The loop never waits for it. While the model's pictures come
 * at most a quarter of a second late, they are shown, and they alone: frames that it has no time for are left out, instead of being shown as memory drew them in
 * between. Where they come later, or none come, all frames are shown as they were decoded, until the model has kept up for a second.
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
  /** Frames given to the model since the newest that it has rebuilt. */
  #due: Waiting[] = [];
  /** How many it has not answered, when it last did, and whether it takes so long that none may wait behind another: it may, until one knows. */
  #running = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #slow = true;
  /** The newest frame as it was decoded; null where that, or a newer one, was shown. */
  #newest: Waiting | null = null;
  /** Its buffers. */
  #copy: Pick<DecodedFrame, 'rgb' | 'uncertainty'> | null = null;
  /** Sources of frames of which nobody looks at them. */
  #noSources: Uint8Array | null = null;
  /** Goes off when the oldest frame that is due, or else the newest, must be shown. */
  #timer: NodeJS.Timeout | undefined;
  /** Frames are shown as they were decoded. */
  #behind = false;
  /** Since when the model has kept up, while `#behind`. */
  #keptUpSince: number | null = null;

  constructor(options: LiveRefinerOptions) {
    this.#options = options;
  }

  /** Takes the newest frame; its buffers may be reused at once. */
  take(frame: DecodedFrame, time: number, importance: Float32Array | null): void {
    const { grid, backend, memory, wanted, wants, failed } = this.#options;
    if (backend === null || frame.kept || !wanted()) {
      this.#refiner?.clear();
      this.#forget();
      this.#show({ frame, time, importance });
      return;
    }
    if (this.#behind) this.#show({ frame, time, importance });
    // What is worked out from the decoder's state must be asked for while it stands.
    const sources = wants('layers') ? frame.sources().slice() : (this.#noSources ??= new Uint8Array(frame.confidence.length));
    const kept: Waiting = {
      frame: { ...frame, confidence: frame.confidence.slice(), sources: () => sources },
      time,
      importance: importance !== null && wants('importance') ? importance.slice() : null,
      at: performance.now(),
    };
    if (!this.#behind) {
      this.#copy ??= { rgb: frame.rgb.slice(), uncertainty: frame.uncertainty.slice() };
      const { rgb, uncertainty } = this.#copy;
      rgb.set(frame.rgb);
      uncertainty.set(frame.uncertainty);
      this.#newest = { ...kept, frame: { ...kept.frame, rgb, uncertainty } };
    }
    this.#refiner ??= new FrameRefiner(grid, reporting(backend, failed));
    if (this.#running >= (this.#slow ? 1 : 2)) {
      this.#refiner.skip(frame.frame, memory());
      // Where the model is busy with what nobody waits for any more, this frame is the oldest that somebody does.
      if (this.#due.length === 0) this.#due.push(kept);
    } else {
      this.#due.push(kept);
      this.#running++;
      this.#refiner
        .refine(frame, memory())
        .finally(() => this.#running--)
        .then((refined) => this.#answered(kept, refined))
        .catch(failed);
    }
    this.#watch();
  }

  #answered(given: Waiting, { rgb, uncertainty, output }: RefinedFrame): void {
    const now = performance.now();
    this.#slow = now - Math.max(given.at, this.#answeredAt) > MOST_RUN * MOST_DELAY_MS;
    this.#answeredAt = now;
    if (!output) return;
    // What was too late is not due any more.
    const inTime = this.#due.includes(given);
    this.#due = this.#due.filter(({ frame }) => frame.frameId > given.frame.frameId);
    if (this.#behind && inTime) {
      this.#keptUpSince ??= now;
      if (now - this.#keptUpSince >= CATCH_UP_MS) this.#behind = false;
    }
    const frame = { ...given.frame, rgb, uncertainty };
    this.#options.said?.(output, frame);
    this.#show({ ...given, frame });
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    const next = this.#due[0] ?? this.#newest;
    if (!next) return;
    this.#timer = setTimeout(() => this.#giveUp(), Math.max(0, next.at + MOST_DELAY_MS - performance.now()));
    this.#timer.unref();
  }

  /** The model has not made in time what was due, or no frame came after the newest, which it had no time for. */
  #giveUp(): void {
    const newest = this.#newest;
    if (this.#due.length > 0) this.#behind = true;
    this.#forget();
    if (newest) this.#show(newest);
  }

  /** Awaits nothing of what came so far. */
  #forget(): void {
    this.#due = [];
    this.#newest = null;
    this.#keptUpSince = null;
    clearTimeout(this.#timer);
  }

  #show({ frame, time, importance }: Omit<Waiting, 'at'>): void {
    if (frame.frameId <= this.#shown) return;
    this.#shown = frame.frameId;
    if (this.#newest && this.#newest.frame.frameId <= frame.frameId) this.#newest = null;
    this.#options.show(frame, time, importance);
  }
}

/** A backend whose errors are reported, and whose frames are then shown as they were decoded. */
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
