import { type CaptureGrid, LIMITS, SgapsError, type StateSchema } from '@sgaps/protocol';
import type { Sampler } from '../sampler/Sampler.js';
import type { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import type { RecorderConnection } from './RecorderConnection.js';

/**
 * Something that went wrong in a recorder. Each code is told once; `stats.faults` counts on.
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
    | 'encode-failed'
    | 'send-failed'
    | 'coordinates-invalid'
    | 'event-invalid'
    | 'truth-failed'
    | 'connection-closed'
    | 'connection-failed'
    | 'renderer-unsupported'
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
 * const options: RecorderOptions = { sampler, connection, grid, state: (out) => collect(out) };
 * ```
 */
export interface RecorderOptions {
  readonly sampler: Sampler;
  readonly connection: RecorderConnection;
  readonly grid: CaptureGrid;
  /** Fills the (cleared) state of the frame just drawn. */
  readonly state: (out: FrameStateBuffer) => void;
  /** As sent at join; default: no named values. */
  readonly schema?: StateSchema;
  /** Bits per channel of the four tiers, as the server's welcome says. Default 8, 5, 3, 3 (S15). */
  readonly tierBits?: readonly [number, number, number, number];
  /** Frames sampled per second at most, 1 … 240. Default 30. */
  readonly fps?: number;
  /** Milliseconds; also the time in packets. Default `performance.now`. */
  readonly clock?: () => number;
  /** Bytes waiting in the connection above which frames are dropped. Default 65,536. */
  readonly bufferedBytes?: number;
  readonly onDiagnostic?: (diagnostic: RecorderDiagnostic) => void;
  /**
   * Debugging and benches only: reads the true grid picture of every sampled frame, synchronously and slowly.
   * `rgb` is 3 × width × height and reused: copy to keep.
   */
  readonly onTruth?: (frameId: number, clientTime: number, rgb: Uint8Array<ArrayBuffer>) => void;
}

/** Throws `ARGUMENT_INVALID` unless `value` is a number within the bounds. */
export function assertRange(name: string, value: number, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw new SgapsError('ARGUMENT_INVALID', `${name} is ${String(value)}, it must be a number from ${least} to ${most}.`);
  }
  return value;
}

/** Checks `fps`; see `RecorderOptions`. */
export function assertFps(fps: number): number {
  return assertRange('fps', fps, 1, LIMITS.fps);
}
