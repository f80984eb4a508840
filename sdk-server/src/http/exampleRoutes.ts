import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { SampleGame } from '../gallery/SampleGame.js';

/**
 * `/examples/<name>/`: the built sample games, and `/examples/games.json`, what the dashboard and the gallery list.
 *
 * @example
 * ```ts
 * app.use('/examples', exampleRoutes(readSampleGames('./examples')));
 * ```
 */
export function exampleRoutes(games: readonly SampleGame[]): Router {
  const router = Router();
  router.get('/games.json', (_request, response) => {
    response.json(games.map(rowOf));
  });
  for (const { name, path } of games) router.use(`/${name}`, free, express.static(path, { index: 'index.html', maxAge: 0 }));
  return router;
}

/** A game as pages get it; the place where it lies is nobody's business. */
function rowOf({ path, ...game }: SampleGame) {
  const url = `/examples/${game.name}/`;
  return { ...game, url, cover: existsSync(join(path, 'cover.webp')) ? `${url}cover.webp` : null };
}

/** Games do what games do; they are the operator's own. */
function free(_request: Request, response: Response, next: NextFunction): void {
  response.removeHeader('Content-Security-Policy');
  response.removeHeader('Permissions-Policy');
  next();
}
