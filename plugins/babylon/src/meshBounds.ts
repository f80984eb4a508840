/** A point of the world. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A rectangle of the canvas: pixels from the top left. */
export interface PixelRect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A share of the canvas, as Babylon gives a camera's viewport: 0 … 1, from the *bottom* left. */
export type ViewportShare = Readonly<PixelRect>;

/** Distance from the camera's plane, as clip-space w, below which a corner has no place on the screen. */
const NEAR = 1e-6;

/**
 * The canvas rectangle that holds everything between some corners of the world, rounded outward to whole pixels and cut
 * at the viewport. A box that reaches behind the camera fills the viewport; one that lies behind it as a whole, or outside the
 * viewport, gives false and leaves `out` alone.
 *
 * `transform` is view · projection as Babylon stores it (row vectors, 16 numbers).
 *
 * @example
 * ```ts
 * const corners = mesh.getBoundingInfo().boundingBox.vectorsWorld;
 * projectBounds(corners, camera.getTransformationMatrix().m, camera.viewport, 1280, 720, rect);
 * ```
 */
export function projectBounds(
  corners: readonly Point[],
  transform: ArrayLike<number>,
  viewport: ViewportShare,
  canvasWidth: number,
  canvasHeight: number,
  out: PixelRect,
): boolean {
  const m = transform;
  let left = Number.POSITIVE_INFINITY;
  let bottom = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let top = Number.NEGATIVE_INFINITY;
  let behind = 0;
  for (let i = 0; i < corners.length; i++) {
    const { x, y, z } = corners[i];
    const w = x * m[3] + y * m[7] + z * m[11] + m[15];
    if (!(w > NEAR)) {
      behind++;
      continue;
    }
    const cx = (x * m[0] + y * m[4] + z * m[8] + m[12]) / w;
    const cy = (x * m[1] + y * m[5] + z * m[9] + m[13]) / w;
    left = Math.min(left, cx);
    right = Math.max(right, cx);
    bottom = Math.min(bottom, cy);
    top = Math.max(top, cy);
  }
  if (behind === corners.length) return false;
  if (behind > 0) left = bottom = -(right = top = 1);
  const { x: vx, y: vy, width: vw, height: vh } = viewport;
  const x0 = Math.floor((vx + vw * Math.max(0, (left + 1) / 2)) * canvasWidth);
  const x1 = Math.ceil((vx + vw * Math.min(1, (right + 1) / 2)) * canvasWidth);
  const y0 = Math.floor((1 - vy - vh * Math.min(1, (top + 1) / 2)) * canvasHeight);
  const y1 = Math.ceil((1 - vy - vh * Math.max(0, (bottom + 1) / 2)) * canvasHeight);
  if (!(x1 > x0 && y1 > y0)) return false;
  out.x = x0;
  out.y = y0;
  out.width = x1 - x0;
  out.height = y1 - y0;
  return true;
}
