import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @type {import('./index.js').modelFolder} */
export function modelFolder(name) {
  // A name, not a path: it must not lead out of this folder.
  if (!/^[a-z0-9][\w.-]*$/i.test(name)) return null;
  const folder = fileURLToPath(new URL(`./${name}/`, import.meta.url));
  return existsSync(`${folder}model.json`) ? folder : null;
}
