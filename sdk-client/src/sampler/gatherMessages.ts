import type { CaptureGrid } from '@sgaps/protocol';
import type { MaskRect, SampleRun } from './Sampler.js';

/**
 * What `WorkerSampler` says to its worker.
 *
 * @example
 * ```ts
 * worker.postMessage({ type: 'flush' } satisfies ToGatherer);
 * ```
 */
export type ToGatherer =
  /** First of all: the grid. */
  | { readonly type: 'start'; readonly grid: CaptureGrid }
  /** How many words the store holds from now on; all of them follow. */
  | { readonly type: 'room'; readonly capacity: number }
  /** New coordinates from place `at` on. */
  | { readonly type: 'words'; readonly at: number; readonly words: Uint32Array<ArrayBuffer> }
  /** A frame to gather; `picture` is null where none could be made of the canvas. The last of a batch is answered with all of it. */
  | {
      readonly type: 'frame';
      readonly picture: VideoFrame | ImageBitmap | null;
      readonly width: number;
      readonly height: number;
      readonly first: number;
      readonly count: number;
      readonly runs: readonly SampleRun[];
      readonly masks: readonly MaskRect[];
      readonly last: boolean;
    }
  /** Answer with what has been gathered since the last answer. */
  | { readonly type: 'flush' };

/**
 * What the worker answers.
 *
 * @example
 * ```ts
 * worker.onmessage = ({ data }: MessageEvent<FromGatherer>) => take(data);
 * ```
 */
export type FromGatherer =
  /** The script runs. */
  | { readonly type: 'ready' }
  /** The values of a batch, 4 bytes a sample (R, G, B, 255), frame after frame; or why there are none. */
  | { readonly type: 'batch'; readonly rgba: Uint8Array<ArrayBuffer>; readonly failure: string | null };
