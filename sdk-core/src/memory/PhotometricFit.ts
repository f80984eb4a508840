/** Pairs used at most; more are thinned out evenly. */
const MOST_USED = 512;
/** A pair counts no more than this in the cost, steps. */
const CLIP = 24;
/** Residual at which a pair's weight has fallen to a quarter, steps. */
const SCALE = 6;
const ROUNDS = 6;
/** Ranks at which pairs are tried as they are. */
const PARTS = [0.2, 0.5, 0.8];
/** Black and white. */
const ENDS = [0, 255];
/** A free offset must lower the cost to this share of what black or white leave, and by so many steps more. */
const FREEDOM = 0.85;
const FREEDOM_STEPS = 0.2;

/**
 * Pairs of colours, three values each.
 *
 * @example
 * ```ts
 * const pairs: PairArrays = { memory: new Float32Array(900), screen: new Float32Array(900), count: 300 };
 * ```
 */
export interface PairArrays {
  readonly memory: Float32Array;
  readonly screen: Float32Array;
  readonly count: number;
}

/**
 * Robust fit of `screen ≈ gain · memory + offset` (one gain, an offset per channel) over pairs of colours of which many may be
 * wrong: the best of a few guesses (fade to black, fade to white, least squares, what was suggested), then reweighted.
 *
 * @example
 * ```ts
 * const fit = new PhotometricFit();
 * fit.read(pairs);
 * fit.solve();
 * console.log(fit.gain, fit.offset, fit.cost);
 * ```
 */
export class PhotometricFit {
  /** The best gain found. */
  gain = 1;
  /** The best offsets found. */
  readonly offset = new Float64Array(3);
  /** True when the best fit is a part of the way to black or to white. */
  isPinned = true;
  /** Mean clipped difference of the best fit per channel, steps. */
  cost = 0;
  private memory: Float32Array = new Float32Array(0);
  private screen: Float32Array = new Float32Array(0);
  private count = 0;
  private stride = 1;
  private readonly ratios = new Float64Array(MOST_USED + 1);
  private suggested = false;
  private readonly suggestion = new Float64Array(4);

  constructor(
    /** Largest gain that is tried. */
    private readonly mostGain = 1.6,
  ) {}

  /** Sets the pairs. */
  read({ memory, screen, count }: PairArrays): void {
    this.memory = memory;
    this.screen = screen;
    this.count = count;
    this.stride = Math.max(1, Math.ceil(count / MOST_USED));
    this.suggested = false;
  }

  /** Names a guess to try as well. */
  suggest(gain: number, r: number, g: number, b: number): void {
    this.suggested = true;
    this.suggestion.set([gain, r, g, b]);
  }

  /** Mean clipped difference under a model, steps. */
  costOf(gain: number, r: number, g: number, b: number): number {
    const { memory, screen, count, stride } = this;
    let sum = 0;
    let n = 0;
    for (let at = 0; at < 3 * count; at += 3 * stride, n++) {
      const difference =
        Math.abs(screen[at] - gain * memory[at] - r) +
        Math.abs(screen[at + 1] - gain * memory[at + 1] - g) +
        Math.abs(screen[at + 2] - gain * memory[at + 2] - b);
      sum += Math.min(CLIP, difference / 3);
    }
    return n === 0 ? 0 : sum / n;
  }

  /** Cost of one colour for the whole screen: what an empty memory could say. */
  flatCost(): number {
    return this.costOf(0, this.median(0), this.median(1), this.median(2));
  }

  /** Finds the best model: a part of the way to black or to white where that explains as much as an offset of any colour. */
  solve(): void {
    this.cost = Number.POSITIVE_INFINITY;
    this.take(1, 0, 0, 0);
    const { suggestion, suggested } = this;
    for (const end of ENDS) {
      for (const part of PARTS) this.takeTowards(end, this.ratioTo(end, part));
      if (suggested) this.takeTowards(end, suggestion[0]);
    }
    const end = this.offset[0] > 0 ? 255 : 0;
    for (let round = 0; round < ROUNDS; round++) if (!this.takeTowards(end, this.gainTowards(end))) break;
    const pinned = this.cost;
    const gain = this.gain;
    if (suggested) this.take(suggestion[0], suggestion[1], suggestion[2], suggestion[3]);
    for (let round = 0; round < ROUNDS; round++) if (!this.refine()) break;
    this.isPinned = this.cost > FREEDOM * pinned - FREEDOM_STEPS;
    if (this.isPinned) {
      this.cost = Number.POSITIVE_INFINITY;
      this.takeTowards(end, gain);
    }
  }

