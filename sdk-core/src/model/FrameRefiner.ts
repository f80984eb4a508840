import type { CaptureGrid, PixelFrame } from '@sgaps/protocol';
import type { LayeredMemory } from '../memory/LayeredMemory.js';
import type { DecodedFrame } from '../session/SessionDecoder.js';
import { FrameEvidence, LOOKED } from './FrameEvidence.js';
import { ModelInput } from './ModelInput.js';
import type { ModelBackend, ModelOutput } from './NeuralModel.js';

/** Samples that came out this well, dB, leave a model nothing to do. */
const GOOD = 50;
/** Standard deviation that counts as wholly uncertain, 8-bit levels. */
const UNCERTAIN = 64;

/**
 * A frame as a model has rebuilt it. The arrays belong to the refiner and are overwritten by the next frame but one: copy what you keep.
 *
 * @example
 * ```ts
 * const { rgb, refined } = await refiner.refine(decoder.decode(frame));
 * ```
 */
export interface RefinedFrame {
  /** 8-bit RGB, 3 × W·H. */
  readonly rgb: Uint8ClampedArray;
  /** W·H, 0 certain … 1 nothing known. */
  readonly uncertainty: Float32Array;
  /** What the model said, null where the picture is the decoder's. */
  readonly output: ModelOutput | null;
  /** True where the picture is the model's. */
  readonly refined: boolean;
}

/** What is kept of a frame until the model has time for it. */
class Slot {
  readonly input: ModelInput;
  readonly rgb: Uint8ClampedArray;
  readonly uncertainty: Float32Array;

  constructor(grid: CaptureGrid) {
    const pixels = grid.width * grid.height;
    this.input = new ModelInput(grid);
    this.rgb = new Uint8ClampedArray(3 * pixels);
    this.uncertainty = new Float32Array(pixels);
  }
}

/**
 * Shows a session's frames to a model, with what the model made of the frame before, carried to where this frame shows it (S6–S8). What the model makes is a
 * picture to be looked at; memory never sees it, so that recordings decode alike with any model and with none.
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
  /** The model's last frame, 3 planes, and the number of the frame that it is of; −1 where it is of none. */
  private readonly previous: Uint8Array;
  private previousFrame = -1;
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

  /** Forgets all frames (seek). */
  clear(): void {
    this.evidence.clear();
    this.previousFrame = -1;
  }

  /** Takes note of a frame that nobody looks at. */
  skip(frame: PixelFrame, memory: LayeredMemory): void {
    this.evidence.take(frame, memory);
  }

  /**
   * Rebuilds a frame. What it needs of `decoded` is taken before it returns, so that the decoder may go on; frames must come in order. While one frame is
   * with the model the next one waits, and any more stay as they were decoded.
   */
  async refine(decoded: DecodedFrame, memory: LayeredMemory): Promise<RefinedFrame> {
    const { frame } = decoded;
    this.evidence.take(frame, decoded.kept ? null : memory);
    const slot = this.slots[this.next];
    if (this.waiting > 1) return asDecoded(Uint8ClampedArray.from(decoded.rgb), Float32Array.from(decoded.uncertainty));
    this.next = 1 - this.next;
    slot.rgb.set(decoded.rgb);
    slot.uncertainty.set(decoded.uncertainty);
    slot.input.take(decoded, this.evidence, decoded.kept ? null : memory.innovations);
    const good = (decoded.samplesPsnr ?? 0) >= GOOD;
    const still = decoded.kept && this.isStill();
    this.waiting++;
    const turn = this.running.then(() => this.rebuild(slot, frame.frameId, good, still));
    this.running = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting--;
    }
  }

  private async rebuild(slot: Slot, frameId: number, good: boolean, still: boolean): Promise<RefinedFrame> {
    const { previous, grid } = this;
    const follows = this.previousFrame === frameId - 1 && frameId > 0;
    if (good) {
      this.previousFrame = -1;
      return asDecoded(slot.rgb, slot.uncertainty);
    }
    if (still && follows) {
      this.previousFrame = frameId;
      interleave(previous, slot.rgb);
      return { rgb: slot.rgb, uncertainty: slot.uncertainty, output: null, refined: true };
    }
    slot.input.align(follows ? previous : null);
    const output = await this.backend.run(grid, slot.input.planes);
    if (!output) {
      this.previousFrame = -1;
      return asDecoded(slot.rgb, slot.uncertainty);
    }
    previous.set(output.frame);
    this.previousFrame = frameId;
    interleave(output.frame, slot.rgb);
    for (let at = 0; at < slot.uncertainty.length; at++)
      slot.uncertainty[at] = Math.min(1, Math.exp(0.5 * output.logVariance[at]) / UNCERTAIN);
    return { rgb: slot.rgb, uncertainty: slot.uncertainty, output, refined: true };
  }

  /** True where nothing of the picture is new and nothing moved. */
  private isStill(): boolean {
    const { looked, motionX, motionY, motionKnown } = this.evidence;
    for (let at = 0; at < looked.length; at++)
      if (looked[at] > LOOKED.same || motionX[at] !== 0 || motionY[at] !== 0 || motionKnown[at] === 0) return false;
    return true;
  }
}

function asDecoded(rgb: Uint8ClampedArray, uncertainty: Float32Array): RefinedFrame {
  return { rgb, uncertainty, output: null, refined: false };
}

function interleave(planes: Uint8Array, rgb: Uint8ClampedArray): void {
  const size = planes.length / 3;
  const bytes = new Uint8Array(rgb.buffer, rgb.byteOffset, rgb.length);
  for (let at = 0, p = 0; at < size; at++, p += 3) {
    bytes[p] = planes[at];
    bytes[p + 1] = planes[size + at];
    bytes[p + 2] = planes[2 * size + at];
  }
}
