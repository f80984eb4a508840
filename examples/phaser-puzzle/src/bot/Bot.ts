import { SeededRandom } from '../../../shared/seededRandom.js';
import { type Cells, columnOf, findSwaps, type Run, rowOf, type Swap } from '../sim/board.js';
import type { PuzzleWorld } from '../sim/PuzzleWorld.js';

/** Ticks that the hand takes for a glass's way to its neighbour. */
const DRAG_TICKS = 14;
const REST_TICKS = 150;

/** Plays by itself: looks for a while, goes to a glass and drags it; it likes what the level asks for, and long lines. */
export class Bot {
  /** Where its finger is, in cells, and whether it presses. */
  readonly hand = { x: 3.5, y: 8.6, down: false };
  private readonly random: SeededRandom;
  private plan: Swap | undefined;
  private wait = 0;
  private drag = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed ^ 0x1b873593);
  }

  /** What to swap in the coming tick. */
  choose(world: PuzzleWorld): Swap | null {
    if (world.phase !== 'idle') {
      this.release();
      return null;
    }
    this.plan ??= this.think(world);
    if (--this.wait > 0 || !this.plan) return null;
    const { a, b } = this.plan;
    if (this.drag === 0 && !this.moveTo(columnOf(a), rowOf(a))) return null;
    this.hand.down = true;
    const part = Math.min(1, this.drag++ / DRAG_TICKS);
    this.hand.x = columnOf(a) + (columnOf(b) - columnOf(a)) * part;
    this.hand.y = rowOf(a) + (rowOf(b) - rowOf(a)) * part;
    if (part < 1) return null;
    const { plan } = this;
    this.release();
    return plan;
  }

  /** A level is over: whether it has looked at the result for long enough. */
  hasSeen(world: PuzzleWorld): boolean {
    return world.phaseTicks > REST_TICKS;
  }

  private release(): void {
    this.plan = undefined;
    this.drag = 0;
    this.hand.down = false;
  }

  private think(world: PuzzleWorld): Swap | undefined {
    this.wait = this.random.int(30, 90);
    const rated = findSwaps(world.cells).map(({ swap, runs }) => ({ swap, worth: this.rate(world, swap, runs) }));
    rated.sort((one, other) => other.worth - one.worth || one.swap.a - other.swap.a || one.swap.b - other.swap.b);
    // Nobody sees the best one every time.
    return (this.random.chance(0.85) ? rated[0] : rated[this.random.int(0, Math.min(2, rated.length - 1))])?.swap;
  }

  private rate({ cells, rules }: PuzzleWorld, { a, b }: Swap, runs: readonly Run[]): number {
    let worth = 0;
    for (const run of runs) {
      const goal = rules.goals.find(({ kind }) => kind === run.kind);
      const needed = goal ? Math.max(0, goal.wanted - goal.got) : 0;
      worth += 1 + 3 * Math.min(needed, run.cells.length) + 4 * (run.cells.length - 3);
      worth += 5 * powersIn(cells, run.cells, a, b);
    }
    // What breaks low moves more of the board.
    return worth + Math.max(rowOf(a), rowOf(b)) * 0.2;
  }

  /** Goes a part of the way; true once it is there. */
  private moveTo(x: number, y: number): boolean {
    const { hand } = this;
    hand.x += (x - hand.x) * 0.16;
    hand.y += (y - hand.y) * 0.16;
    return Math.abs(hand.x - x) + Math.abs(hand.y - y) < 0.08;
  }
}

/** How many glasses with a power a line would break; the two that are swapped lie in each other's cells by then. */
function powersIn(cells: Readonly<Cells>, line: readonly number[], a: number, b: number): number {
  const before = (cell: number): number => (cell === a ? b : cell === b ? a : cell);
  return line.filter((cell) => (cells[before(cell)]?.power ?? 'none') !== 'none').length;
}