  private takeTowards(end: number, gain: number): boolean {
    const offset = end * (1 - gain);
    return this.take(gain, offset, offset, offset);
  }

  private take(gain: number, r: number, g: number, b: number): boolean {
    if (!(gain >= 0 && gain <= this.mostGain)) return false;
    const cost = this.costOf(gain, r, g, b);
    if (cost >= this.cost) return false;
    this.cost = cost;
    this.gain = gain;
    this.offset[0] = r;
    this.offset[1] = g;
    this.offset[2] = b;
    return true;
  }

  /** Part of the way to black (0) or white (255) that is left, at a share of the pairs by rank. */
  private ratioTo(end: number, part: number): number {
    const { memory, screen, count, stride, ratios } = this;
    let n = 0;
    for (let at = 0; at < 3 * count; at += 3 * stride) {
      const from = Math.abs(3 * end - memory[at] - memory[at + 1] - memory[at + 2]);
      if (from < 150) continue;
      ratios[n++] = Math.abs(3 * end - screen[at] - screen[at + 1] - screen[at + 2]) / from;
    }
    return n < 8 ? 1 : ratios.subarray(0, n).sort()[Math.floor(n * part)];
  }

  private median(channel: number): number {
    const { screen, count, stride, ratios } = this;
    let n = 0;
    for (let at = channel; at < 3 * count; at += 3 * stride) ratios[n++] = screen[at];
    return n === 0 ? 0 : ratios.subarray(0, n).sort()[n >> 1];
  }

  /** One round of reweighted least squares for a gain about a fixed point. */
  private gainTowards(end: number): number {
    const { memory, screen, count, stride } = this;
    let squares = 0;
    let products = 0;
    for (let at = 0; at < 3 * count; at += 3 * stride) {
      const w = this.weightAt(at);
      for (let n = at; n < at + 3; n++) {
        squares += w * (memory[n] - end) ** 2;
        products += w * (memory[n] - end) * (screen[n] - end);
      }
    }
    return squares < 1 ? 1 : products / squares;
  }

  private weightAt(at: number): number {
    const { memory, screen, gain, offset } = this;
    const d0 = screen[at] - gain * memory[at] - offset[0];
    const d1 = screen[at + 1] - gain * memory[at + 1] - offset[1];
    const d2 = screen[at + 2] - gain * memory[at + 2] - offset[2];
    const root = 1 / (1 + (d0 * d0 + d1 * d1 + d2 * d2) / (3 * SCALE * SCALE));
    return root * root;
  }

  /** One round of reweighted least squares; false when it gains nothing. */
  private refine(): boolean {
    const { memory, screen, count, stride } = this;
    let weights = 0;
    let m0 = 0;
    let m1 = 0;
    let m2 = 0;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let squares = 0;
    let products = 0;
    for (let at = 0; at < 3 * count; at += 3 * stride) {
      const w = this.weightAt(at);
      weights += w;
      m0 += w * memory[at];
      m1 += w * memory[at + 1];
      m2 += w * memory[at + 2];
      s0 += w * screen[at];
      s1 += w * screen[at + 1];
      s2 += w * screen[at + 2];
      squares += w * (memory[at] ** 2 + memory[at + 1] ** 2 + memory[at + 2] ** 2);
      products += w * (memory[at] * screen[at] + memory[at + 1] * screen[at + 1] + memory[at + 2] * screen[at + 2]);
    }
    if (weights < 1e-6) return false;
    squares -= (m0 * m0 + m1 * m1 + m2 * m2) / weights;
    products -= (m0 * s0 + m1 * s1 + m2 * s2) / weights;
    if (squares < 1) return false;
    const next = Math.max(0, products / squares);
    return this.take(next, (s0 - next * m0) / weights, (s1 - next * m1) / weights, (s2 - next * m2) / weights);
  }
}
