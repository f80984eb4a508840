const RADIUS = 5;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;
/** Taken off the luma before squares are summed, so that 32-bit floats keep the variances exact enough. */
const OFFSET = 128;

/**
 * Luma of one picture with its Gaussian mean and mean square, computed once and compared with many.
 *
 * @example
 * ```ts
 * const side = ssim.prepare(rgb);
 * ```
 */
export interface SsimSide {
  readonly luma: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/**
 * SSIM of two 8-bit RGB pictures: BT.601 luma, 11×11 Gaussian window with σ = 1.5, averaged over the windows that lie wholly inside
 * the picture (Wang et al. 2004, K1 = 0.01, K2 = 0.03). Separable, typed arrays, nothing allocated per comparison.
 *
 * @example
 * ```ts
 * const ssim = new Ssim(320, 180);
 * const value = ssim.compare(ssim.prepare(truth), ssim.prepare(picture)); // -1 … 1, 1 for equal pictures
 * ```
 */
export class Ssim {
  private readonly taps = new Float64Array(RADIUS + 1);
  private readonly rows: Float32Array;
  private readonly product: Float32Array;
  private readonly cross: Float32Array;
  private readonly innerWidth: number;
  private readonly innerHeight: number;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.innerWidth = width - 2 * RADIUS;
    this.innerHeight = height - 2 * RADIUS;
    let sum = 0;
    for (let i = -RADIUS; i <= RADIUS; i++) sum += Math.exp(-(i * i) / (2 * SIGMA * SIGMA));
    for (let i = 0; i <= RADIUS; i++) this.taps[i] = Math.exp(-(i * i) / (2 * SIGMA * SIGMA)) / sum;
    this.rows = new Float32Array(this.innerWidth * height);
    this.product = new Float32Array(width * height);
    this.cross = new Float32Array(this.innerWidth * this.innerHeight);
  }

  /** Room for one picture, to be filled by `prepare`. */
  createSide(): SsimSide {
    const inner = this.innerWidth * this.innerHeight;
    return { luma: new Float32Array(this.width * this.height), mean: new Float32Array(inner), square: new Float32Array(inner) };
  }

  /** Fills `out` (default: a new one) from interleaved RGB. */
  prepare(rgb: Uint8Array | Uint8ClampedArray, out: SsimSide = this.createSide()): SsimSide {
    const { luma } = out;
    for (let i = 0, j = 0; i < luma.length; i++, j += 3)
      luma[i] = 0.299 * rgb[j] + 0.587 * rgb[j + 1] + 0.114 * rgb[j + 2] - OFFSET;
    this.blur(luma, out.mean);
    for (let i = 0; i < luma.length; i++) this.product[i] = luma[i] * luma[i];
    this.blur(this.product, out.square);
    return out;
  }

  /** Mean SSIM of two prepared pictures. */
  compare(a: SsimSide, b: SsimSide): number {
    for (let i = 0; i < this.product.length; i++) this.product[i] = a.luma[i] * b.luma[i];
    this.blur(this.product, this.cross);
    let sum = 0;
    for (let i = 0; i < this.cross.length; i++) {
      const ma = a.mean[i];
      const mb = b.mean[i];
      const va = a.square[i] - ma * ma;
      const vb = b.square[i] - mb * mb;
      const cov = this.cross[i] - ma * mb;
      const la = ma + OFFSET;
      const lb = mb + OFFSET;
      sum += ((2 * la * lb + C1) * (2 * cov + C2)) / ((la * la + lb * lb + C1) * (va + vb + C2));
    }
    return sum / this.cross.length;
  }

  private blur(source: Float32Array, out: Float32Array): void {
    const { width, height, innerWidth, innerHeight, rows } = this;
    const [t0, t1, t2, t3, t4, t5] = this.taps;
    for (let y = 0; y < height; y++) {
      for (let x = 0, i = y * width + RADIUS, o = y * innerWidth; x < innerWidth; x++, i++, o++) {
        rows[o] =
          t0 * source[i] +
          t1 * (source[i - 1] + source[i + 1]) +
          t2 * (source[i - 2] + source[i + 2]) +
          t3 * (source[i - 3] + source[i + 3]) +
          t4 * (source[i - 4] + source[i + 4]) +
          t5 * (source[i - 5] + source[i + 5]);
      }
    }
    const w = innerWidth;
    for (let y = 0; y < innerHeight; y++) {
      for (let x = 0, i = (y + RADIUS) * w, o = y * w; x < w; x++, i++, o++) {
        out[o] =
          t0 * rows[i] +
          t1 * (rows[i - w] + rows[i + w]) +
          t2 * (rows[i - 2 * w] + rows[i + 2 * w]) +
          t3 * (rows[i - 3 * w] + rows[i + 3 * w]) +
          t4 * (rows[i - 4 * w] + rows[i + 4 * w]) +
          t5 * (rows[i - 5 * w] + rows[i + 5 * w]);
      }
    }
  }
}
