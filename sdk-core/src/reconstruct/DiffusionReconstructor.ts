import { type CaptureGrid, levelOf } from '@sgaps/protocol';
import type { Composition } from '../memory/Composition.js';
import { CERTAIN, PushPull } from './PushPull.js';
import type { Reconstructor, ReconstructorInput, ReconstructorOutput } from './Reconstructor.js';

/** S7: ten steps; conductance 1 / (1 + |∇|²/κ²) for each of four neighbours. */
const STEPS = 10;
const RATE = 0.2;
const KAPPA = 12;
const SQUARE = KAPPA * KAPPA;
/** Pixels surer than this are not diffused, of 255. */
const FIXED = 230;
/** Upper bound of pixel updates a frame, which keeps a cold start within the loop's time. */
const WORK = 8_000;
/** Memory at least this sure is taken as it is: one look is far better than anything interpolated. */
const SEEN = 128;
/** Certainty that one look gives; the rest comes with confirmations. */
const SURE = 0.85;
/** Certainty lost per frame that nobody looked: a tenth in 255 frames. */
const AGEING = 0.1 / 255;
/** Uncertainty by memory's confidence · 256 + age. */
const UNCERTAINTY = Float32Array.from({ length: 1 << 16 }, (_, n) => {
  const c = n >> 8;
  const fresh = Math.fround(c < SEEN ? (SURE * c) / SEEN : SURE + ((1 - SURE) * (c - SEEN)) / (255 - SEEN));
  return 1 - fresh * (1 - (n & 255) * AGEING);
});
/** Weight of a pixel by memory's confidence. */
const WEIGHT = Uint8Array.from({ length: 256 }, (_, c) => (c < SEEN ? 2 * c : CERTAIN));
/** Share of the differences that a pixel takes in a step, by its weight. */
const RATES = Float64Array.from({ length: 256 }, (_, weight) => RATE * (1 - weight / CERTAIN));
/** Half of a quantisation cell by bits, 8-bit steps. */
const HALF_CELL = Float64Array.from({ length: 9 }, (_, bits) => (1 << (8 - bits)) / 2);

/**
 * Reconstruction without a model (S7 without the learned part): unknown pixels are filled by a push–pull pyramid of
 * what is known, then anisotropic diffusion carries samples along surfaces and stops at edges. A pixel moves the less
 * the surer memory is of it; sampled pixels do not move at all.
 *
 * @example
 * ```ts
 * const reconstructor = new DiffusionReconstructor({ width: 320, height: 180 });
 * ```
 */
export class DiffusionReconstructor implements Reconstructor {
  /** Model id stored in recordings. */
  readonly id = 'diffusion@1';
  /** Grid the instance works on. */
  readonly grid: CaptureGrid;
  private readonly weight: Uint8Array;
  private readonly fine: Float32Array;
  private readonly open: Int32Array;
  private readonly pyramid: PushPull;

  /** Makes all buffers for frames of the grid. */
  constructor(grid: CaptureGrid) {
    this.grid = grid;
    const pixels = grid.width * grid.height;
    this.weight = new Uint8Array(pixels);
    this.fine = new Float32Array(3 * pixels);
    this.open = new Int32Array(pixels);
    this.pyramid = new PushPull(grid.width, grid.height);
  }

  /** Rebuilds one frame into `output`, all of which is overwritten. */
  reconstruct(input: ReconstructorInput, output: ReconstructorOutput): void {
    const { weight, open } = this;
    output.rgb.set(input.memory.rgb);
    const unsure = this.weigh(input.memory, output.uncertainty);
    this.impose(input, output);
    let count = 0;
    for (let n = 0; n < unsure; n++) if (weight[open[n]] !== CERTAIN) open[count++] = open[n];
    this.pyramid.fill(output.rgb, weight, open, count);
    this.diffuse(output.rgb, count);
  }

