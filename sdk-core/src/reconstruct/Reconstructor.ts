import type { CaptureGrid, SampleSet, SampleValues } from '@sgaps/protocol';
import type { Composition } from '../memory/Composition.js';

/**
 * What a reconstructor is given for one frame: what memory predicts and how sure it is, and the frame's own samples.
 *
 * @example
 * ```ts
 * reconstructor.reconstruct({ memory, samples, values }, output);
 * ```
 */
export interface ReconstructorInput {
  /** What memory predicts of the frame. */
  readonly memory: Composition;
  /** Where the frame was sampled. */
  readonly samples: SampleSet;
  /** What was seen there, decoded to 8 bits, and the bits each was quantised to. */
  readonly values: SampleValues;
}

/**
 * The rebuilt frame: 8-bit RGB, 3 × W·H, and per-pixel uncertainty, 0 … 1 (expected error, not a probability).
 *
 * @example
 * ```ts
 * const output: ReconstructorOutput = { rgb: new Uint8ClampedArray(3 * 57600), uncertainty: new Float32Array(57600) };
 * ```
 */
export interface ReconstructorOutput {
  /** 8-bit RGB, 3 × W·H. */
  readonly rgb: Uint8ClampedArray;
  /** W·H, 0 certain … 1 nothing known. */
  readonly uncertainty: Float32Array;
}

/**
 * Turns memory and samples into a frame. Implementations are deterministic: same input, same output.
 *
 * @example
 * ```ts
 * const decoder = new SessionDecoder({ grid, reconstructor: new DiffusionReconstructor(grid) });
 * ```
 */
export interface Reconstructor {
  /** Model id stored in recordings, name@version. */
  readonly id: string;
  /** Grid the instance works on. */
  readonly grid: CaptureGrid;
  /** Rebuilds one frame into `output`, all of which is overwritten. */
  reconstruct(input: ReconstructorInput, output: ReconstructorOutput): void;
}
