import { VALUE_SHIFT } from './TemporalMemoryBank.js';

/** From a stored channel to an 8-bit one. */
export const DOWN = 1 / (1 << VALUE_SHIFT);
/** Ring that a repeating texture is remembered on: its width, cells. */
export const TILE_RING_WIDTH = 512;
/** Its height, cells. */
export const TILE_RING_HEIGHT = 256;
/** A view this close to a whole cell needs no resampling. */
export const WHOLE = 1 / 16;
/** Opacity of a scenery cell that several surfaces may claim. */
export const TENTATIVE = 20;
/** Block evidence from which down an undecided cell is taken for transparent. */
export const CLEAR = -24;
/** Block evidence from which up an undecided cell is taken for opaque. */
export const SOLID = 24;

/**
 * What one texture frame looks like, learnt from every object that shows it: colour, confidence and opacity per cell of
 * the unrotated picture.
 *
 * @example
 * ```ts
 * const patch = new Patch('hero|run-3', 24, 32);
 * ```
 */
export class Patch {
  /** 3 × cells, 8.7 fixed point. */
  readonly value: Uint16Array;
  /** 0 unknown … 255 certain. */
  readonly confidence: Uint8Array;
  /** Positive: the object covers what is behind it; negative: it does not; 0: not known. */
  readonly opacity: Int8Array;
  /** Frame of the last look, per cell. */
  readonly seen: Int32Array;
  /** What samples said of opacity per 8×8 block, −127 … 127: what holds for cells nobody has told apart yet. */
  readonly blockOpacity: Int8Array;
  /** Blocks a row. */
  readonly blockColumns: number;
  /** Frame in which an object last showed this patch. */
  used = 0;

  constructor(
    readonly key: string,
    readonly width: number,
    readonly height: number,
    /** A repeating texture: coordinates go round. */
    readonly wraps = false,
  ) {
    const cells = width * height;
    this.value = new Uint16Array(3 * cells);
    this.confidence = new Uint8Array(cells);
    this.opacity = new Int8Array(cells);
    this.seen = new Int32Array(cells);
    this.blockColumns = (width + 7) >> 3;
    this.blockOpacity = new Int8Array(this.blockColumns * ((height + 7) >> 3));
  }

  /** The block a cell lies in. */
  blockOf(cell: number): number {
    const y = (cell / this.width) | 0;
    return (y >> 3) * this.blockColumns + ((cell - y * this.width) >> 3);
  }

  /** Takes a colour as the cell's content. */
  write(cell: number, r: number, g: number, b: number, confidence: number, frame: number): void {
    const at = 3 * cell;
    this.value[at] = r * (1 << VALUE_SHIFT);
    this.value[at + 1] = g * (1 << VALUE_SHIFT);
    this.value[at + 2] = b * (1 << VALUE_SHIFT);
    this.confidence[cell] = confidence;
    this.seen[cell] = frame;
  }
}

/**
 * Bilinear colour, 8-bit, over the opaque, known cells around the patch coordinates (x, y), into `out`; `cell` is the one
 * they lie in. False when no cell around is known and opaque.
 *
 * @example
 * ```ts
 * const colour = new Float64Array(3);
 * if (blend(patch, 3.5, 7.25, patch.width * 7 + 3, colour)) draw(colour);
 * ```
 */
