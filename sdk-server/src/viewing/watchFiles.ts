import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';

/** ms between looks where the system tells of no changes. */
const LOOK_EVERY = 100;

/** Calls back when a recording's own files may have changed, until the function that is returned is called. */
export function watchFiles(path: string, id: string, changed: () => void): () => void {
  let watcher: FSWatcher | null = null;
  // Some file systems tell of nothing: a look now and then costs little.
  const timer = setInterval(changed, LOOK_EVERY);
  try {
    watcher = watch(dirname(path), (_, name) => {
      if (name === null || name.startsWith(id)) changed();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = null; // No watches left in the system: the timer does it.
  }
  return () => {
    clearInterval(timer);
    watcher?.close();
  };
}
