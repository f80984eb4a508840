import { SgapsError } from '@sgaps/protocol';
import { Zip, ZipPassThrough } from 'fflate';
import type { ExportTarget, PictureTarget } from './ExportTarget.js';

/** What fits a ZIP archive without the extensions that not every program reads. */
const MOST_FILES = 65_535;
const MOST_BYTES = 0xf000_0000;

/**
 * Puts pictures into one ZIP archive, as they are: PNGs are packed already.
 *
 * @example
 * ```ts
 * const target = zipTarget(await openFile('frames.zip'));
 * await target.add('frame-00001.png', png);
 * await target.finish();
 * ```
 */
export function zipTarget(file: ExportTarget): PictureTarget {
  let pieces: Uint8Array[] = [];
  let files = 0;
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  const flush = async (): Promise<void> => {
    const due = pieces;
    pieces = [];
    for (const piece of due) await file.write(piece);
  };
  return {
    get bytes() {
      return file.bytes;
    },
    async add(name, bytes) {
      if (++files > MOST_FILES) throw SgapsError.limit('pictures of a ZIP archive', files, MOST_FILES);
      if (file.bytes + bytes.length > MOST_BYTES) throw SgapsError.limit('bytes of a ZIP archive', file.bytes, MOST_BYTES);
      const entry = new ZipPassThrough(name);
      zip.add(entry);
      entry.push(bytes, true);
      await flush();
    },
    async finish() {
      zip.end();
      await flush();
      await file.finish();
    },
    discard: () => file.discard(),
  };
}
