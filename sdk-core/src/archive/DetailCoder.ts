import { codeUnsigned, createModel, type RangeCoder, resetModel, SgapsError, UNSIGNED_MODEL, ZIGZAG } from '@sgaps/protocol';

/** Pixels along a block's side, and coefficients of it. */
export const BLOCK = 8;
export const COEFFICIENTS = 64;
/** Largest level that is coded. */
export const LEVEL_LIMIT = 8191;
/** Ways a block was predicted that have probabilities of their own: within the picture, from others, by the model. */
const WAYS = 3;

/** What a block's levels are of: its DCT, those of its 4×4 quarters, or its pixels as they are. */
export const Transform = { Whole: 0, Quarters: 1, None: 2 } as const;

/** Where the models of a block's levels lie: pixels as they are have their own, however they were predicted. */
export function detailBase(way: number, transform: number, plane: number): number {
  return (2 * (transform === Transform.None ? WAYS : way) + (plane === 0 ? 0 : 1)) * SET;
}

/** Where that of whether it has any lies. */
export function anyIndex(way: number, plane: number, neighbours: number): number {
  return detailBase(way, Transform.Whole, plane) + ANY + neighbours;
}

/** Coefficients with what lies right of and below them, for contexts. */
export const ROW = BLOCK + 2;
export const PLACE = Uint8Array.from(ZIGZAG, (k) => (k >> 3) * ROW + (k & 7));
/** Classes of frequency in zigzag order. */
const BANDS = 7;
export const BAND = Uint8Array.from({ length: COEFFICIENTS }, (_, k) =>
  k === 0 ? 0 : k < 3 ? 1 : k < 6 ? 2 : k < 10 ? 3 : k < 21 ? 4 : k < 36 ? 5 : 6,
);
/** How much lies around, in classes. */
export const BUSY = 7;
export const MOST_UNARY = 14;

// Models of one way and plane class.
const ANY = 0;
export const LAST = ANY + 6;
export const SOME = LAST + COEFFICIENTS;
export const MORE = SOME + BANDS * BUSY;
const REST = MORE + 2 * BUSY * MOST_UNARY;
const SET = REST + UNSIGNED_MODEL;

/**
 * Codes quantised coefficients of 8×8 blocks (H13): whether there are any, the place of the last in zigzag order, and from there down their sizes, in the context of
 * frequency and of the coefficients right of and below each.
 *
 * @example
 * ```ts
 * if (detail.codeAny(coder, way, plane, neighbours, any)) detail.code(coder, way, transform, plane, levels);
 * ```
 */
export class DetailCoder {
  readonly model = createModel((WAYS + 1) * 2 * SET);
  private readonly sizes = new Uint8Array(ROW * ROW);

  reset(): void {
    resetModel(this.model);
  }

  /** Codes whether a block has any levels. `neighbours`, 0 … 5: how many blocks nearby have. */
  codeAny(coder: RangeCoder, way: number, plane: number, neighbours: number, any: boolean): boolean {
    return coder.bit(this.model, anyIndex(way, plane, neighbours), any ? 1 : 0) === 1;
  }

  /**
   * Codes the 64 levels of a block that has any, in zigzag order; a decoder gets all of them written.
   *
   * @returns how many are coded, the last that is not zero included
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
   */
  code(coder: RangeCoder, way: number, transform: number, plane: number, levels: Int32Array): number {
    const { model, sizes } = this;
    const base = detailBase(way, transform, plane);
    let last = 0;
    if (coder.encoding) for (let k = 1; k < COEFFICIENTS; k++) if (levels[k] !== 0) last = k;
    if (!coder.encoding) levels.fill(0);
    last = coder.symbol(model, base + LAST, 6, last);
    sizes.fill(0);
    for (let k = last; k >= 0; k--) {
      const place = PLACE[k];
      const around = sizes[place + 1] + sizes[place + 2] + sizes[place + ROW] + sizes[place + 2 * ROW] + sizes[place + ROW + 1];
      const busy = around < BUSY ? around : BUSY - 1;
      const level = levels[k];
      let size = level < 0 ? -level : level;
      if (k < last && coder.bit(model, base + SOME + BAND[k] * BUSY + busy, size > 0 ? 1 : 0) === 0) continue;
      size = this.codeSize(coder, base, ((k === 0 ? 0 : BUSY) + busy) * MOST_UNARY, size);
      sizes[place] = size < 3 ? size : 3;
      const negative = coder.uniform(level < 0 ? 1 : 0, 2);
      levels[k] = negative === 1 ? -size : size;
    }
    return last + 1;
  }

  /** A size of 1 or more: in unary as far as is usual. */
  private codeSize(coder: RangeCoder, base: number, context: number, want: number): number {
    let size = 1;
    while (size < MOST_UNARY && coder.bit(this.model, base + MORE + context + size - 1, want > size ? 1 : 0) === 1) size++;
    if (size < MOST_UNARY) return size;
    size += codeUnsigned(coder, this.model, base + REST, want - size);
    if (size > LEVEL_LIMIT) throw SgapsError.malformed('archive: detail');
    return size;
  }
}
