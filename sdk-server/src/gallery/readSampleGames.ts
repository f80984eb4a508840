import { existsSync, readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { Fields } from './Fields.js';
import type { GameFeature, GameFigures, SampleGame } from './SampleGame.js';

const NAME = /^[a-z0-9-]{1,64}$/;
/** Paths of the repository: no way out of it, and nothing that a page would have to escape. */
const PLACE = /^[A-Za-z0-9][\w./-]*$/;
const QUERY = /^[\w-]+=[\w.-]*(&[\w-]+=[\w.-]*)*$/;

/**
 * Reads `games.json` of an examples folder, and `figures.json` beside it, if there is one; games that are not built are left out. No manifest is an
 * empty list. Throws `ARGUMENT_INVALID` when one of them is not as it should be, and says where.
 *
 * @example
 * ```ts
 * const games = readSampleGames('./examples');
 * ```
 */
export function readSampleGames(folder: string): SampleGame[] {
  const manifest = resolve(folder, 'games.json');
  const raw = readJson(manifest);
  if (raw === undefined) return [];
  const list: unknown = Array.isArray(raw) ? raw : (raw as { games?: unknown } | null)?.games;
  if (!Array.isArray(list)) throw new SgapsError('ARGUMENT_INVALID', `${manifest} holds no list of games.`);
  const figures = readFigures(resolve(folder, 'figures.json'));
  const seen = new Set<string>();
  return list.flatMap((entry: unknown, i) => {
    const game = sampleGame(folder, new Fields(entry, `${manifest}, game ${i + 1}`));
    if (seen.has(game.name)) throw new SgapsError('ARGUMENT_INVALID', `${manifest} has two games of the name ${game.name}.`);
    seen.add(game.name);
    const measured = figures.get(game.name);
    return existsSync(resolve(game.path, 'index.html')) ? [measured ? { ...game, figures: measured } : game] : [];
  });
}

function sampleGame(folder: string, fields: Fields): SampleGame {
  const name = fields.text('name', 64, { form: NAME });
  const path = resolve(folder, fields.text('path', 200, { fallback: `${name}/dist` }));
  if (!path.startsWith(resolve(folder) + sep))
    throw new SgapsError('ARGUMENT_INVALID', `${fields.where}: path must lie in ${resolve(folder)}.`);
  return {
    name,
    title: fields.text('title', 60, { fallback: name }),
    description: fields.text('description', 300, { fallback: '' }),
    path,
    ...(fields.has('kind') && { kind: fields.text('kind', 40) }),
    ...(fields.has('engine') && { engine: fields.text('engine', 40) }),
    ...(fields.has('feature') && { feature: gameFeature(fields.inner('feature')) }),
  };
}

function gameFeature(fields: Fields): GameFeature {
  return {
    title: fields.text('title', 60),
    text: fields.text('text', 300),
    source: fields.text('source', 200, { form: PLACE }),
    ...(fields.has('query') && { query: fields.text('query', 100, { form: QUERY }) }),
  };
}

function readFigures(file: string): ReadonlyMap<string, GameFigures> {
  const raw = readJson(file);
  if (raw === undefined) return new Map();
  const all = new Fields(raw, file);
  return new Map(Object.keys(raw as object).map((name) => [name, gameFigures(all.inner(name))]));
}

function gameFigures(fields: Fields): GameFigures {
  return {
    date: fields.text('date', 10, { form: /^\d{4}-\d\d-\d\d$/ }),
    version: fields.text('version', 60),
    machine: fields.text('machine', 200),
    busy: fields.flag('busy'),
    seconds: fields.number('seconds', 86_400),
    frames: fields.number('frames', 1e7),
    psnr: fields.number('psnr', 60),
    psnrSteady: fields.number('psnrSteady', 60),
    ssim: fields.number('ssim', 1),
    bytesUp: fields.number('bytesUp', 1e6),
    bytesDown: fields.number('bytesDown', 1e6),
    samples: fields.number('samples', 1e6),
    ...(fields.has('micros') && { micros: fields.number('micros', 1e6) }),
  };
}

/** Undefined where there is no such file. */
function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new SgapsError('ARGUMENT_INVALID', `${file} is not JSON.`, { cause });
  }
}
