/** Weight of a pixel that is taken as it is. */
export const CERTAIN = 255;
/** Undoes the weights of `expand`. */
const SIXTEENTH = 1 / (16 * CERTAIN);

/** The picture, or what half as many pixels each way say of it. */
interface Level {
  readonly width: number;
  readonly height: number;
  rgb: Uint8ClampedArray;
  weight: Uint8Array;
  /** 1 for the pixels worked out in this frame. */
  readonly isKnown: Uint8Array;
  /** 1 for the pixels that the finer level asks for, and those pixels. */
  readonly isAsked: Uint8Array;
  readonly asked: Int32Array;
}

/**
 * Fills a picture from weighted pixels by a pyramid of weighted means (push–pull, Gortler et al. 1996): coarse levels
 * answer only where finer ones know nothing, and only what is asked of them is worked out. All buffers are made once.
 *
 * @example
 * ```ts
 * const pyramid = new PushPull(320, 180);
 * pyramid.fill(rgb, weight, open, count); // rgb: 3·W·H, weight: W·H, 0 … 255
 * ```
 */
export class PushPull {
  /** The picture itself first. */
  private readonly levels: Level[] = [];

  constructor(width: number, height: number) {
    this.levels.push({ ...createLevel(0, 0), width, height, isKnown: new Uint8Array(width * height).fill(1) });
    for (let w = width, h = height; w > 1 || h > 1; ) {
      w = (w + 1) >> 1;
      h = (h + 1) >> 1;
      this.levels.push(createLevel(w, h));
    }
  }

  /**
   * Replaces each of the first `count` pixels of `open`, which are those whose weight is below 255, by its own share (weight / 255)
   * and what its surroundings say for the rest.
   */
  fill(rgb: Uint8ClampedArray, weight: Uint8Array, open: Int32Array, count: number): void {
    const { levels } = this;
    levels[0].rgb = rgb;
    levels[0].weight = weight;
    for (let k = 1; k < levels.length; k++) levels[k].isKnown.fill(0);
    this.fillLevel(0, open, count);
  }

  /** Fills the pixels `open` of a level from the next coarser one. */
  private fillLevel(k: number, open: Int32Array, count: number): void {
    if (count === 0 || k + 1 === this.levels.length) return;
    const finer = this.levels[k];
    const coarser = this.levels[k + 1];
    const asked = ask(finer, coarser, open, count);
    let unsure = 0;
    for (let n = 0; n < asked; n++) {
      const at = coarser.asked[n];
      this.workOut(k + 1, at);
      if (coarser.weight[at] !== CERTAIN) coarser.asked[unsure++] = at;
    }
    this.fillLevel(k + 1, coarser.asked, unsure);
    expand(coarser, finer, open, count);
  }

  /** Works out what a pixel of a level knows itself. */
  private workOut(k: number, at: number): void {
    const level = this.levels[k];
    if (level.isKnown[at] !== 0) return;
    level.isKnown[at] = 1;
    const finer = this.levels[k - 1];
    const { width } = finer;
    const y = (at / level.width) | 0;
    const x = at - y * level.width;
    const right = 2 * x + 1 < width ? 1 : 0;
    const below = 2 * y + 1 < finer.height ? width : 0;
    const a = 2 * y * width + 2 * x;
    if (k > 1) {
      this.workOut(k - 1, a);
      this.workOut(k - 1, a + right);
      this.workOut(k - 1, a + below);
      this.workOut(k - 1, a + below + right);
    }
    reduce(finer, a, right, below, level, at);
  }
}

function createLevel(width: number, height: number): Level {
  const pixels = width * height;
  return {
    width,
    height,
    rgb: new Uint8ClampedArray(3 * pixels),
    weight: new Uint8Array(pixels),
    isKnown: new Uint8Array(pixels),
    isAsked: new Uint8Array(pixels),
    asked: new Int32Array(pixels),
  };
}

/** Lists the pixels of `coarser` that those of `finer` in `open` are filled from; returns how many. */
function ask(finer: Level, coarser: Level, open: Int32Array, count: number): number {
  const { width } = finer;
  const { width: columns, height: rows, isAsked, asked } = coarser;
  isAsked.fill(0);
  let found = 0;
  for (let n = 0; n < count; n++) {
    const y = (open[n] / width) | 0;
    const x = open[n] - y * width;
    const x0 = x >> 1;
    const x1 = beside(x, columns);
    const row0 = (y >> 1) * columns;
    const row1 = beside(y, rows) * columns;
    for (let k = 0; k < 4; k++) {
      const at = (k < 2 ? row0 : row1) + (k & 1 ? x1 : x0);
      if (isAsked[at] !== 0) continue;
      isAsked[at] = 1;
      asked[found++] = at;
    }
  }
  return found;
}

/** The second nearest of `count` coarser pixels along an axis. */
function beside(pixel: number, count: number): number {
  const at = (pixel >> 1) + (pixel & 1 ? 1 : -1);
  return at < 0 ? 0 : at < count ? at : count - 1;
}

/** Four pixels, weighted, into the one above them, at `a` and `right` and `below` of it; both are 0 beyond an odd edge. */
function reduce({ rgb, weight }: Level, a: number, right: number, below: number, to: Level, at: number): void {
  const { rgb: coarse, weight: known } = to;
  const b = a + right;
  const c = a + below;
  const d = c + right;
  const wa = weight[a];
  const wb = right === 0 ? 0 : weight[b];
  const wc = below === 0 ? 0 : weight[c];
  const wd = right === 0 || below === 0 ? 0 : weight[d];
  const sum = wa + wb + wc + wd;
  const p = 3 * at;
  known[at] = sum > CERTAIN ? CERTAIN : sum;
  if (sum === 4 * CERTAIN) {
    for (let k = 0; k < 3; k++) coarse[p + k] = (rgb[3 * a + k] + rgb[3 * b + k] + rgb[3 * c + k] + rgb[3 * d + k] + 2) >> 2;
    return;
  }
  const scale = sum === 0 ? 0 : 1 / sum;
  for (let k = 0; k < 3; k++)
    coarse[p + k] = scale * (wa * rgb[3 * a + k] + wb * rgb[3 * b + k] + wc * rgb[3 * c + k] + wd * rgb[3 * d + k]);
}

/** What the pixels `open` of a level do not know, bilinearly from the next coarser one; weights are 1/16. */
function expand(from: Level, to: Level, open: Int32Array, count: number): void {
  const { width: columns, height: rows, rgb: coarse } = from;
  const { width, rgb, weight } = to;
  for (let n = 0; n < count; n++) {
    const at = open[n];
    const y = (at / width) | 0;
    const x = at - y * width;
    const x0 = x >> 1;
    const x1 = beside(x, columns);
    const row0 = (y >> 1) * columns;
    const row1 = beside(y, rows) * columns;
    const a = 3 * (row0 + x0);
    const b = 3 * (row0 + x1);
    const c = 3 * (row1 + x0);
    const d = 3 * (row1 + x1);
    const keep = weight[at];
    const give = CERTAIN - keep;
    const p = 3 * at;
    for (let k = 0; k < 3; k++) {
      const around = 9 * coarse[a + k] + 3 * (coarse[b + k] + coarse[c + k]) + coarse[d + k];
      rgb[p + k] = (16 * keep * rgb[p + k] + give * around) * SIXTEENTH;
    }
  }
}
