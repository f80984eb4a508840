import type { PaddedPicture } from './PaddedPicture.js';
import type { Sight } from './sight.js';

/** What motion of a picture is looked for in: of its own pair, what it was before it is coded. */
export function lookAt({ references, isBetween }: Sight, index: number, sources: readonly PaddedPicture[]): Sight {
  if (isBetween) return { references: [references[0], sources[index + 1]], isBetween };
  return { references: index === 1 ? [sources[0]] : references, isBetween };
}
