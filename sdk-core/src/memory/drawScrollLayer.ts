import type { Composition, DrawDetail } from './Composition.js';
import type { ContestMap } from './ContestMap.js';
import { drawEarnedRun, fillRun } from './drawRun.js';
import type { ScrollLayer } from './ScrollLayer.js';

/** Runs end where the ring's tiles do. */
const TILE = 32;

/**
 * How a layer is drawn.
 *
 * @example
 * ```ts
 * const mode: LayerMode = { fills: true, within: null, contests: null, limit: 255, detail: FULL_DETAIL };
 * ```
 */
export interface LayerMode {
  /** Shows wherever it is known and nothing was drawn before it; otherwise where it has earned it and beats what was drawn. */
  readonly fills: boolean;
  /** Where it is drawn at all; null: anywhere. */
  readonly within: ContestMap | null;
  /** Where another layer is drawn after it, which must know what it has earned; null: nowhere. */
  readonly contests: ContestMap | null;
  /** Confidence at most of what it has earned where nothing was drawn before. */
  readonly limit: number;
  readonly detail: DrawDetail;
}

/**
 * Draws a placed layer over the `width` × `height` picture, at frame `now`.
 *
 * @example
 * ```ts
 * world.place(camera.viewX, camera.viewY);
 * const mode = { fills: true, within: null, contests: null, limit: 255, detail: FULL_DETAIL };
 * drawScrollLayer(world, 320, 180, frame, composition, mode);
 * ```
 */
export function drawScrollLayer(
  layer: ScrollLayer,
  width: number,
  height: number,
  now: number,
  out: Composition,
  { fills, within, contests, limit, detail }: LayerMode,
): void {
  const { ring, wholeX, wholeY } = layer;
  const { rowStep, firstRow, resampled } = detail;
  for (let v = firstRow; v < height; v += rowStep) {
    const y = v + wholeY;
    for (let u = 0; u < width; ) {
      const x = u + wholeX;
      const end = Math.min(width, u + TILE - (x & (TILE - 1)));
      const from = v * width + u;
      const to = v * width + end;
      if (within?.touches(u, end, v) !== false && ring.holds(x, y)) {
        if (fills) fillRun(layer, from, to, x, y, now, out, resampled, contests?.touches(u, end, v) === true);
        else drawEarnedRun(layer, from, to, x, y, now, out, resampled, limit);
      }
      u = end;
    }
  }
}
