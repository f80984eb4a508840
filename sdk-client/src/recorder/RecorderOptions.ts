import { LIMITS, SgapsError } from '@sgaps/protocol/vocabulary';
import type { CourierPort } from '../courier/CourierPort.js';
import type { Sampler } from '../sampler/Sampler.js';
import type { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import type { CostController } from './CostController.js';
import type { MaskList } from './MaskList.js';

/**
 * Something that went wrong in a recorder, or that a developer should know. Each code is told once; `stats.faults` counts on.
 *
 * @example
 * ```ts
 * onDiagnostic: ({ code, message }) => console.warn(code, message);
 * ```
 */
export interface RecorderDiagnostic {
  readonly code:
    | 'sampler-failed'
    | 'read-failed'
    | 'state-failed'
    | 'masks-failed'
    | 'encode-failed'
    | 'send-failed'
    | 'keep-failed'
    | 'coordinates-invalid'
    | 'event-invalid'
    | 'truth-failed'
    | 'connection-away'
    | 'connection-closed'
    | 'connection-failed'
    | 'renderer-unsupported'
    | 'worker-unavailable'
    | 'consent-refused'
    | 'options-invalid'
    | 'stopped';
  readonly message: string;
  readonly cause?: unknown;
}

/**
 * Options of `Recorder`.
 *
 * @example
 * ```ts
 * const options: RecorderOptions = { sampler, port, state: (out) => collect(out) };
 * ```
 */
export interface RecorderOptions {
  readonly sampler: Sampler;
  readonly port: CourierPort;
  /** Fills the (cleared) state of the frame just drawn. */
  readonly state: (out: FrameStateBuffer) => void;
  /** Fills the (cleared) masks of the frame just drawn. A frame whose masks are not known is not sampled. */
  readonly masks?: (out: MaskList) => void;
  /** Frames sampled per second at most, 1 … 240. Default 30. */
  readonly fps?: number;
  /** Frames read back and handed over together, 1 … 16. Default the sampler's. */
  readonly batch?: number;
  /** Says what recording may cost from second to second; its rate and batches then count. Default: always all of it. */
  readonly cost?: CostController;
  /** Why this sampler, for `stats`. */
  readonly why?: string;
  /** Milliseconds; also the time in packets. Default `performance.now`. */
  readonly clock?: () => number;
  readonly onDiagnostic?: (diagnostic: RecorderDiagnostic) => void;
  /** Recording has ended, for whatever reason; called once. */
  readonly onStopped?: () => void;
  /**
   * Debugging and benches only: reads the true grid picture of every sampled frame, synchronously and slowly.
   * `rgb` is 3 × width × height and reused: copy to keep.
   */
  readonly onTruth?: (frameId: number, clientTime: number, rgb: Uint8Array<ArrayBuffer>) => void;
}

/** Throws `ARGUMENT_INVALID` unless `value` is a number within the bounds. */
function assertRange(name: string, value: number, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw new SgapsError('ARGUMENT_INVALID', `${name} is ${String(value)}, it must be a number from ${least} to ${most}.`);
  }
  return value;
}

/** Checks `fps`; see `RecorderOptions`. */
export function assertFps(fps: number): number {
  return assertRange('fps', fps, 1, LIMITS.fps);
}
