import type { CaptureGrid } from '@sgaps/protocol';
import { PushPull } from './PushPull.js';
import type { Reconstructor, ReconstructorInput, ReconstructorOutput } from './Reconstructor.js';

/** S7: ten steps at rate 0.1 per neighbour pair; conductance 1 / (1 + |∇|²/κ²). */
const STEPS = 10;
const RATE = 0.2;
const KAPPA = 12;
/** Pixels surer than this are not diffused. */
const FIXED = 0.9;
/** Upper bound of pixel updates a frame, which keeps a cold start within the loop's time. */
const WORK = 40_000;

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
  readonly id = 'diffusion@1';
  private readonly rgb: Float32Array;
  private readonly weight: Float32Array;
  private readonly open: Int32Array;
  private readonly pyramid: PushPull;

  constructor(readonly grid: CaptureGrid) {
    const pixels = grid.width * grid.height;
    this.rgb = new Float32Array(3 * pixels);
    this.weight = new Float32Array(pixels);
    this.open = new Int32Array(pixels);
    this.pyramid = new PushPull(grid.width, grid.height);
  }

  reconstruct(input: ReconstructorInput, output: ReconstructorOutput): void {
    const { rgb, weight } = this;
    const { memory } = input;
    const pixels = weight.length;
    let unsure = 0;
    for (let i = 0; i < pixels; i++) {
      const c = memory.confidence[i];
      // A confidence of 0.5 (one look) is already far better than anything interpolated.
      const w = c >= 128 ? 1 : c / 128;
      weight[i] = w;
      if (w < 1) unsure++;
    }
    for (let i = 0; i < rgb.length; i++) rgb[i] = memory.rgb[i];
    this.impose(input);
    if (unsure > 0) {
      this.pyramid.fill(rgb, weight);
      this.diffuse();
    }
    for (let i = 0; i < rgb.length; i++) output.rgb[i] = rgb[i];
    const { uncertainty } = output;
    for (let i = 0; i < pixels; i++) uncertainty[i] = 1 - Math.min(weight[i], memory.confidence[i] / 255 + (weight[i] >= 1 && memory.confidence[i] === 0 ? 1 : 0));
  }

  /** Sampled points are what they are. */
  private impose({ samples, values }: ReconstructorInput): void {
    const { width } = this.grid;
    for (let i = 0; i < samples.count; i++) {
      if (samples.kind[i] !== 0) continue;
      const at = samples.v[i] * width + samples.u[i];
      const half = (1 << (8 - values.bits[i])) / 2;
      for (let c = 0; c < 3; c++) {
        const sample = values.rgb[3 * i + c];
        const old = this.rgb[3 * at + c];
        const known = this.weight[at] > 0;
        this.rgb[3 * at + c] = known && half > 0.5 ? Math.min(sample + half, Math.max(sample - half, old)) : sample;
      }
      this.weight[at] = 1;
    }
  }

  private diffuse(): void {
    const { width, height } = this.grid;
    const { rgb, weight, open } = this;
    let count = 0;
    for (let v = 1; v < height - 1; v++) {
      for (let u = 1; u < width - 1; u++) {
        const at = v * width + u;
        if (weight[at] < FIXED) open[count++] = at;
      }
    }
    if (count === 0) return;
    const steps = Math.min(STEPS, Math.floor(WORK / count));
    const k2 = 1 / (KAPPA * KAPPA);
    const row = 3 * width;
    for (let s = 0; s < steps; s++) {
      for (let n = 0; n < count; n++) {
        const at = open[n];
        const p = 3 * at;
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
          const conductance = 1 / (1 + (er * er + eg * eg + eb * eb) * k2);
          dr += conductance * er;
          dg += conductance * eg;
          db += conductance * eb;
        }
        const rate = RATE * (1 - weight[at]);
        rgb[p] = r + rate * dr;
        rgb[p + 1] = g + rate * dg;
        rgb[p + 2] = b + rate * db;
      }
    }
  }
}
