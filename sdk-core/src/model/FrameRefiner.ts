import type { CaptureGrid, PixelFrame } from '@sgaps/protocol';
import type { LayeredMemory } from '../memory/LayeredMemory.js';
import type { DecodedFrame } from '../session/SessionDecoder.js';
import { FrameEvidence } from './FrameEvidence.js';
import { ModelInput } from './ModelInput.js';
import type { ModelBackend } from './NeuralModel.js';

/** Standard deviation that counts as wholly uncertain, 8-bit levels. */
const UNCERTAIN = 64;

/**
 * A frame as a model has rebuilt it, or as it was decoded. Its arrays are reused.
 *
 * @example
 * ```ts
 * const { rgb, refined } = await refiner.refine(decoder.decode(frame), decoder.memory);
 * ```
 */
export interface RefinedFrame {
  /** 8-bit RGB, 3 × W·H. */
  readonly rgb: Uint8ClampedArray;
  /** W·H, 0 certain … 1 nothing known. */
  readonly uncertainty: Float32Array;
  /** True where the picture is the model's. */
  readonly refined: boolean;
}

/**
 * Shows a session's frames to a model, one after the other, with what the model made of the frame before.
 *
 * @example
 * ```ts
 * const refiner = new FrameRefiner(grid, backend);
 * const { rgb } = await refiner.refine(decoder.decode(frame), decoder.memory);
 * ```
 */
export class FrameRefiner {
  private readonly evidence: FrameEvidence;
  private readonly input: ModelInput;
  private readonly rgb: Uint8ClampedArray;
  private readonly uncertainty: Float32Array;
  private previous: Uint8Array | null = null;

  constructor(
    private readonly grid: CaptureGrid,
    private readonly backend: ModelBackend,
  ) {
    const pixels = grid.width * grid.height;
    this.evidence = new FrameEvidence(grid);
    this.input = new ModelInput(grid);
    this.rgb = new Uint8ClampedArray(3 * pixels);
    this.uncertainty = new Float32Array(pixels);
  }

  /** Forgets all frames (seek). */
  clear(): void {
    this.evidence.clear();
    this.previous = null;
  }

  /** Takes note of a frame that nobody looks at. */
  skip(frame: PixelFrame, memory: LayeredMemory): void {
    this.evidence.take(frame, memory);
    this.previous = null;
  }

  /** Rebuilds a frame; frames must come in order. */
  async refine(decoded: DecodedFrame, memory: LayeredMemory): Promise<RefinedFrame> {
    const { rgb, uncertainty, evidence, previous } = this;
    evidence.take(decoded.frame, decoded.kept ? null : memory);
    const innovations = decoded.kept ? null : memory.innovations;
    this.input.fill({ rgb: decoded.rgb, confidence: decoded.confidence, evidence, innovations, previous });
    const output = await this.backend.run(this.grid, this.input.planes);
    this.previous = output?.frame ?? null;
    if (!output) return { rgb: decoded.rgb, uncertainty: decoded.uncertainty, refined: false };
    const size = uncertainty.length;
    for (let at = 0; at < size; at++) {
      for (let c = 0; c < 3; c++) rgb[3 * at + c] = output.frame[c * size + at];
      uncertainty[at] = Math.min(1, Math.exp(0.5 * output.logVariance[at]) / UNCERTAIN);
    }
    return { rgb, uncertainty, refined: true };
  }
}
