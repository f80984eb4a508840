import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';

/**
 * The examples folder of the repository.
 *
 * @example
 * ```ts
 * readSampleGames(EXAMPLES);
 * ```
 */
export const EXAMPLES = join(import.meta.dirname, '../../../examples');

/** Seconds into the bot's game at which its picture is taken, unless the game says otherwise. */
const COVER_AT = 10;

/**
 * A game of `games.json`, as far as it is measured and pictured.
 *
 * @example
 * ```ts
 * const [{ name, coverAt }] = exampleGames();
 * ```
 */
export interface ExampleGame {
  readonly name: string;
  readonly title: string;
  /** Seconds into the game of the bot of seed 7 at which it looks like itself. */
  readonly coverAt: number;
}

/**
 * The games of `games.json`, or the one of this name. Throws `NOT_FOUND` where there is none, and `ARGUMENT_INVALID` for a `coverAt` that is no time.
 *
 * @example
 * ```ts
 * const games = exampleGames('phaser-arena');
 * ```
 */
export function exampleGames(only?: string): ExampleGame[] {
  const all = JSON.parse(readFileSync(join(EXAMPLES, 'games.json'), 'utf8')) as (Omit<ExampleGame, 'coverAt'> & {
    readonly coverAt?: number;
  })[];
  const games = all.map(({ name, title, coverAt = COVER_AT }) => ({ name, title, coverAt }));
  for (const { name, coverAt } of games)
    if (!(coverAt > 0 && coverAt <= 600))
      throw new SgapsError('ARGUMENT_INVALID', `games.json: coverAt of ${name} must be a number of seconds from 0 to 600.`);
  const chosen = games.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0)
    throw new SgapsError('NOT_FOUND', `No game ${only} in games.json; there are: ${games.map(({ name }) => name).join(', ')}.`);
  return chosen;
}
