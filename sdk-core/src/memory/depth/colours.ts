/**
 * True when no channel of the two colours, red highest, differs by more than `tolerance`, 8-bit steps.
 *
 * @example
 * ```ts
 * const asWorld = isNear(world, sample, 14);
 * ```
 */
export function isNear(a: number, b: number, tolerance: number): boolean {
  return (
    Math.abs((a >> 16) - (b >> 16)) <= tolerance &&
    Math.abs(((a >> 8) & 255) - ((b >> 8) & 255)) <= tolerance &&
    Math.abs((a & 255) - (b & 255)) <= tolerance
  );
}

/**
 * Mean over the channels of (sample − prediction)², what lies within half a quantisation cell `half` of the sample counting as 0.
 *
 * @example
 * ```ts
 * const error = squaredError(sample, world, 4);
 * ```
 */
export function squaredError(sample: number, predicted: number, half: number): number {
  const dr = beyond((sample >> 16) - (predicted >> 16), half);
  const dg = beyond(((sample >> 8) & 255) - ((predicted >> 8) & 255), half);
  const db = beyond((sample & 255) - (predicted & 255), half);
  return (dr * dr + dg * dg + db * db) / 3;
}

/**
 * The colour a share of the way from one to another.
 *
 * @example
 * ```ts
 * const learnt = towards(known, sample, 0.4);
 * ```
 */
export function towards(from: number, to: number, share: number): number {
  const r = Math.round((from >> 16) + share * ((to >> 16) - (from >> 16)));
  const g = Math.round(((from >> 8) & 255) + share * (((to >> 8) & 255) - ((from >> 8) & 255)));
  const b = Math.round((from & 255) + share * ((to & 255) - (from & 255)));
  return (r << 16) | (g << 8) | b;
}

/**
 * A colour with this much added to each channel, held within 0 … 255.
 *
 * @example
 * ```ts
 * points.colour[at] = shifted(points.colour[at], -3, 0, 5);
 * ```
 */
export function shifted(colour: number, dr: number, dg: number, db: number): number {
  return (clamp8((colour >> 16) + dr) << 16) | (clamp8(((colour >> 8) & 255) + dg) << 8) | clamp8((colour & 255) + db);
}

/** The part of a difference that lies outside a cell of half this size. */
function beyond(difference: number, half: number): number {
  if (half <= 0.5) return difference;
  return difference > half ? difference - half : difference < -half ? difference + half : 0;
}

function clamp8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
