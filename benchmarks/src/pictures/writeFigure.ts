import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import sharp from 'sharp';
import { writeStrip } from '../picture/writeStrip.js';
import type { FrameSight } from './lookAtFrame.js';

/** What a picture of the docs may weigh, bytes. */
const MOST = 150_000;
const COLUMNS = 2;
/** Tried in turn; the first that is small enough is taken. */
const QUALITIES = [95, 88, 80, 70] as const;

/**
 * Writes a frame's pictures as one WebP, two in a row, as good as 150 kB allow. Throws `LIMIT_EXCEEDED` where they allow for none.
 *
 * @example
 * ```ts
 * await writeFigure('docs/images/how/arena.webp', sight);
 * ```
 */
export async function writeFigure(path: string, { grid, panels }: FrameSight): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sgaps-figure-'));
  try {
    const strip = join(folder, 'strip.png');
    await writeStrip(strip, grid, panels, { scale: 1, columns: COLUMNS });
    const lossless = await sharp(strip).webp({ lossless: true, effort: 6 }).toBuffer();
    if (lossless.length <= MOST) return await writeFile(path, lossless);
    for (const quality of QUALITIES) {
      const bytes = await sharp(strip).webp({ quality, smartSubsample: true, effort: 6 }).toBuffer();
      if (bytes.length <= MOST) return await writeFile(path, bytes);
    }
    throw SgapsError.limit('bytes of a picture of the docs', lossless.length, MOST);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
