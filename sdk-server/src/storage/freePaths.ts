import { dirname, join } from 'node:path';

/** How files of splats built of recordings end. */
export const FREE = '.free';

/** The folder of splats that belongs to a folder of recordings: beside it. */
export function freeFolderOf(recordings: string): string {
  return join(dirname(recordings), 'free');
}
