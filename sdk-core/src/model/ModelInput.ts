import type { CaptureGrid } from '@sgaps/protocol';
import { MOTION_PARTS } from '../memory/depth/BackwardMotion.js';
import type { InnovationLog } from '../memory/InnovationLog.js';
import type { FrameEvidence } from './FrameEvidence.js';

/**
 * Planes of a model's input, in order; each is W·H bytes.
 *
 * @example
 * ```ts
 * const planes = MODEL_PLANES.length * width * height; // bytes of a frame's input
 * ```
 */
export const MODEL_PLANES = [
  'red',
  'green',
  'blue',
  'previousRed',
  'previousGreen',
  'previousBlue',
  'previousKnown',
  'step',
  'confidence',
  'age',
  'looked',
  'column',
  'row',
  'innovation',
] as const;

const PREVIOUS = 3;
const KNOWN_PLANE = 6;
const STEP = 7;
const CONFIDENCE = 8;
const AGE = 9;
const LOOKED = 10;
const COLUMN = 11;
const ROW = 12;
const INNOVATION = 13;
/** Bits of a motion's parts of a pixel, and half of the weights of four pixels. */
const SHIFT = 4;
const MASK = MOTION_PARTS - 1;
const HALF = (MOTION_PARTS * MOTION_PARTS) / 2;
/** Place in a block, of 8, as a byte. */
const PHASE = 28;
/** Innovation in 8-bit levels, as a byte. */
const INNOVATION_SCALE = 2;

/**
 * What a model is shown of a frame: `MODEL_PLANES`, W·H bytes each, one after the other. The frame before, as the model made it, is carried to where this
 * frame shows it.
 *
 * @example
 * ```ts
 * const input = new ModelInput(grid);
 * input.take(decoded, evidence, decoder.memory.innovations);
 * input.align(previous);
 * const output = await backend.run(grid, input.planes);
 * ```
 */
export class ModelInput {
  /** `MODEL_PLANES.length` × H × W. */
  readonly planes: Uint8Array;
  /** Where each pixel was in the frame before, 1/16 pixels, as `FrameEvidence` has it. */
  readonly motionX: Int16Array;
  readonly motionY: Int16Array;
  readonly motionKnown: Uint8Array;

  constructor(private readonly grid: CaptureGrid) {
    const pixels = grid.width * grid.height;
    this.planes = new Uint8Array(MODEL_PLANES.length * pixels);
    this.motionX = new Int16Array(pixels);
    this.motionY = new Int16Array(pixels);
    this.motionKnown = new Uint8Array(pixels);
  }

  /** Takes all but the frame before. @param innovations What the frame's points said against memory; null where memory rests. */
  take(
    { rgb, confidence }: { readonly rgb: Uint8ClampedArray; readonly confidence: Uint8Array },
    evidence: FrameEvidence,
    innovations: InnovationLog | null,
  ): void {
    const { planes } = this;
    const { width, height } = this.grid;
    const size = width * height;
    const bytes = new Uint8Array(rgb.buffer, rgb.byteOffset, rgb.length);
    for (let at = 0, p = 0; at < size; at++, p += 3) {
      planes[at] = bytes[p];
      planes[size + at] = bytes[p + 1];
      planes[2 * size + at] = bytes[p + 2];
    }
    planes.set(evidence.step, STEP * size);
    planes.set(confidence, CONFIDENCE * size);
    planes.set(evidence.age, AGE * size);
    planes.set(evidence.looked, LOOKED * size);
    for (let at = 0; at < size; at++) {
      const phase = evidence.phase[at];
      planes[COLUMN * size + at] = PHASE * (phase & 15);
      planes[ROW * size + at] = PHASE * (phase >> 4);
    }
    planes.fill(0, INNOVATION * size, (INNOVATION + 1) * size);
    if (innovations) {
      const { count, u, v, squaredError } = innovations;
      for (let i = 0; i < count; i++)
        planes[INNOVATION * size + v[i] * width + u[i]] = Math.min(255, INNOVATION_SCALE * Math.sqrt(squaredError[i]));
    }
    this.motionX.set(evidence.motionX);
    this.motionY.set(evidence.motionY);
    this.motionKnown.set(evidence.motionKnown);
  }

  /** Carries the frame before to where this one shows it; where it was nowhere, this frame stands for it. @param previous The model's last frame, 3 planes of W·H; null where there is none. */
  align(previous: Uint8Array | null): void {
    const { planes, motionX, motionY, motionKnown } = this;
    const { width, height } = this.grid;
    const size = width * height;
    const known = planes.subarray(KNOWN_PLANE * size, (KNOWN_PLANE + 1) * size);
    if (previous === null) {
      planes.copyWithin(PREVIOUS * size, 0, 3 * size);
      known.fill(0);
      return;
    }
    known.set(motionKnown);
    const red = PREVIOUS * size;
    const green = red + size;
    const blue = green + size;
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        if (motionKnown[at] === 0) {
          planes[red + at] = planes[at];
          planes[green + at] = planes[size + at];
          planes[blue + at] = planes[2 * size + at];
          continue;
        }
        const mx = motionX[at];
        const my = motionY[at];
        const a = at + (my >> SHIFT) * width + (mx >> SHIFT);
        const fx = mx & MASK;
        const fy = my & MASK;
        if ((fx | fy) === 0) {
          planes[red + at] = previous[a];
          planes[green + at] = previous[size + a];
          planes[blue + at] = previous[2 * size + a];
          continue;
        }
        // Within the picture: what is beyond the last row or column has no share.
        const right = fx > 0 ? 1 : 0;
        const down = fy > 0 ? width : 0;
        const wd = fx * fy;
        const wb = MOTION_PARTS * fx - wd;
        const wc = MOTION_PARTS * fy - wd;
        const wa = MOTION_PARTS * MOTION_PARTS - wb - wc - wd;
        for (let c = 0, from = a, to = red + at; c < 3; c++, from += size, to += size) {
          const upper = wa * previous[from] + wb * previous[from + right];
          const lower = wc * previous[from + down] + wd * previous[from + down + right];
          planes[to] = (upper + lower + HALF) >> (2 * SHIFT);
        }
      }
    }
  }
}
