import { type StatePoints, StateSeries } from '@sgaps/core';

/**
 * What a survey told of a recording's values, bit by bit, as one list no longer than that of a `StateSeries`; null where it told none.
 *
 * @example
 * ```ts
 * const points = mergePoints(told);
 * ```
 */
export function mergePoints(told: readonly StatePoints[]): StatePoints | null {
  const moments = told.flatMap(({ times, values }) => times.map((time, i) => ({ time, values: values.map((list) => list[i]) })));
  moments.sort((a, b) => a.time - b.time);
  const last = moments.at(-1);
  if (!last) return null;
  const series = new StateSeries(last.values.length);
  // Of a recording that grew, more was told than is kept of it now.
  series.expect(last.time);
  for (const { time, values } of moments) series.add(time, values);
  return series.read();
}
