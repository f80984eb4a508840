import { existsSync } from 'node:fs';
import type { NextFunction, Response } from 'express';

/**
 * Pages as Vite builds them: a folder, or content by file name.
 *
 * @example
 * ```ts
 * const pages: Pages = new Map([['index.html', '<!doctype html>']]);
 * ```
 */
export type Pages = string | ReadonlyMap<string, string | Uint8Array>;

/**
 * The pages in `folder`. When the server runs from its sources, Vite builds them anew by `configFile`, in memory.
 *
 * @example
 * ```ts
 * const pages = await builtPages('dist/dashboard', 'vite.config.ts');
 * ```
 */
export async function builtPages(folder: string, configFile: string): Promise<Pages> {
  if (existsSync(`${folder}/index.html`) && !import.meta.url.endsWith('.ts')) return folder;
  const { build } = await import('vite');
  const result = await build({ configFile, configLoader: 'native', logLevel: 'error', build: { write: false } });
  const files = new Map<string, string | Uint8Array>();
  for (const output of Array.isArray(result) ? result : [result]) {
    if (!('output' in output)) continue;
    for (const file of output.output) files.set(file.fileName, file.type === 'chunk' ? file.code : file.source);
  }
  return files;
}

/**
 * Sends one of those pages' files, or leaves it to what comes next.
 *
 * @example
 * ```ts
 * sendPage(await builtPages(folder, configFile), 'index.html', response, next);
 * ```
 */
export function sendPage(pages: Pages, name: string, response: Response, next: NextFunction): void {
  if (typeof pages === 'string') {
    // Assets are named by content.
    const immutable = name.startsWith('assets/');
    response.sendFile(name, { root: pages, dotfiles: 'allow', immutable, maxAge: immutable ? '1y' : 0 }, (error) => {
      // No such file, or a name that leads out of the folder.
      if (error) next('status' in error && (error.status === 404 || error.status === 403) ? undefined : error);
    });
    return;
  }
  const body = pages.get(name);
  if (body === undefined) next();
  else response.type(name.slice(name.lastIndexOf('.'))).send(typeof body === 'string' ? body : Buffer.from(body));
}
