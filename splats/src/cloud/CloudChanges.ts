import { SgapsError } from '@sgaps/protocol';
import { harmonicsOf, MOST_SPLATS, type SplatCloud } from './SplatCloud.js';

/**
 * Arrays of a cloud, all or some of them; as long as those of the whole cloud.
 *
 * @example
 * ```ts
 * const changes: CloudChanges = { positions, rotations };
 * ```
 */
export type CloudChanges = Partial<Pick<SplatCloud, 'positions' | 'scales' | 'rotations' | 'opacities' | 'harmonics'>>;

/**
 * Checks that arrays have what their count says.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for an array of another length, `LIMIT_EXCEEDED` for more than 16 million splats
 */
export function checkCloud({ count, degree }: Pick<SplatCloud, 'count' | 'degree'>, arrays: CloudChanges): void {
  if (count > MOST_SPLATS) throw SgapsError.limit('splats', count, MOST_SPLATS);
  const each = { positions: 3, rotations: 4, scales: 3, opacities: 1, harmonics: 3 * harmonicsOf(degree) };
  for (const name of Object.keys(each) as (keyof typeof each)[]) {
    const array = arrays[name];
    if (array && array.length !== each[name] * count)
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `The ${name} of ${count} splats are ${each[name] * count} numbers, not ${array.length}.`,
      );
  }
}