export function blend(patch: Patch, x: number, y: number, cell: number, out: Float64Array): boolean {
  const { value, opacity, confidence: known, width, height } = patch;
  const fx = x - 0.5;
  const fy = y - 0.5;
  const ix = Math.floor(fx + WHOLE);
  const iy = Math.floor(fy + WHOLE);
  const dx = fx - ix < WHOLE ? 0 : fx - ix;
  const dy = fy - iy < WHOLE ? 0 : fy - iy;
  if (dx === 0 && dy === 0) {
    out[0] = value[3 * cell] * DOWN;
    out[1] = value[3 * cell + 1] * DOWN;
    out[2] = value[3 * cell + 2] * DOWN;
    return true;
  }
  if (patch.wraps || (ix >= 0 && iy >= 0 && ix + 1 < width && iy + 1 < height)) {
    // A repeating texture goes round after as many cells as it has.
    const left = patch.wraps ? ix & (TILE_RING_WIDTH - 1) : ix;
    const right = patch.wraps ? (ix + 1) & (TILE_RING_WIDTH - 1) : ix + 1;
    const top = (patch.wraps ? iy & (TILE_RING_HEIGHT - 1) : iy) * width;
    const low = (patch.wraps ? (iy + 1) & (TILE_RING_HEIGHT - 1) : iy + 1) * width;
    if (isShown(patch, top + left) && isShown(patch, top + right) && isShown(patch, low + left) && isShown(patch, low + right)) {
      const w0 = (1 - dx) * (1 - dy) * DOWN;
      const w1 = dx * (1 - dy) * DOWN;
      const w2 = (1 - dx) * dy * DOWN;
      const w3 = dx * dy * DOWN;
      const p = 3 * (top + left);
      const q = 3 * (top + right);
      const s = 3 * (low + left);
      const t = 3 * (low + right);
      out[0] = w0 * value[p] + w1 * value[q] + w2 * value[s] + w3 * value[t];
      out[1] = w0 * value[p + 1] + w1 * value[q + 1] + w2 * value[s + 1] + w3 * value[t + 1];
      out[2] = w0 * value[p + 2] + w1 * value[q + 2] + w2 * value[s + 2] + w3 * value[t + 2];
      return true;
    }
  }
  let sum = 0;
  let r = 0;
  let g = 0;
  let b = 0;
  for (let j = 0; j < 2; j++) {
    const wy = j ? dy : 1 - dy;
    if (wy === 0) continue;
    let yy = iy + j;
    if (patch.wraps) yy &= TILE_RING_HEIGHT - 1;
    else if (yy < 0 || yy >= height) continue;
    for (let i = 0; i < 2; i++) {
      const w = wy * (i ? dx : 1 - dx);
      if (w === 0) continue;
      let xx = ix + i;
      if (patch.wraps) xx &= TILE_RING_WIDTH - 1;
      else if (xx < 0 || xx >= width) continue;
      const n = yy * width + xx;
      if (known[n] === 0 || opacity[n] <= 0) continue;
      sum += w;
      r += w * value[3 * n];
      g += w * value[3 * n + 1];
      b += w * value[3 * n + 2];
    }
  }
  if (sum === 0) return false;
  const scale = DOWN / sum;
  out[0] = r * scale;
  out[1] = g * scale;
  out[2] = b * scale;
  return true;
}

function isShown({ confidence, opacity }: Patch, cell: number): boolean {
  return confidence[cell] !== 0 && opacity[cell] > 0;
}

/**
 * True for a scenery cell that is undecided itself and lies in a block found transparent.
 *
 * @example
 * ```ts
 * if (!isGivenUp(patch, cell)) show(patch.value[3 * cell]);
 * ```
 */
export function isGivenUp(patch: Patch, cell: number): boolean {
  return patch.opacity[cell] <= TENTATIVE && patch.blockOpacity[patch.blockOf(cell)] <= CLEAR;
}

/**
 * Adds evidence, for (positive) or against (negative), that the block a cell lies in is opaque.
 *
 * @example
 * ```ts
 * weighBlock(patch, cell, -12);
 * ```
 */
export function weighBlock(patch: Patch, cell: number, amount: number): void {
  const block = patch.blockOf(cell);
  patch.blockOpacity[block] = Math.max(-127, Math.min(127, patch.blockOpacity[block] + amount));
}

/**
 * Holds a channel in 8.7 fixed point within 0 … 255.
 *
 * @example
 * ```ts
 * patch.value[at] = clampValue(patch.value[at] + 60);
 * ```
 */
export function clampValue(value: number): number {
  return value < 0 ? 0 : value > 255 << VALUE_SHIFT ? 255 << VALUE_SHIFT : value;
}
