import { describe, expect, it } from 'vitest';
import { Bot } from '../bot/Bot.js';
import { areNeighbours, type Cells, cellAt, columnOf, findRuns, findSwaps, rowOf, spread } from './board.js';
import { type PuzzleEvent, PuzzleWorld } from './PuzzleWorld.js';

function play(seed: number, ticks: number, level = 1): { world: PuzzleWorld; events: PuzzleEvent[] } {
  const world = new PuzzleWorld(seed, level);
  const bot = new Bot(seed);
  const events: PuzzleEvent[] = [];
  for (let i = 0; i < ticks; i++) {
    world.tick(bot.choose(world));
    events.push(...world.events);
    if ((world.phase === 'done' || world.phase === 'lost') && bot.hasSeen(world)) world.advance();
  }
  return { world, events };
}

/** A board of letters, one a colour; others are colours of their own. */
function boardOf(rows: readonly string[]): Cells {
  let id = 0;
  return [...rows.join('')].map((letter) => {
    const kind = letter === '.' ? 100 + id : letter.toLowerCase().charCodeAt(0);
    const power = letter === 'R' ? 'row' : letter === 'B' ? 'burst' : 'none';
    return { id: id++, kind, power, x: 0, y: 0, speed: 0, breaking: 0 };
  });
}

const EMPTY = '........';

describe('the rules', () => {
  it('find lines of three and more, across and down', () => {
    const runs = findRuns(boardOf(['aaa.bb..', '....b...', '....b...', ...Array<string>(5).fill(EMPTY)]));
    expect(runs.map(({ cells, horizontal }) => [cells.length, horizontal])).toEqual([
      [3, true],
      [3, false],
    ]);
  });

  it('know every swap that breaks something', () => {
    const swaps = findSwaps(boardOf(['aa.a....', ...Array<string>(7).fill(EMPTY)]));
    expect(swaps.map(({ swap }) => swap)).toEqual([{ a: 2, b: 3 }]);
  });

  it('let powers take others along, and those their own', () => {
    const cells = boardOf([EMPTY, EMPTY, '..R....B', ...Array<string>(5).fill(EMPTY)]);
    const doomed = spread(cells, [cellAt(2, 2)]);
    // The row of eight, and what is around its last one above and below.
    expect(doomed.size).toBe(8 + 4);
    expect(doomed.has(cellAt(7, 1))).toBe(true);
    expect(doomed.has(cellAt(2, 1))).toBe(false);
  });
});

describe('the board', () => {
  it('runs the same again from the same seed, and otherwise from another', () => {
    const first = JSON.stringify(play(7, 1500));
    expect(JSON.stringify(play(7, 1500))).toBe(first);
    expect(JSON.stringify(play(8, 1500))).not.toBe(first);
  });

  it('comes to rest full, with no line left and a move to make', () => {
    const world = new PuzzleWorld(3, 1);
    const bot = new Bot(3);
    let rests = 0;
    for (let i = 0; i < 2400; i++) {
      world.tick(bot.choose(world));
      if (world.phase !== 'idle') continue;
      rests++;
      expect(world.cells.every((glass, cell) => glass?.x === columnOf(cell) && glass.y === rowOf(cell))).toBe(true);
      expect(findRuns(world.cells)).toEqual([]);
      expect(findSwaps(world.cells).length).toBeGreaterThan(0);
    }
    expect(rests).toBeGreaterThan(100);
  });

  it('gives back a swap that breaks nothing, and takes no move for it', () => {
    const world = new PuzzleWorld(5, 1);
    while (world.phase !== 'idle') world.tick(null);
    const { moves } = world;
    const before = world.cells.map((glass) => glass?.id);
    const legal = findSwaps(world.cells).map(({ swap }) => `${swap.a},${swap.b}`);
    const a = before.findIndex((_, cell) => columnOf(cell) < 7 && !legal.includes(`${cell},${cell + 1}`));
    const events: string[] = [];
    for (let i = 0; i < 40; i++) {
      world.tick(i === 0 ? { a, b: a + 1 } : null);
      events.push(...world.events.map(({ type }) => type));
    }
    expect(events).toEqual(['refused']);
    expect(world.phase).toBe('idle');
    expect(world.moves).toBe(moves);
    expect(world.cells.map((glass) => glass?.id)).toEqual(before);
  });

  it('takes no swap of cells that are apart', () => {
    const world = new PuzzleWorld(5, 1);
    while (world.phase !== 'idle') world.tick(null);
    expect(areNeighbours({ a: 7, b: 8 })).toBe(false);
    world.tick({ a: 7, b: 8 });
    expect(world.phase).toBe('idle');
  });

  it('is lost without moves, and begins again with the score of before', () => {
    const world = new PuzzleWorld(2, 1);
    world.rules.goals[0] = { kind: 0, wanted: 10_000, got: 0 };
    const bot = new Bot(2);
    for (let i = 0; i < 20_000 && world.phase !== 'lost'; i++) world.tick(bot.choose(world));
    expect(world.phase).toBe('lost');
    expect(world.score).toBeGreaterThan(0);
    world.advance();
    expect([world.level, world.score, world.moves]).toEqual([1, 0, world.rules.moves]);
  });

  it.each([1, 7, 12, 40])('is played by the bot of seed %i: levels are done, combos happen', (seed) => {
    const { world, events } = play(seed, 60 * 240);
    const count = (type: PuzzleEvent['type']): number => events.filter((event) => event.type === type).length;
    expect(world.level).toBeGreaterThan(2);
    expect(count('level done')).toBeGreaterThan(count('out of moves'));
    expect(count('combo')).toBeGreaterThan(10);
    expect(count('beam')).toBeGreaterThan(0);
  });
});
