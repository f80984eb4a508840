/**
 * Mean of `values` from `start` on; NaN where there are none.
 *
 * @example
 * ```ts
 * mean([1, 2, 3]); // 2
 * ```
 */
export function mean(values: readonly number[], start = 0): number {
  let sum = 0;
  for (let i = start; i < values.length; i++) sum += values[i];
  return values.length > start ? sum / (values.length - start) : Number.NaN;
}

/**
 * The `fraction` quantile (0 … 1), linear between neighbours; NaN where there are no values.
 *
 * @example
 * ```ts
 * quantile([10, 20, 30], 0.5); // 20
 * ```
 */
export function quantile(values: readonly number[], fraction: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const place = fraction * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}
