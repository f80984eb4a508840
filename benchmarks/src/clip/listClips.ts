import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { loadClipState } from './loadClipState.js';

/**
 * A clip of a folder: `NAME.mkv` with its state and depth, where they lie beside it.
 *
 * @example
 * ```ts
 * const is2d = clip.kind.startsWith('2d');
 * ```
 */
export interface ClipEntry {
  readonly name: string;
  readonly input: string;
  readonly state?: string;
  readonly depth?: string;
  /** '2d-static', '2d-scroll', '3d' or ''. */
  readonly kind: string;
  readonly source: string;
  readonly licence: string;
}

interface Manifest {
  readonly clips: readonly {
    readonly name: string;
    readonly kind?: string;
    readonly source?: string;
    readonly licence?: string;
  }[];
}

/**
 * The clips of a folder by name; kind, source and licence come from its MANIFEST.json, else from the clip's state. Throws `NOT_FOUND`.
 *
 * @example
 * ```ts
 * const clips = listClips('benchmarks/clips').filter((clip) => clip.kind.startsWith('2d'));
 * ```
 */
export function listClips(folder: string): ClipEntry[] {
  if (!existsSync(folder)) throw new SgapsError('NOT_FOUND', `No folder ${folder}.`);
  const manifestPath = join(folder, 'MANIFEST.json');
  const manifest = existsSync(manifestPath) ? (JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest) : { clips: [] };
  return readdirSync(folder)
    .filter((file) => file.endsWith('.mkv') && !file.startsWith('.') && !file.endsWith('.depth.mkv'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -4);
      const beside = (ending: string) => {
        const path = resolve(folder, `${name}${ending}`);
        return existsSync(path) ? path : undefined;
      };
      const state = beside('.json');
      const listed = manifest.clips.find((clip) => clip.name === name) ?? (state ? loadClipState(state) : undefined);
      return {
        name,
        input: resolve(folder, file),
        state,
        depth: beside('.depth.mkv'),
        kind: listed?.kind ?? '',
        source: listed?.source ?? '',
        licence: listed?.licence ?? '',
      };
    });
}
