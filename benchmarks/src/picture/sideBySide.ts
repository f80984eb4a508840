import type { CaptureGrid } from '@sgaps/protocol';

/**
 * Two pictures of the same size in one of twice the width.
 *
 * @example
 * ```ts
 * const wide = sideBySide(grid, truth, rebuilt, new Uint8Array(6 * grid.width * grid.height));
 * ```
 */
export function sideBySide(
  grid: CaptureGrid,
  left: Uint8Array | Uint8ClampedArray,
  right: Uint8Array | Uint8ClampedArray,
  out: Uint8Array = new Uint8Array(6 * grid.width * grid.height),
): Uint8Array {
  const row = 3 * grid.width;
  for (let y = 0; y < grid.height; y++) {
    out.set(left.subarray(y * row, (y + 1) * row), 2 * y * row);
    out.set(right.subarray(y * row, (y + 1) * row), (2 * y + 1) * row);
  }
  return out;
}
