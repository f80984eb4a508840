import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { type ClipEntry, listClips } from './listClips.js';

const ROOT = join(import.meta.dirname, '../../..');
/** Where `npm run clips` puts the clips of our own games. */
const OWN_CLIPS = join(ROOT, 'benchmarks/clips');
/** Where further clips lie, on machines that have them. */
const FURTHER_CLIPS = join(ROOT, '../shared/clips/train');

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
 * The clips that a bench measures; those of our own games are captured first where they are needed and missing. Throws `NOT_FOUND` where there is none.
 *
 * @example
 * ```ts
 * const clips = gatherClips({ only: 'tank-arena' });
 * ```
 */
export function gatherClips({ clips, only, kind = 'all' }: ClipChoice): ClipEntry[] {
  const folder = clips ?? (existsSync(FURTHER_CLIPS) ? FURTHER_CLIPS : OWN_CLIPS);
  if (folder === OWN_CLIPS && !existsSync(OWN_CLIPS)) {
    console.error('Capturing clips of our own games first.');
    // A command of its own: it builds the games and finds a browser, which no bench needs otherwise. Its output is not the bench's.
    execFileSync('npm', ['run', 'clips'], { cwd: ROOT, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  }
  const names = only?.split(',');
  const found = listClips(folder).filter(
    (clip) => (!names || names.includes(clip.name)) && (kind === 'all' || clip.kind.startsWith(kind)),
  );
  if (found.length === 0) throw new SgapsError('NOT_FOUND', `No clip to measure in ${folder}.`);
  return found;
}
