import type { CaptureGrid, TrackedObject } from '@sgaps/protocol';
import { type Patch, TILE_RING_HEIGHT, TILE_RING_WIDTH } from './Patch.js';

/**
 * An object placed on the screen for one frame: the inverse map from pixel (u, v) to patch coordinates.
 *
 * @example
 * ```ts
 * const x = placed.x0 + placed.xu * u + placed.xv * v;
 * ```
 */
export interface PlacedObject {
  patch: Patch;
  /** Larger than most of the screen: lies behind the scroll layers. */
  scenery: boolean;
  id: number;
  alpha: number;
  /** Patch coordinates the object shows: from here, so far. */
  minX: number;
  minY: number;
  spanX: number;
  spanY: number;
  /** Pixels the object may touch, right and bottom exclusive. */
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Patch x = xu·u + xv·v + x0, patch y likewise, at the pixel's middle. */
  xu: number;
  xv: number;
  x0: number;
  yu: number;
  yv: number;
  y0: number;
}

/**
 * Pixels an object may touch, clipped to the grid, right and bottom exclusive.
 *
 * @example
 * ```ts
 * const bounds: PixelBounds = { left: 0, top: 0, right: 16, bottom: 16 };
 * ```
 */
export interface PixelBounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** An object drawn larger than this share of the screen is scenery: its own scroll layer, not a patch. */
const SCENERY_SHARE = 0.3;

/**
 * True for an object so large that it is scenery.
 *
 * @example
 * ```ts
 * const sprites = state.objects.filter((object) => !isScenery(object, grid));
 * ```
 */
export function isScenery(object: TrackedObject, grid: CaptureGrid): boolean {
  return object.width * object.height >= SCENERY_SHARE * grid.width * grid.height;
}

/**
 * The pixels of a `width` × `height` grid that an object may touch under a camera at (viewX, viewY), into `out`; false
 * when there are none.
 *
 * @example
 * ```ts
 * const bounds = { left: 0, top: 0, right: 0, bottom: 0 };
 * const seen = boundObject(object, camera.viewX, camera.viewY, 320, 180, bounds);
 * ```
 */
export function boundObject(
  object: TrackedObject,
  viewX: number,
  viewY: number,
  width: number,
  height: number,
  out: PixelBounds,
): boolean {
  if (!(object.width > 0.5) || !(object.height > 0.5) || object.alpha <= 0) return false;
  const px = object.x - object.scrollFactorX * viewX;
  const py = object.y - object.scrollFactorY * viewY;
  const cos = Math.cos(object.rotation);
  const sin = Math.sin(object.rotation);
  let minX = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (let corner = 0; corner < 4; corner++) {
    const cx = ((corner & 1) - object.originX) * object.width;
    const cy = ((corner >> 1) - object.originY) * object.height;
    const x = px + cx * cos - cy * sin;
    const y = py + cx * sin + cy * cos;
    minX = Math.min(minX, x);
    maxX = Math.max(maxX, x);
    minY = Math.min(minY, y);
    maxY = Math.max(maxY, y);
  }
  out.left = Math.max(0, Math.floor(minX));
  out.top = Math.max(0, Math.floor(minY));
  out.right = Math.min(width, Math.ceil(maxX));
  out.bottom = Math.min(height, Math.ceil(maxY));
  return out.left < out.right && out.top < out.bottom;
}

/**
 * Lays a patch under the pixels an object touches, by the transform the engine reports.
 *
 * @example
 * ```ts
 * const placed = placePatch(object, patch, camera.viewX, camera.viewY, bounds);
 * ```
 */
export function placePatch(
  object: TrackedObject,
  patch: Patch,
  viewX: number,
  viewY: number,
  { left, top, right, bottom }: Readonly<PixelBounds>,
): PlacedObject {
  const px = object.x - object.scrollFactorX * viewX;
  const py = object.y - object.scrollFactorY * viewY;
  const cos = Math.cos(object.rotation);
  const sin = Math.sin(object.rotation);
  const spanX = patch.wraps ? object.width : patch.width;
  const spanY = patch.wraps ? object.height : patch.height;
  const sx = ((object.flipX ? -1 : 1) * spanX) / object.width;
  const sy = ((object.flipY ? -1 : 1) * spanY) / object.height;
  const ox = (object.flipX ? 1 - object.originX : object.originX) * spanX + object.tileX;
  const oy = (object.flipY ? 1 - object.originY : object.originY) * spanY + object.tileY;
  const xu = cos * sx;
  const xv = sin * sx;
  const yu = -sin * sy;
  const yv = cos * sy;
  const dx = 0.5 - px;
  const dy = 0.5 - py;
  return {
    patch,
    scenery: false,
    id: object.id,
    alpha: object.alpha,
    minX: patch.wraps ? object.tileX : 0,
    minY: patch.wraps ? object.tileY : 0,
    spanX,
    spanY,
    left,
    top,
    right,
    bottom,
    xu,
    xv,
    x0: xu * dx + xv * dy + ox,
    yu,
    yv,
    y0: yu * dx + yv * dy + oy,
  };
}

/**
 * The patch cell at patch coordinates (x, y), −1 outside the object.
 *
 * @example
 * ```ts
 * const cell = cellOf(placed, placed.x0 + placed.xu * u, placed.y0 + placed.yv * v);
 * ```
 */
export function cellOf(placed: PlacedObject, x: number, y: number): number {
  const { patch } = placed;
  const lx = x - placed.minX;
  const ly = y - placed.minY;
  if (lx < 0 || ly < 0 || lx >= placed.spanX || ly >= placed.spanY) return -1;
  const cx = Math.floor(x);
  const cy = Math.floor(y);
  return patch.wraps ? (cy & (TILE_RING_HEIGHT - 1)) * TILE_RING_WIDTH + (cx & (TILE_RING_WIDTH - 1)) : cy * patch.width + cx;
}