  /** How sure memory is of each pixel; lists those in `open` that are not taken as they are, and returns how many. */
  private weigh({ confidence, age }: Composition, uncertainty: Float32Array): number {
    const { weight, open } = this;
    let unsure = 0;
    for (let at = 0; at < confidence.length; at++) {
      const c = confidence[at];
      uncertainty[at] = UNCERTAINTY[(c << 8) | age[at]];
      weight[at] = WEIGHT[c];
      if (c < SEEN) open[unsure++] = at;
    }
    return unsure;
  }

  /** A sampled point is what it is: within its quantisation cell, what memory says (S15). */
  private impose({ samples, values }: ReconstructorInput, { rgb, uncertainty }: ReconstructorOutput): void {
    const { width } = this.grid;
    const { weight } = this;
    const { u, v, kind, count } = samples;
    const { rgb: sampled, bits } = values;
    for (let i = 0, q = 0; i < count; i++, q += 3) {
      if (levelOf(kind[i]) !== 0) continue;
      const at = v[i] * width + u[i];
      const p = 3 * at;
      const half = HALF_CELL[bits[i]];
      if (weight[at] === 0 || half <= 0.5) {
        rgb[p] = sampled[q];
        rgb[p + 1] = sampled[q + 1];
        rgb[p + 2] = sampled[q + 2];
      } else {
        rgb[p] = within(rgb[p], sampled[q], half);
        rgb[p + 1] = within(rgb[p + 1], sampled[q + 1], half);
        rgb[p + 2] = within(rgb[p + 2], sampled[q + 2], half);
      }
      weight[at] = CERTAIN;
      const left = half / 128;
      if (uncertainty[at] > left) uncertainty[at] = left;
    }
  }

  /** Diffuses those of the first `unsure` open pixels that are far from sure and not at the edge. */
  private diffuse(rgb: Uint8ClampedArray, unsure: number): void {
    const { width, height } = this.grid;
    const { weight, open, fine } = this;
    const row = 3 * width;
    let count = 0;
    for (let n = 0; n < unsure; n++) {
      const at = open[n];
      const u = at % width;
      if (weight[at] < FIXED && u > 0 && u < width - 1 && at >= width && at < width * (height - 1)) open[count++] = at;
    }
    const steps = count === 0 ? 0 : Math.min(STEPS, Math.floor(WORK / count));
    if (steps === 0) return;
    for (let n = 0; n < count; n++) {
      const p = 3 * open[n];
      for (let k = 0; k < 3; k++) {
        fine[p + k] = rgb[p + k];
        fine[p - 3 + k] = rgb[p - 3 + k];
        fine[p + 3 + k] = rgb[p + 3 + k];
        fine[p - row + k] = rgb[p - row + k];
        fine[p + row + k] = rgb[p + row + k];
      }
    }
    for (let s = 0; s < steps; s++) for (let n = 0; n < count; n++) relax(fine, 3 * open[n], row, weight[open[n]]);
    for (let n = 0; n < count; n++) {
      const p = 3 * open[n];
      rgb[p] = fine[p];
      rgb[p + 1] = fine[p + 1];
      rgb[p + 2] = fine[p + 2];
    }
  }
}

/** The nearest to `known` that lies in the quantisation cell around a sample. */
function within(known: number, sample: number, half: number): number {
  return known > sample + half ? sample + half : known < sample - half ? sample - half : known;
}

/** One pixel towards its neighbours, the less the surer it is, and the steeper the edge between them. */
function relax(rgb: Float32Array, p: number, row: number, weight: number): void {
  const r = rgb[p];
  const g = rgb[p + 1];
  const b = rgb[p + 2];
  let dr = 0;
  let dg = 0;
  let db = 0;
  for (let d = 0; d < 4; d++) {
    const q = d === 0 ? p - 3 : d === 1 ? p + 3 : d === 2 ? p - row : p + row;
    const er = rgb[q] - r;
    const eg = rgb[q + 1] - g;
    const eb = rgb[q + 2] - b;
    const conductance = SQUARE / (SQUARE + (er * er + eg * eg + eb * eb));
    dr += conductance * er;
    dg += conductance * eg;
    db += conductance * eb;
  }
  const rate = RATES[weight];
  rgb[p] = r + rate * dr;
  rgb[p + 1] = g + rate * dg;
  rgb[p + 2] = b + rate * db;
}
