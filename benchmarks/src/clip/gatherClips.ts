import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { type ClipEntry, listClips } from './listClips.js';

/** Where `npm run clips` puts the clips of our own games. */
const OWN_CLIPS = join(import.meta.dirname, '../../clips');
/** Where further clips lie, on machines that have them. */
const FURTHER_CLIPS = join(import.meta.dirname, '../../../../shared/clips/train');

/**
 * Which clips a bench is asked to take.
 *
 * @example
 * ```ts
 * const choice: ClipChoice = { clips: 'clips', only: 'tank,coin', kind: '2d' };
 * ```
 */
export interface ClipChoice {
  /** A folder; default: the further clips where the machine has them, else those of our own games. */
  readonly clips?: string;
  /** Names, separated by commas. */
  readonly only?: string;
  /** How the kind must begin: 2d, 3d or all, the default. */
  readonly kind?: string;
}

/**
 * The clips that a bench measures. Throws `NOT_FOUND` where there is none, saying how to make some.
 *
 * @example
 * ```ts
 * const clips = gatherClips({ only: 'tank-arena' });
 * ```
 */
export function gatherClips({ clips, only, kind = 'all' }: ClipChoice): ClipEntry[] {
  const folder = clips ?? (existsSync(FURTHER_CLIPS) ? FURTHER_CLIPS : OWN_CLIPS);
  if (clips === undefined && !existsSync(folder))
    throw new SgapsError('NOT_FOUND', 'There are no clips; `npm run clips` makes some.');
  const names = only?.split(',');
  const found = listClips(folder).filter(
    (clip) => (!names || names.includes(clip.name)) && (kind === 'all' || clip.kind.startsWith(kind)),
  );
  if (found.length === 0) throw new SgapsError('NOT_FOUND', `No clip to measure in ${folder}.`);
  return found;
}
