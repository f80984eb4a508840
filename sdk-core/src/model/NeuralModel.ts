import type { CaptureGrid } from '@sgaps/protocol';

/**
 * What a model makes of a frame. All arrays hold W·H values a plane, row by row from the top left.
 *
 * @example
 * ```ts
 * const red = output.frame[at]; // green at W·H + at, blue at 2·W·H + at
 * ```
 */
export interface ModelOutput {
  /** 8-bit red, green and blue planes: 3 × W·H. */
  readonly frame: Uint8Array;
  /** Natural logarithm of the squared error to expect of each pixel, mean over the channels, 8-bit steps² (S8). */
  readonly logVariance: Float32Array;
  /** How little there was to go by at each pixel, 0 … 1 (S3, information gap). */
  readonly gap: Float32Array;
}

/**
 * Runs a model, wherever it is run: in a worker thread of the server, on its GPU, in a browser. Injected, so that this package knows none of them.
 *
 * @example
 * ```ts
 * const output = await backend.run({ width: 320, height: 180 }, input.planes);
 * ```
 */
export interface ModelBackend {
  /** Model id, name@version. */
  readonly id: string;
  /**
   * Rebuilds a frame from its `ModelInput` planes, which are the caller's again once this is settled. Null where there was no time, or the model failed: the
   * picture then stays as memory drew it.
   *
   * @param reuse An earlier output of this backend that nobody looks at any more: its arrays may be empty from now on, or come back with this frame in them.
   */
  run(grid: CaptureGrid, planes: Uint8Array, reuse?: ModelOutput | null): Promise<ModelOutput | null>;
}
