import type { CaptureGrid } from '@sgaps/protocol';
import type { Composition, DrawDetail } from '../memory/Composition.js';
import type { DynamicMemory } from '../memory/DynamicMemory.js';
import { CONFIDENCE_START } from '../memory/TemporalMemoryBank.js';
import { NOTHING, UNKNOWN } from './BlockSurvey.js';
import { SQUARE } from './SquareGrid.js';

/** Expected squared error, 8-bit steps², of a pixel nothing is known of, and of one known from a 16×16 mean. */
export const ERROR_NOTHING = 1500;
export const ERROR_COARSE = 700;

/**
 * Rates every pixel of a frame to come by the squared error expected there if nobody looks, into `importance` (W·H, 8-bit
 * steps²): high where nothing is known, where memory keeps being contradicted, and the more so the steeper the picture is.
 *
 * @example
 * ```ts
 * ratePixels(grid, composition, memory.dynamic, FULL_DETAIL, importance);
 * ```
 */
export function ratePixels(
  grid: CaptureGrid,
  ahead: Composition,
  dynamic: DynamicMemory,
  { rowStep, firstRow }: DrawDetail,
  importance: Float32Array,
): void {
  const { width, height } = grid;
  const { confidence, rgb, age } = ahead;
  const { heat, columns } = dynamic;
  for (let v = firstRow; v < height; v += rowStep) {
    const heatRow = (v >> 3) * columns;
    for (let u = 0; u < width; u++) {
      const at = v * width + u;
      const c = confidence[at];
      if (c < UNKNOWN) {
        importance[at] = c < NOTHING ? ERROR_NOTHING : ERROR_COARSE;
        continue;
      }
      const h = heat[heatRow + (u >> 3)];
      if (c >= CONFIDENCE_START && h < 0.05) {
        importance[at] = 0.02 * Math.min(60, age[at]);
        continue;
      }
      const reach = c < CONFIDENCE_START ? SQUARE : 2;
      const here = lumaAt(rgb, at);
      const a = Math.abs(here - lumaAt(rgb, u + reach < width ? at + reach : at - reach));
      const b = Math.abs(here - lumaAt(rgb, u >= reach ? at - reach : at + reach));
      const d = Math.abs(here - lumaAt(rgb, v + reach < height ? at + reach * width : at - reach * width));
      const e = Math.abs(here - lumaAt(rgb, v >= reach ? at - reach * width : at + reach * width));
      const steepest = Math.max(a, b, d, e);
      const contrast = (steepest * steepest) / 3;
      let error = h * (60 + contrast) * Math.min(1, (1 + age[at]) / 4);
      if (c < CONFIDENCE_START) error += (1 - c / CONFIDENCE_START) * (20 + contrast);
      importance[at] = error;
    }
  }
  if (rowStep === 2) fillRows(importance, width, height, firstRow);
}

/**
 * Copies every second row, from `firstRow` on, into the one beside it that was left out.
 *
 * @example
 * ```ts
 * fillRows(composition.confidence, 320, 180, 0);
 * ```
 */
export function fillRows(map: Float32Array | Uint8Array, width: number, height: number, firstRow: 0 | 1): void {
  for (let v = 1 - firstRow; v < height; v += 2) {
    const from = firstRow === 0 ? v - 1 : Math.min(v + 1, height - 1 - ((height - 1 - firstRow) & 1));
    map.copyWithin(v * width, from * width, (from + 1) * width);
  }
}

/** Brightness of one pixel in whole steps, good enough to tell an edge. */
function lumaAt(rgb: Uint8ClampedArray, at: number): number {
  const p = 3 * at;
  return (3 * rgb[p] + 4 * rgb[p + 1] + rgb[p + 2]) >> 3;
}
