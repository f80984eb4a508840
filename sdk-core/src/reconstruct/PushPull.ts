/** Weight of a pixel that is taken as it is. */
export const CERTAIN = 255;
/** Undoes the weights of `expand`. */
const SIXTEENTH = 1 / (16 * CERTAIN);

interface Level {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8ClampedArray;
  readonly weight: Uint8Array;
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
      this.levels.push({ width: w, height: h, rgb: new Uint8ClampedArray(3 * w * h), weight: new Uint8Array(w * h) });
    }
  }

  /** Replaces each pixel by its own share (weight / 255) and what its surroundings say for the rest. */
  fill(rgb: Uint8ClampedArray, weight: Uint8Array): void {
    const { levels, width, height } = this;
    if (levels.length === 0) return;
    reduce(rgb, weight, width, height, levels[0]);
    for (let k = 1; k < levels.length; k++) {
      const { rgb: finer, weight: known, width: w, height: h } = levels[k - 1];
      reduce(finer, known, w, h, levels[k]);
    }
    for (let k = levels.length - 1; k > 0; k--) {
      const { rgb: finer, weight: known, width: w, height: h } = levels[k - 1];
      expand(levels[k], finer, known, w, h);
    }
    expand(levels[0], rgb, weight, width, height);
  }
}

/** A picture's 2×2 blocks, weighted, into the next coarser level. */
function reduce(rgb: Uint8ClampedArray, weight: Uint8Array, width: number, height: number, to: Level): void {
  const { rgb: coarse, weight: known, width: columns, height: rows } = to;
  for (let y = 0; y < rows; y++) {
    const below = 2 * y + 1 < height ? width : 0;
    for (let x = 0; x < columns; x++) {
      const right = 2 * x + 1 < width ? 1 : 0;
      const a = 2 * y * width + 2 * x;
      const b = a + right;
      const c = a + below;
      const d = c + right;
      // Beyond an odd edge there is nothing.
      const wa = weight[a];
      const wb = right === 0 ? 0 : weight[b];
      const wc = below === 0 ? 0 : weight[c];
      const wd = right === 0 || below === 0 ? 0 : weight[d];
      const sum = wa + wb + wc + wd;
      const at = y * columns + x;
      known[at] = sum > CERTAIN ? CERTAIN : sum;
      if (sum === 0) continue;
      const p = 3 * at;
      if (sum === 4 * CERTAIN) {
        coarse[p] = (rgb[3 * a] + rgb[3 * b] + rgb[3 * c] + rgb[3 * d] + 2) >> 2;
        coarse[p + 1] = (rgb[3 * a + 1] + rgb[3 * b + 1] + rgb[3 * c + 1] + rgb[3 * d + 1] + 2) >> 2;
        coarse[p + 2] = (rgb[3 * a + 2] + rgb[3 * b + 2] + rgb[3 * c + 2] + rgb[3 * d + 2] + 2) >> 2;
        continue;
      }
      const scale = 1 / sum;
      coarse[p] = scale * (wa * rgb[3 * a] + wb * rgb[3 * b] + wc * rgb[3 * c] + wd * rgb[3 * d]);
      coarse[p + 1] = scale * (wa * rgb[3 * a + 1] + wb * rgb[3 * b + 1] + wc * rgb[3 * c + 1] + wd * rgb[3 * d + 1]);
      coarse[p + 2] = scale * (wa * rgb[3 * a + 2] + wb * rgb[3 * b + 2] + wc * rgb[3 * c + 2] + wd * rgb[3 * d + 2]);
    }
  }
}

/** What a picture does not know, bilinearly from the next coarser level; weights are 1/16. */
function expand(from: Level, rgb: Uint8ClampedArray, weight: Uint8Array, width: number, height: number): void {
  const { width: cw, height: ch, rgb: coarse } = from;
  for (let y = 0; y < height; y++) {
    const y0 = y >> 1;
    const y1 = Math.max(0, Math.min(ch - 1, y0 + (y & 1 ? 1 : -1)));
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const keep = weight[at];
      if (keep === CERTAIN) continue;
      const x0 = x >> 1;
      const x1 = Math.max(0, Math.min(cw - 1, x0 + (x & 1 ? 1 : -1)));
      const a = 3 * (y0 * cw + x0);
      const b = 3 * (y0 * cw + x1);
      const c = 3 * (y1 * cw + x0);
      const d = 3 * (y1 * cw + x1);
      const give = CERTAIN - keep;
      const p = 3 * at;
      for (let k = 0; k < 3; k++) {
        const around = 9 * coarse[a + k] + 3 * (coarse[b + k] + coarse[c + k]) + coarse[d + k];
        rgb[p + k] = (16 * keep * rgb[p + k] + give * around) * SIXTEENTH;
      }
    }
  }
}
