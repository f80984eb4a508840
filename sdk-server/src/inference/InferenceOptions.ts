import { availableParallelism } from 'node:os';
import { assertCaptureGrid, type CaptureGrid, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { Provider } from './threadMessages.js';

/**
 * How an `InferenceService` runs its model.
 *
 * @example
 * ```ts
 * const options: InferenceOptions = { folder: '/srv/models/sgaps-mae-small', provider: 'cpu', threads: 2 };
 * ```
 */
export interface InferenceOptions {
  /** Folder with `model.onnx` and `model.json` (`id`, `planes`, `sha256`); see `openModel`. */
  readonly folder: string;
  /** Where it runs. Default `auto`: CUDA, else WebGPU, else the CPU, whichever is there and no slower than the CPU. */
  readonly provider?: Provider | 'auto';
  /** Threads of a run on the CPU, at least 1. Default: the cores, at most 4. */
  readonly threads?: number;
  /** Frames run at once at most. Default 32 on a GPU, 1 on the CPU, where frames of a batch only wait for each other. */
  readonly maxBatch?: number;
  /** ms a frame waits for others while nothing runs. 0 … 1,000. Default 2 on a GPU, 0 on the CPU. */
  readonly maxWaitMs?: number;
  /** ms after which a picture is of no use any more. Default 250. */
  readonly lateAfterMs?: number;
  /** ms without any answer after which the thread counts as hanging, and is replaced; longer where a batch takes that long. Default 10,000. */
  readonly hangAfterMs?: number;
  /** Frames that wait at most; those of `open({ lateAfterMs: Infinity })` are taken all the same. Default 128. */
  readonly maxWaiting?: number;
  /** Grid the model is run on before anybody waits for it. Default 320×180. */
  readonly warmUp?: CaptureGrid;
  /** Default: silent. */
  readonly log?: Logger;
}

/** ms. */
const MOST_WAIT_MS = 1_000;
const USUAL_GRID: CaptureGrid = { width: 320, height: 180 };

/** The options with their defaults, those that depend on the provider left open. Throws `ARGUMENT_INVALID`. */
export function completeOptions(options: InferenceOptions) {
  const { provider = 'auto', threads = Math.min(4, availableParallelism()), warmUp = USUAL_GRID } = options;
  const { maxBatch, maxWaitMs, lateAfterMs = 250, hangAfterMs = 10_000, maxWaiting = 128 } = options;
  if (!['auto', 'cuda', 'webgpu', 'cpu'].includes(provider))
    throw new SgapsError('ARGUMENT_INVALID', `Execution provider '${provider}' is none of auto, cuda, webgpu and cpu.`);
  for (const [name, value] of Object.entries({ threads, maxBatch, maxWaiting })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new SgapsError('ARGUMENT_INVALID', `\`${name}\` is ${value}, it must be a whole number of at least 1.`);
  }
  assertCaptureGrid(warmUp);
  assertMs('lateAfterMs', lateAfterMs);
  assertMs('hangAfterMs', hangAfterMs);
  if (maxWaitMs !== undefined && !(maxWaitMs >= 0 && maxWaitMs <= MOST_WAIT_MS))
    throw new SgapsError('ARGUMENT_INVALID', `\`maxWaitMs\` is ${maxWaitMs}, it must be 0 to ${MOST_WAIT_MS}.`);
  const { folder, log } = options;
  return { folder, provider, threads, warmUp, maxBatch, maxWaitMs, lateAfterMs, hangAfterMs, maxWaiting, log };
}

/**
 * Throws `ARGUMENT_INVALID` unless a timer takes it, or it is Infinity.
 *
 * @example
 * ```ts
 * assertMs('lateAfterMs', 50);
 * ```
 */
export function assertMs(name: string, ms: number): void {
  if ((ms >= 0 && ms < 2 ** 31) || ms === Number.POSITIVE_INFINITY) return;
  throw new SgapsError('ARGUMENT_INVALID', `\`${name}\` is ${ms} ms, it must be at least 0 and below 2³¹, or Infinity.`);
}
