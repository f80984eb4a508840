import type { ModelCard } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';

/**
 * Where ONNX Runtime computes: its execution provider.
 *
 * @example
 * ```ts
 * const provider: Provider = 'cpu';
 * ```
 */
export type Provider = 'cuda' | 'webgpu' | 'cpu';

/** What a thread is to load, and how. */
export interface ThreadSetup {
  /** Folder with `model.onnx` and `model.json`, and what the latter says: the thread imports none of this project's packages. */
  readonly folder: string;
  readonly card: ModelCard;
  readonly provider: Provider | 'auto';
  /** Intra-op threads on the CPU. */
  readonly threads: number;
  /** Grid of the first runs, which nobody waits for. */
  readonly warmUp: CaptureGrid;
  /** Of the input. */
  readonly planes: number;
  /** Shared by all threads of the process; see `GpuTurn`. */
  readonly gpuTurn: SharedArrayBuffer;
  /** Shared with who ends the thread; see `RunGate`. */
  readonly runGate: SharedArrayBuffer;
}

/** What a thread has loaded. */
export interface LoadedModel {
  /** Model id, name@version. */
  readonly id: string;
  readonly provider: Provider;
  /** ms of a frame at the warm-up's grid. */
  readonly frameMs: number;
  /** Providers that `auto` did not take, and why. */
  readonly passedOver: Readonly<Partial<Record<Provider, string>>>;
}

/** To the thread. Buffers are handed over, not copied. */
export type ToThread =
  | {
      readonly kind: 'run';
      readonly grid: CaptureGrid;
      /** Planes of `count` frames, one after the other. */
      readonly planes: ArrayBuffer;
      readonly count: number;
      /** For each frame a buffer of 11 · W·H bytes for its output, or null for a new one. */
      readonly reuse: readonly (ArrayBuffer | null)[];
    }
  | { readonly kind: 'close' };

/** What came of a batch; answers come in the order of the batches. */
export interface BatchReport {
  readonly kind: 'done';
  /** The planes' buffer, back for the next batch. */
  readonly planes: ArrayBuffer;
  /**
   * For each frame 11 · W·H bytes: log-variance and gap (float32 each), then red, green and blue. `invalid` where the model gave numbers that are none, `failed`
   * where its run did.
   */
  readonly outputs: readonly (ArrayBuffer | 'invalid' | 'failed')[];
  /** How the last run that failed did. */
  readonly error: string | null;
  /** How often memory ran out, and pixels (frames · W·H) that may be run at once since. */
  readonly outOfMemory: number;
  readonly maxPixels: number;
  /** ms the batch ran. */
  readonly ms: number;
}

/** From the thread. */
export type FromThread =
  | { readonly kind: 'loaded'; readonly model: LoadedModel }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string }
  | BatchReport;

/** Why a model was not loaded; the codes are those of `SgapsError`. */
export type RefusalCode = 'MODEL_NOT_FOUND' | 'MODEL_INVALID' | 'PROVIDER_UNAVAILABLE';
