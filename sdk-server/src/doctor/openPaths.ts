import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths that processes of this machine have open, as far as the system tells: Linux does, of the user's own processes, and of all to root. */
export async function openPaths(): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const folder = join('/proc', pid, 'fd');
    for (const fd of await readdir(folder).catch(() => [])) {
      const path = await readlink(join(folder, fd)).catch(() => null);
      if (path !== null) paths.add(path);
    }
  }
  return paths;
}
