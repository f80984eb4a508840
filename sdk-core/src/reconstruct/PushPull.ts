/** Weight of a pixel that is taken as it is. */
export const CERTAIN = 255;

interface Level {
  readonly width: number;
  readonly height: number;
  readonly rgb: Float32Array;
  readonly weight: Float32Array;
}

/**
 * Fills a picture from weighted pixels by a pyramid of weighted means (push–pull, Gortler et al. 1996): coarse levels
 * answer only where finer ones know nothing. All buffers are made once.
 *
 * @example
 * ```ts
 * const pyramid = new PushPull(320, 180);
 * pyramid.fill(rgb, weight); // rgb: 3·W·H, weight: W·H, 0 … 255
 * ```
 */
export class PushPull {
  private readonly levels: Level[] = [];

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    let w = width;
    let h = height;
    while (w > 1 || h > 1) {
      w = (w + 1) >> 1;
      h = (h + 1) >> 1;
      this.levels.push({ width: w, height: h, rgb: new Float32Array(3 * w * h), weight: new Float32Array(w * h) });
    }
  }

  /** Replaces each pixel by its own share (weight / 255) and what its surroundings say for the rest. */
  fill(rgb: Uint8ClampedArray, weight: Uint8Array): void {
    const { levels, width, height } = this;
    if (levels.length === 0) return;
    reduce(rgb, weight, 1 / CERTAIN, width, height, levels[0]);
    for (let k = 1; k < levels.length; k++)
      reduce(levels[k - 1].rgb, levels[k - 1].weight, 1, levels[k - 1].width, levels[k - 1].height, levels[k]);
    for (let k = levels.length - 1; k > 0; k--)
      expand(levels[k], levels[k - 1].rgb, levels[k - 1].weight, 1, levels[k - 1].width, levels[k - 1].height);
    expand(levels[0], rgb, weight, 1 / CERTAIN, width, height);
  }
}

type Samples = Float32Array | Uint8ClampedArray | Uint8Array;

function reduce(rgb: Samples, weight: Samples, unit: number, width: number, height: number, to: Level): void {
  const certain = 1 / unit;
  for (let y = 0; y < to.height; y++) {
    const rows = 2 * y + 1 < height ? 2 : 1;
    for (let x = 0; x < to.width; x++) {
      const columns = 2 * x + 1 < width ? 2 : 1;
      const a = 2 * y * width + 2 * x;
      if (
        rows === 2 &&
        columns === 2 &&
        weight[a] === certain &&
        weight[a + 1] === certain &&
        weight[a + width] === certain &&
        weight[a + width + 1] === certain
      ) {
        const c = 3 * (a + width);
        const to3 = 3 * (y * to.width + x);
        for (let k = 0; k < 3; k++) to.rgb[to3 + k] = 0.25 * (rgb[3 * a + k] + rgb[3 * a + 3 + k] + rgb[c + k] + rgb[c + 3 + k]);
        to.weight[y * to.width + x] = 1;
        continue;
      }
      let sum = 0;
      let r = 0;
      let g = 0;
      let b = 0;
      for (let j = 0; j < rows; j++) {
        for (let i = 0; i < columns; i++) {
          const at = (2 * y + j) * width + 2 * x + i;
          const w = weight[at] * unit;
          if (w === 0) continue;
          sum += w;
          r += w * rgb[3 * at];
          g += w * rgb[3 * at + 1];
          b += w * rgb[3 * at + 2];
        }
      }
      const at = y * to.width + x;
      to.weight[at] = sum > 1 ? 1 : sum;
      if (sum === 0) continue;
      const scale = 1 / sum;
      to.rgb[3 * at] = r * scale;
      to.rgb[3 * at + 1] = g * scale;
      to.rgb[3 * at + 2] = b * scale;
    }
  }
}

function expand(from: Level, rgb: Samples, weight: Samples, unit: number, width: number, height: number): void {
  const { width: cw, height: ch, rgb: coarse } = from;
  const certain = 1 / unit;
  for (let y = 0; y < height; y++) {
    const y0 = y >> 1;
    const y1 = Math.max(0, Math.min(ch - 1, y0 + (y & 1 ? 1 : -1)));
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (weight[at] === certain) continue;
      const keep = weight[at] * unit;
      const x0 = x >> 1;
      const x1 = Math.max(0, Math.min(cw - 1, x0 + (x & 1 ? 1 : -1)));
      const a = 3 * (y0 * cw + x0);
      const b = 3 * (y0 * cw + x1);
      const c = 3 * (y1 * cw + x0);
      const d = 3 * (y1 * cw + x1);
      const give = 1 - keep;
      for (let k = 0; k < 3; k++) {
        const around = 0.5625 * coarse[a + k] + 0.1875 * (coarse[b + k] + coarse[c + k]) + 0.0625 * coarse[d + k];
        rgb[3 * at + k] = keep * rgb[3 * at + k] + give * around;
      }
    }
  }
}
