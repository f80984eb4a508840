import { type CaptureGrid, levelOf } from '@sgaps/protocol';
import { CERTAIN, PushPull } from './PushPull.js';
import type { Reconstructor, ReconstructorInput, ReconstructorOutput } from './Reconstructor.js';

/** S7: ten steps; conductance 1 / (1 + |∇|²/κ²) for each of four neighbours. */
const STEPS = 10;
const RATE = 0.2;
const KAPPA = 12;
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
/** Certainty of a fresh look by memory's confidence. */
const CERTAINTY = Float32Array.from({ length: 256 }, (_, c) =>
  c < SEEN ? (SURE * c) / SEEN : SURE + ((1 - SURE) * (c - SEEN)) / (255 - SEEN),
);
/** What is left of it by age. */
const FRESHNESS = Float64Array.from({ length: 256 }, (_, age) => 1 - age * AGEING);
/** Weight of a pixel by memory's confidence. */
const WEIGHT = Uint8Array.from({ length: 256 }, (_, c) => (c < SEEN ? 2 * c : CERTAIN));
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
    const { weight } = this;
    const { confidence, age } = input.memory;
    output.rgb.set(input.memory.rgb);
    const { uncertainty } = output;
    let unsure = 0;
    for (let i = 0; i < weight.length; i++) {
      const c = confidence[i];
      uncertainty[i] = 1 - CERTAINTY[c] * FRESHNESS[age[i]];
      if (c < SEEN) unsure++;
      weight[i] = WEIGHT[c];
    }
    this.impose(input, output);
    if (unsure === 0) return;
    this.pyramid.fill(output.rgb, weight);
    this.diffuse(output.rgb);
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

  private diffuse(rgb: Uint8ClampedArray): void {
    const { width, height } = this.grid;
    const { weight, open, fine } = this;
    const row = 3 * width;
    let count = 0;
    for (let v = 1; v < height - 1; v++) {
      for (let at = v * width + 1, end = at + width - 2; at < end; at++) if (weight[at] < FIXED) open[count++] = at;
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
    for (let s = 0; s < steps; s++)
      for (let n = 0; n < count; n++) relax(fine, 3 * open[n], row, RATE * (1 - weight[open[n]] / CERTAIN));
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

/** One pixel towards its neighbours, the less the steeper the edge between them. */
function relax(rgb: Float32Array, p: number, row: number, rate: number): void {
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
    const conductance = 1 / (1 + (er * er + eg * eg + eb * eb) / (KAPPA * KAPPA));
    dr += conductance * er;
    dg += conductance * eg;
    db += conductance * eb;
  }
  rgb[p] = r + rate * dr;
  rgb[p + 1] = g + rate * dg;
  rgb[p + 2] = b + rate * db;
}
