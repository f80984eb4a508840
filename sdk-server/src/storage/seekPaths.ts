import { dirname, join } from 'node:path';

/** How files of decoder states end. */
export const STATES = '.states';

/** The folder of decoder states that belongs to a folder of recordings: beside it. */
export function seekFolderOf(recordings: string): string {
  return join(dirname(recordings), 'seek');
}
