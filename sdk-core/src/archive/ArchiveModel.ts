import type { CaptureGrid } from '@sgaps/protocol';

/**
 * What both halves of HST-MAE are given beside pixels or codes. W and H are the grid's, padded to multiples of 32; N = W/16 · H/16 cubes of 2×16×16.
 *
 * @example
 * ```ts
 * const { memory } = await model.decode(size, active, conditions satisfies CubeConditions);
 * ```
 */
export interface CubeConditions {
  /** float32 [2, 3, H, W], 0…1: what is known of the pair before anything is sent (H14). */
  readonly context: Float32Array;
  /** float32 [S, 24], S ≥ 1: `StateTokens` (H5). */
  readonly state: Float32Array;
  /** int32 [N]: the region of each cube, 0…7 (H6). */
  readonly region: Int32Array;
  /** int32 [8]: the regions' place in the order of decoding, 0 first (H17). */
  readonly rank: Int32Array;
  /** float32 [8, D]: what is remembered of each region from the pair before (H6, H16). */
  readonly memory: Float32Array;
  /** float32 [32]: what this session's pictures have in common (H16). */
  readonly session: Float32Array;
}

/**
 * HST-MAE behind ONNX Runtime, wherever that is: Node, a worker, a browser. Injected, so that this package knows none of them. Contract of the tensors:
 * docs/protocol/archive.md.
 *
 * @example
 * ```ts
 * const model: ArchiveModel = await NodeArchiveModel.open('models/hst-mae-tiny');
 * ```
 */
export interface ArchiveModel {
  /** name@version, as archives name it. */
  readonly id: string;
  /** Width D of the region memory. */
  readonly memoryWidth: number;
  /** Six codes of each cube, int32 [N, 6], 0…511, for a true pair, float32 [2, 3, H, W]; and the session vector that it would like, float32 [32], −1…1. */
  encode(
    size: CaptureGrid,
    frames: Float32Array,
    conditions: CubeConditions,
  ): Promise<{ readonly codes: Int32Array; readonly session: Float32Array }>;
  /**
   * Pixels of the active cubes, float32 [A, 2, 3, 16, 16] about 0…1, and the memory for the next pair, float32 [8, D].
   *
   * @param active `places` int32 [A], ascending; `codes` int32 [A, 6]; `levels` int32 [A], 1…6: how many of the codes count.
   */
  decode(
    size: CaptureGrid,
    active: { readonly places: Int32Array; readonly codes: Int32Array; readonly levels: Int32Array },
    conditions: CubeConditions,
  ): Promise<{ readonly cubes: Float32Array; readonly memory: Float32Array }>;
  /** Frees what it holds. */
  close(): Promise<void>;
}
