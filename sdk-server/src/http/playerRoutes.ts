import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Router } from 'express';
import type { ReplayServices } from '../rooms/ReplayServices.js';
import { builtPages, type Pages, sendPage } from './builtPages.js';

const FOLDER = dirname(createRequire(import.meta.url).resolve('@sgaps/player/package.json'));

/** What a browser needs of a model. */
const MODEL_FILES = ['model.json', 'model.onnx'];
/** And of an archive's. */
const ARCHIVE_FILES = ['model.json', 'decoder.onnx'];
/** What the page and its workers may do: run WebAssembly, fetch from this server, and watch its transport, which has a port of its own. */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/**
 * The page that plays a recording in the browser, `@sgaps/player`'s, its elements as a script for other pages (`element.js`), and the server's models for it: with `?recording=` one that this server has, else a file of the user's.
 *
 * @example
 * ```ts
 * app.use('/dashboard/player', playerRoutes(services));
 * ```
 */
export function playerRoutes({ modelFolder, archiveModels }: Pick<ReplayServices, 'modelFolder' | 'archiveModels'>): Router {
  const router = Router({ strict: true });
  let pages: Promise<Pages> | null = null;
  router.use((_request, response, next) => {
    response.setHeader('Content-Security-Policy', POLICY);
    // Only isolated pages have shared memory, which the model's threads need.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    next();
  });
  router.get(['/', '/element.js', '/assets/:name'], (request, response, next) => {
    // Its files are named relative to it.
    if (request.originalUrl.split('?')[0] === request.baseUrl)
      return response.redirect(301, request.originalUrl.replace(request.baseUrl, `${request.baseUrl}/`));
    const { name } = request.params;
    pages ??= builtPages(join(FOLDER, 'dist/page'), join(FOLDER, 'vite.config.ts'));
    const file = name !== undefined ? `assets/${name}` : request.path === '/' ? 'index.html' : 'element.js';
    pages.then((found) => sendPage(found, file, response, next), next);
  });
  // The page looks for the model beside itself.
  router.get('/model/:name', (request, response, next) => {
    const { name } = request.params;
    if (modelFolder === null || !MODEL_FILES.includes(name)) return next();
    response.sendFile(name, { root: modelFolder }, (error) => error && next(error));
  });
  // And for those that archives name, each in a folder of its name.
  router.get('/archive-models/:model/:name', (request, response, next) => {
    const { model, name } = request.params;
    if (!ARCHIVE_FILES.includes(name)) return next();
    archiveModels.find(model).then((found) => {
      if (found === null) return next();
      response.sendFile(name, { root: found.folder }, (error) => error && next(error));
    }, next);
  });
  return router;
}
