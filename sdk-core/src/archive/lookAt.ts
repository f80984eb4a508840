import type { PaddedPicture } from './PaddedPicture.js';
import type { Sight } from './sight.js';

/** What motion of picture `index` is looked for in: of its own pair, what it was before it is coded (encoder only). */
export function lookAt({ references, isBetween }: Sight, index: number, pair: readonly PaddedPicture[]): Sight {
  if (isBetween) return { references: [references[0], pair[1]], isBetween };
  return { references: index === 1 ? [pair[0]] : references, isBetween };
}
