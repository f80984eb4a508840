import { existsSync, readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import express, { Router } from 'express';

/**
 * A sample game the server shows and serves.
 *
 * @example
 * ```ts
 * const game: SampleGame = { name: 'phaser-platformer', title: 'Platformer', description: '…', path: 'phaser-platformer/dist' };
 * ```
 */
export interface SampleGame {
  /** Served under `/examples/<name>/`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Folder of its built files, below the examples folder. */
  readonly path: string;
}

/**
 * Reads `games.json` of an examples folder; games that are not built are left out. No manifest is an empty list. Throws
 * `ARGUMENT_INVALID` when the manifest is not one.
 *
 * @example
 * ```ts
 * const games = readSampleGames('./examples');
 * ```
 */
export function readSampleGames(folder: string): SampleGame[] {
  const manifest = resolve(folder, 'games.json');
  if (!existsSync(manifest)) return [];
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(manifest, 'utf8'));
  } catch (cause) {
    throw new SgapsError('ARGUMENT_INVALID', `${manifest} is not JSON.`, { cause });
  }
  const list: unknown = Array.isArray(raw) ? raw : (raw as { games?: unknown } | null)?.games;
  if (!Array.isArray(list)) throw new SgapsError('ARGUMENT_INVALID', `${manifest} holds no list of games.`);
  return list.flatMap((entry: unknown) => sampleGame(folder, entry));
}

function sampleGame(folder: string, raw: unknown): SampleGame[] {
  const entry = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
  const { name, title, description } = entry;
  if (typeof name !== 'string' || !/^[a-z0-9-]{1,64}$/.test(name)) return [];
  const path = resolve(folder, typeof entry.path === 'string' ? entry.path : `${name}/dist`);
  if (!path.startsWith(resolve(folder) + sep) || !existsSync(resolve(path, 'index.html'))) return [];
  const text = (value: unknown, fallback: string) => (typeof value === 'string' ? value : fallback);
  return [{ name, title: text(title, name), description: text(description, ''), path }];
}

/**
 * `/examples/<name>/`: the built sample games, and `/examples/games.json`, what the dashboard lists.
 *
 * @example
 * ```ts
 * app.use('/examples', exampleRoutes(readSampleGames('./examples')));
 * ```
 */
export function exampleRoutes(games: readonly SampleGame[]): Router {
  const router = Router();
  router.use((_request, response, next) => {
    // Games do what games do; they are the operator's own.
    response.removeHeader('Content-Security-Policy');
    response.removeHeader('Permissions-Policy');
    next();
  });
  router.get('/games.json', (_request, response) => {
    response.json(games.map(({ name, title, description }) => ({ name, title, description, url: `/examples/${name}/` })));
  });
  for (const { name, path } of games) router.use(`/${name}`, express.static(path, { index: 'index.html', maxAge: 0 }));
  return router;
}
