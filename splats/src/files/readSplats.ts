import { SgapsError } from '@sgaps/protocol';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { isPly } from './plyHeader.js';
import { readPly } from './readPly.js';
import { readSplat } from './readSplat.js';
import { isSpz, readSpz } from './readSpz.js';

/**
 * Splats of a file: `.ply` (3DGS), `.splat` (antimatter15) or `.spz` (Niantic). What begins as a PLY or SPZ file is read as one whatever its name;
 * a `.splat` file has nothing to tell it by but its name.
 *
 * @throws SgapsError `UNSUPPORTED` for another sort of file, and what `readPly`, `readSplat` and `readSpz` throw; no other error.
 * @example
 * ```ts
 * const cloud = await readSplats(await readFile('garden.ply'), 'garden.ply');
 * ```
 */
export async function readSplats(bytes: Uint8Array, name: string): Promise<SplatCloud> {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  if (isPly(bytes) || extension === 'ply') return readPly(bytes);
  if (extension === 'splat') return readSplat(bytes);
  if (isSpz(bytes) || extension === 'spz') return readSpz(bytes);
  throw new SgapsError('UNSUPPORTED', `"${name.slice(0, 100)}" is no .ply, .splat or .spz file.`);
}
