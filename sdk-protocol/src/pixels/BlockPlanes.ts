import { BLOCK_SAMPLES } from '../samples/SampleSet.js';
import { forwardBlock, inverseBlock, ZIGZAG } from './blockTransform.js';

/** Colour planes of a block: Y, Co, Cg. */
export const PLANES = 3;
/** What a block's coefficients are the difference to: what was sent of its place, the mean beside it, or what was sent of another place. */
export const Prediction = { place: 0, mean: 1, motion: 2 } as const;
/** One of the three. */
export type Prediction = (typeof Prediction)[keyof typeof Prediction];

/** Steps of Co and Cg against luma's, in 1/64, so that a step of each costs RGB the same squared error. */
const PLANE_STEP = [64, 156, 128] as const;
/** Part of a step below which a coefficient is zero, and from which on a level rounds up, in 1/64: |c| / step + ROUND. */
const ROUND_INTER = 22;
const ROUND_INTRA = 26;
/**
 * The arithmetic of a block: its picture, what it is predicted by and the difference of the two as Y, Co and Cg planes of 64 whole
 * numbers (YCoCg-R), quantised DCT coefficients, and the colours that come of them. Both sides get the same numbers.
 *
 * @example
 * ```ts
 * planes.readTruth(rgb, 0);
 * planes.readCanvas(sent);
 * const bits = planes.quantise(Prediction.place, 128); // into planes.levels
 * planes.rebuild(Prediction.place, 128); // into planes.coded
 * ```
 */
export class BlockPlanes {
  /** The picture (encoder only). */
  readonly truth = [planeOf(), planeOf(), planeOf()];
  /** What was last sent of the block's places. */
  readonly canvas = [planeOf(), planeOf(), planeOf()];
  /** What was sent of the place that the block's motion points to. */
  readonly moved = [planeOf(), planeOf(), planeOf()];
  /** Quantised coefficients in zigzag order. */
  readonly levels = [planeOf(), planeOf(), planeOf()];
  /** RGB of the block as both sides know it. */
  readonly coded = new Uint8Array(3 * BLOCK_SAMPLES);
  /** Mean colour beside the block, Y, Co and Cg. */
  readonly means = new Int32Array(PLANES);
  private readonly residual = planeOf();
  private readonly orange = planeOf();
  private readonly green = planeOf();

  /** Takes the picture to be coded: 64 RGB colours from byte `first` on. */
  readTruth(rgb: Uint8Array, first: number): void {
    const [luma, orange, green] = this.truth;
    for (let j = 0, p = first; j < BLOCK_SAMPLES; j++, p += 3) {
      const o = rgb[p] - rgb[p + 2];
      const t = rgb[p + 2] + (o >> 1);
      const g = rgb[p + 1] - t;
      luma[j] = t + (g >> 1);
      orange[j] = o;
      green[j] = g;
    }
  }

  /** Takes what was last sent of the block's places, 64 entries. */
  readCanvas(sent: Uint32Array): void {
    const [luma, orange, green] = this.canvas;
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const entry = sent[j];
      const b = entry & 255;
      const o = ((entry >>> 16) & 255) - b;
      const t = b + (o >> 1);
      const g = ((entry >>> 8) & 255) - t;
      luma[j] = t + (g >> 1);
      orange[j] = o;
      green[j] = g;
    }
  }

  /** Squared difference of the picture to what was last sent, luma, over the block. */
  changeOf(): number {
    const [luma] = this.truth;
    const [sent] = this.canvas;
    let sum = 0;
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const d = luma[j] - sent[j];
      sum += d * d;
    }
    return sum;
  }

  /** Quantises the difference to the prediction into `levels`; returns about what it costs, bits, 0 for nothing at all. */
  quantise(prediction: Prediction, step: number): number {
    const { residual, means } = this;
    let bits = 0;
    for (let p = 0; p < PLANES; p++) {
      const truth = this.truth[p];
      const canvas = prediction === Prediction.motion ? this.moved[p] : this.canvas[p];
      const mean = means[p];
      if (prediction === Prediction.mean) for (let j = 0; j < BLOCK_SAMPLES; j++) residual[j] = truth[j] - mean;
      else for (let j = 0; j < BLOCK_SAMPLES; j++) residual[j] = truth[j] - canvas[j];
      forwardBlock(residual, residual);
      const size = (step * PLANE_STEP[p]) >> 6;
      const round = (size * (prediction === Prediction.mean ? ROUND_INTRA : ROUND_INTER)) >> 6;
      const levels = this.levels[p];
      const most = size - round;
      const inverse = 1 / size;
      let last = -1;
      let cost = 0;
      for (let k = 0; k < BLOCK_SAMPLES; k++) {
        const c = residual[ZIGZAG[k]];
        if (c < most && c > -most) {
          levels[k] = 0;
          continue;
        }
        const level = c < 0 ? -(((round - c) * inverse) | 0) : ((c + round) * inverse) | 0;
        levels[k] = level;
        if (level === 0) continue;
        cost += 2.2 + 1.3 * (31 - Math.clz32(level < 0 ? -level : level)) + 0.6 * (k - last - 1);
        last = k;
      }
      bits += last < 0 ? 0 : cost + 4;
    }
    return bits;
  }

  /** Prediction plus what the levels say, into `coded`. */
  rebuild(prediction: Prediction, step: number): void {
    const { coded, means } = this;
    for (let p = 0; p < PLANES; p++) {
      const levels = this.levels[p];
      const canvas = prediction === Prediction.motion ? this.moved[p] : this.canvas[p];
      // The planes that come out take the place of the truth, which is no longer needed once it is quantised.
      const out = p === 0 ? this.residual : p === 1 ? this.orange : this.green;
      const size = (step * PLANE_STEP[p]) >> 6;
      let last = BLOCK_SAMPLES - 1;
      while (last >= 0 && levels[last] === 0) last--;
      if (last < 0) out.fill(0);
      else if (last === 0) out.fill((levels[0] * size + 32) >> 6);
      else {
        for (let k = 0; k < BLOCK_SAMPLES; k++) out[ZIGZAG[k]] = Math.imul(levels[k], size);
        inverseBlock(out);
      }
      if (prediction === Prediction.mean) for (let j = 0; j < BLOCK_SAMPLES; j++) out[j] += means[p];
      else for (let j = 0; j < BLOCK_SAMPLES; j++) out[j] += canvas[j];
    }
    const { residual: luma } = this;
    for (let j = 0, c = 0; j < BLOCK_SAMPLES; j++, c += 3) {
      const t = luma[j] - (this.green[j] >> 1);
      const g = this.green[j] + t;
      const b = t - (this.orange[j] >> 1);
      coded[c] = clamp8(b + this.orange[j]);
      coded[c + 1] = clamp8(g);
      coded[c + 2] = clamp8(b);
    }
  }

  /** Squared error of what was rebuilt, over all 192 bytes. */
  errorOf(rgb: Uint8Array, first: number): number {
    const { coded } = this;
    let sum = 0;
    for (let c = 0; c < 3 * BLOCK_SAMPLES; c++) sum += (coded[c] - rgb[first + c]) ** 2;
    return sum;
  }
}

function planeOf(): Int32Array {
  return new Int32Array(BLOCK_SAMPLES);
}

function clamp8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
