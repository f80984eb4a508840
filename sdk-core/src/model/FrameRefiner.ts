import type { CaptureGrid, PixelFrame } from '@sgaps/protocol';
import type { LayeredMemory } from '../memory/LayeredMemory.js';
import type { DecodedFrame } from '../session/SessionDecoder.js';
import { FrameEvidence } from './FrameEvidence.js';
import { ModelInput } from './ModelInput.js';
import type { ModelBackend, ModelOutput } from './NeuralModel.js';
import { squaredError } from './squaredError.js';

/**
 * Expected error, 8-bit levels, that counts as an uncertainty of 1.
 *
 * @example
 * ```ts
 * const levels = MOST_DOUBT * refined.uncertainty[at];
 * ```
 */
export const MOST_DOUBT = 64;
/** No frame. */
const NONE = -1;

/**
 * A frame as a model has rebuilt it. The arrays belong to the refiner and are overwritten by the next frame but one, those of `output` emptied, as they go back to the backend: copy
 * what you keep.
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
  /** What the model said; null where the picture is the decoder's. */
  readonly output: ModelOutput | null;
  /** True where the picture is the model's. */
  readonly refined: boolean;
}

/** What is kept of a frame until the model has time for it. */
class Slot {
  readonly input: ModelInput;
  readonly rgb: Uint8ClampedArray;
  readonly uncertainty: Float32Array;
  /** What the model made of the frame; its arrays are given back to it with the next one here. */
  output: ModelOutput | null = null;

  constructor(grid: CaptureGrid) {
    const pixels = grid.width * grid.height;
    this.input = new ModelInput(grid);
    this.rgb = new Uint8ClampedArray(3 * pixels);
    this.uncertainty = new Float32Array(pixels);
  }
}

/**
 * Shows a session's frames to a model, with what the model made of the frame before, carried to where this frame shows it (S6–S8). Frames that samples alone keep up to
 * date leave a model nothing to fill in: they stay as they are. What the model makes is a picture to be looked at; memory never sees it, so that recordings decode
 * alike with any model and with none.
 *
 * @example
 * ```ts
 * const refiner = new FrameRefiner(grid, backend);
 * for (const frame of frames) show(await refiner.refine(decoder.decode(frame), decoder.memory));
 * ```
 */
export class FrameRefiner {
  private readonly evidence: FrameEvidence;
  private readonly slots: readonly [Slot, Slot];
  private next = 0;
  /** The model's last frame, 3 planes, and the number of the frame that it is of. */
  private readonly previous: Uint8Array;
  private previousFrame = NONE;
  private running: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly grid: CaptureGrid,
    private readonly backend: ModelBackend,
  ) {
    this.evidence = new FrameEvidence(grid);
    this.slots = [new Slot(grid), new Slot(grid)];
    this.previous = new Uint8Array(3 * grid.width * grid.height);
  }

  /** Forgets all frames: after a seek, or where those that follow are not the model's for a while. */
  clear(): void {
    this.evidence.clear();
    this.previousFrame = NONE;
  }

  /** Takes note of a frame that memory drew and whose picture is not wanted of the model. */
  skip(frame: PixelFrame, memory: LayeredMemory): void {
    this.evidence.take(frame, memory);
  }

  /**
   * Rebuilds a frame. What it needs of `decoded` is taken before it returns, so that the decoder may go on; frames must come in order. While one frame is
   * with the model the next one waits, and any more stay as they were decoded. Of a kept frame the arrays are new: whoever has many of them looks at
   * `decoded.kept` first, and calls `clear`.
   */
  async refine(decoded: DecodedFrame, memory: LayeredMemory): Promise<RefinedFrame> {
    if (decoded.kept) this.clear();
    else this.evidence.take(decoded.frame, memory);
    if (decoded.kept || this.waiting > 1) {
      return { rgb: decoded.rgb.slice(), uncertainty: decoded.uncertainty.slice(), output: null, refined: false };
    }
    const slot = this.slots[this.next];
    this.next = 1 - this.next;
    slot.rgb.set(decoded.rgb);
    slot.uncertainty.set(decoded.uncertainty);
    slot.input.take(decoded, this.evidence, memory.innovations);
    this.waiting++;
    const turn = this.running.then(() => this.rebuild(slot, decoded.frameId));
    this.running = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting--;
    }
  }

  private async rebuild(slot: Slot, frameId: number): Promise<RefinedFrame> {
    const { previous, grid } = this;
    const { input, rgb, uncertainty } = slot;
    // A frame that was left out parts the picture before from this one's motion.
    input.align(this.previousFrame !== NONE && this.previousFrame === frameId - 1 ? previous : null);
    this.previousFrame = NONE;
    const reuse = slot.output;
    slot.output = null;
    const output = await this.backend.run(grid, input.planes, reuse);
    slot.output = output;
    if (!output) return { rgb, uncertainty, output, refined: false };
    previous.set(output.frame);
    this.previousFrame = frameId;
    interleave(output.frame, rgb);
    for (let at = 0; at < uncertainty.length; at++)
      uncertainty[at] = Math.min(1, Math.sqrt(squaredError(output.logVariance[at])) / MOST_DOUBT);
    return { rgb, uncertainty, output, refined: true };
  }
}

/** Three planes to pixels. */
function interleave(planes: Uint8Array, rgb: Uint8ClampedArray): void {
  const size = planes.length / 3;
  const bytes = new Uint8Array(rgb.buffer, rgb.byteOffset, rgb.length);
  for (let at = 0, p = 0; at < size; at++, p += 3) {
    bytes[p] = planes[at];
    bytes[p + 1] = planes[size + at];
    bytes[p + 2] = planes[2 * size + at];
  }
}
