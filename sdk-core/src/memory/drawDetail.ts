import type { DrawDetail } from './Composition.js';

/** Score of a pixel that no scroll layer shows: any beats it. */
export const UNSCORED = -1000;
/** The same of a pixel that a nearer, unknown part of the scenery may cover. */
export const VEILED = UNSCORED + 1;
/** Confidence left to what lies behind an object nobody has looked at yet. */
export const UNKNOWN_COVER = 40;

/**
 * The first row from `top` on that is drawn.
 *
 * @example
 * ```ts
 * for (let v = firstDrawn(top, detail); v < bottom; v += detail.rowStep) drawRow(v);
 * ```
 */
export function firstDrawn(top: number, { rowStep, firstRow }: DrawDetail): number {
  return rowStep === 1 || (top & 1) === firstRow ? top : top + 1;
}
