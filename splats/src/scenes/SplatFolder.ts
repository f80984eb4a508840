import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { readSplats } from '../files/readSplats.js';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const ENDINGS = ['', '.ply', '.splat', '.spz'];

/**
 * Clouds by name, in a folder of files, and streams, which are folders in it.
 *
 * @example
 * ```ts
 * const cloud = await new SplatFolder('./splats').open('garden');
 * ```
 */
export class SplatFolder {
  constructor(private readonly folder: string) {}

  /** The cloud of a file, whose name may do without its ending. @throws SgapsError `NOT_FOUND`, and what `readSplats` throws. */
  async open(name: string): Promise<SplatCloud> {
    const missing = (cause?: unknown) => new SgapsError('NOT_FOUND', `There are no splats named ${name}.`, { cause });
    if (!NAME.test(name)) throw missing();
    const entries = await readdir(this.folder, { withFileTypes: true }).catch((cause: unknown) => {
      throw missing(cause);
    });
    const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    const file = ENDINGS.map((ending) => name + ending).find((wanted) => files.includes(wanted));
    if (file === undefined) throw missing();
    return readSplats(await readFile(join(this.folder, file)), file);
  }

  /** The folder of a stream. @throws SgapsError `NOT_FOUND` where there is none of this name. */
  async stream(name: string): Promise<string> {
    const missing = (cause?: unknown) => new SgapsError('NOT_FOUND', `There is no stream named ${name}.`, { cause });
    if (!NAME.test(name)) throw missing();
    const folder = join(this.folder, name);
    await stat(join(folder, 'stream.json')).catch((cause: unknown) => {
      throw missing(cause);
    });
    return folder;
  }
}
