import type { SampleSet } from '@sgaps/protocol';

/**
 * Adds one sample to a set; a full set stays as it is.
 *
 * @example
 * ```ts
 * appendSample(set, 16, 32, 4, Tier.important); // the mean of a 16×16 square
 * ```
 */
export function appendSample(set: SampleSet, u: number, v: number, kind: number, tier: number): void {
  const i = set.count;
  if (i >= set.u.length) return;
  set.u[i] = u;
  set.v[i] = v;
  set.kind[i] = kind;
  set.tier[i] = tier;
  set.count++;
}
