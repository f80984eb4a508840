/**
 * Fills a picture from weighted pixels by a pyramid of weighted means (push–pull, Gortler et al. 1996): coarse levels
 * answer only where finer ones know nothing. All buffers are made once.
 *
 * @example
 * ```ts
 * const pyramid = new PushPull(320, 180);
 * pyramid.fill(rgb, weight); // rgb: Float32Array(3·W·H), weight: Float32Array(W·H), 0 … 1
 * ```
 */
export class PushPull {
  private readonly levels: { width: number; height: number; rgb: Float32Array; weight: Float32Array }[] = [];

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

  /** Replaces each pixel by weight · pixel + (1 − weight) · what its surroundings say. */
  fill(rgb: Float32Array, weight: Float32Array): void {
    let from = { width: this.width, height: this.height, rgb, weight };
    for (const level of this.levels) {
      reduce(from, level);
      from = level;
    }
    for (let k = this.levels.length - 1; k >= 0; k--) {
      const to = k === 0 ? { width: this.width, height: this.height, rgb, weight } : this.levels[k - 1];
      expand(this.levels[k], to);
    }
  }
}

interface Level {
  width: number;
  height: number;
  rgb: Float32Array;
  weight: Float32Array;
}

function reduce(from: Level, to: Level): void {
  for (let y = 0; y < to.height; y++) {
    const rows = 2 * y + 1 < from.height ? 2 : 1;
    for (let x = 0; x < to.width; x++) {
      const columns = 2 * x + 1 < from.width ? 2 : 1;
      let sum = 0;
      let r = 0;
      let g = 0;
      let b = 0;
      for (let j = 0; j < rows; j++) {
        for (let i = 0; i < columns; i++) {
          const at = (2 * y + j) * from.width + 2 * x + i;
          const w = from.weight[at];
          if (w === 0) continue;
          sum += w;
          r += w * from.rgb[3 * at];
          g += w * from.rgb[3 * at + 1];
          b += w * from.rgb[3 * at + 2];
        }
      }
      const at = y * to.width + x;
      if (sum > 0) {
        to.rgb[3 * at] = r / sum;
        to.rgb[3 * at + 1] = g / sum;
        to.rgb[3 * at + 2] = b / sum;
      }
      to.weight[at] = sum > 1 ? 1 : sum;
    }
  }
}

function expand(coarse: Level, fine: Level): void {
  const { width: cw, height: ch, rgb: crgb } = coarse;
  for (let y = 0; y < fine.height; y++) {
    const y0 = y >> 1;
    const y1 = Math.max(0, Math.min(ch - 1, y0 + (y & 1 ? 1 : -1)));
    for (let x = 0; x < fine.width; x++) {
      const at = y * fine.width + x;
      const w = fine.weight[at];
      if (w >= 0.999) continue;
      const x0 = x >> 1;
      const x1 = Math.max(0, Math.min(cw - 1, x0 + (x & 1 ? 1 : -1)));
      const a = 3 * (y0 * cw + x0);
      const b = 3 * (y0 * cw + x1);
      const c = 3 * (y1 * cw + x0);
      const d = 3 * (y1 * cw + x1);
      const keep = w;
      const give = 1 - w;
      for (let k = 0; k < 3; k++) {
        const around = 0.5625 * crgb[a + k] + 0.1875 * (crgb[b + k] + crgb[c + k]) + 0.0625 * crgb[d + k];
        fine.rgb[3 * at + k] = keep * fine.rgb[3 * at + k] + give * around;
      }
    }
  }
}
