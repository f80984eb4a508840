import type { CaptureGrid, FrameState } from '@sgaps/protocol';
import { boundObject, isScenery, type PixelBounds } from '../memory/PlacedObject.js';

/** Pixels around an object. */
const MARGIN = 2;
const bounds: PixelBounds = { left: 0, top: 0, right: 0, bottom: 0 };

/**
 * Sets a map (W·H) to 0 where objects will be that move by themselves: what was found at a place says nothing of the place to which they go.
 *
 * @param then `now`, carried on by `extrapolateState`, whose objects are the same where they stand still.
 *
 * @example
 * ```ts
 * clearMoving(error, decoder.state, extrapolateState(decoder.previousState, decoder.state, 2), grid);
 * ```
 */
export function clearMoving(map: Float32Array, now: FrameState, then: FrameState, grid: CaptureGrid): void {
  const { width, height } = grid;
  const viewX = then.cameras[0]?.viewX ?? 0;
  const viewY = then.cameras[0]?.viewY ?? 0;
  for (const [at, object] of then.objects.entries()) {
    if (object === now.objects[at] || isScenery(object, grid)) continue;
    if (!boundObject(object, viewX, viewY, width, height, bounds)) continue;
    const left = Math.max(0, bounds.left - MARGIN);
    const right = Math.min(width, bounds.right + MARGIN);
    const bottom = Math.min(height, bounds.bottom + MARGIN);
    for (let v = Math.max(0, bounds.top - MARGIN); v < bottom; v++) map.fill(0, v * width + left, v * width + right);
  }
}
