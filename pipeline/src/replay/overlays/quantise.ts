/**
 * Expected squared error that is drawn as full importance; below it the error itself (its root) is drawn.
 *
 * @example
 * ```ts
 * quantise(planner.importance, map, IMPORTANCE_FULL);
 * ```
 */
export const IMPORTANCE_FULL = 1500;

/**
 * A map of 0 … 1, or of squares of which `squaredFull` is 1, as bytes; bytes stay what they are.
 *
 * @example
 * ```ts
 * quantise(decoded.uncertainty, map);
 * ```
 */
export function quantise(map: Float32Array | Uint8Array, out: Uint8Array, squaredFull?: number): void {
  if (map instanceof Uint8Array) {
    out.set(map);
    return;
  }
  for (let i = 0; i < out.length; i++) {
    const value = squaredFull === undefined ? map[i] * 255 : Math.sqrt(map[i] / squaredFull) * 255;
    out[i] = value > 0 ? (value < 255 ? value : 255) : 0;
  }
}
