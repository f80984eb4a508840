import type { RecorderSlice } from '../../SliceFigures.js';
import type { FrameTimer } from '../FrameTimer.js';
import type { Stage } from '../Stage.js';

/**
 * Counters of a variant since it started; they only rise.
 *
 * @example
 * ```ts
 * const { taken, bytes } = running.counts();
 * ```
 */
export interface VariantCounts {
  /** Frames taken. */
  readonly taken: number;
  /** Frames that should have been taken and were not. */
  readonly lost: number;
  readonly bytes: number;
}

/**
 * A variant at work.
 *
 * @example
 * ```ts
 * const running: RunningVariant = await startBare(context);
 * ```
 */
export interface RunningVariant {
  /** Its part of a frame, where it does not hook into the stage by itself. */
  end?(): void;
  /** Brings counters up to date, where the browser holds something back. */
  settle?(): Promise<void>;
  counts(): VariantCounts;
  recorder?(): RecorderSlice | null;
  stop(): void | Promise<void>;
}

/**
 * What a variant starts with.
 *
 * @example
 * ```ts
 * const context: VariantContext = { stage, timer, endpoint: 'ws://127.0.0.1:2567', fps: 30 };
 * ```
 */
export interface VariantContext {
  readonly stage: Stage;
  readonly timer: FrameTimer;
  /** Address of the SGAPS server. */
  readonly endpoint: string;
  /** Frames per second to take. */
  readonly fps: number;
}

/**
 * Says which displayed frames to take so that there are `fps` of them per second, as the recorder does.
 *
 * @example
 * ```ts
 * const isDue = pace(30);
 * if (isDue()) take();
 * ```
 */
export function pace(fps: number): () => boolean {
  const interval = 1000 / fps;
  let due = 0;
  return () => {
    const now = performance.now();
    if (now < due - interval / 5) return false;
    due = Math.max(due + interval, now - interval);
    return true;
  };
}
