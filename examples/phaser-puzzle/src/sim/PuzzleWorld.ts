import { SeededRandom } from '../../../shared/seededRandom.js';
import {
  areNeighbours,
  CELLS,
  type Cells,
  COLUMNS,
  cellAt,
  columnOf,
  findRuns,
  findSwaps,
  type Glass,
  type Power,
  ROWS,
  type Run,
  rowOf,
  type Swap,
  spread,
} from './board.js';
import { type Level, levelOf } from './levels.js';

/** What the board is at. */
export type Phase = 'idle' | 'swap' | 'return' | 'break' | 'fall' | 'done' | 'lost';

/** What happened in a tick. */
export type PuzzleEvent =
  | { readonly type: 'move'; readonly moves: number }
  | { readonly type: 'refused' }
  | { readonly type: 'break'; readonly chain: number; readonly glasses: readonly Glass[]; readonly points: number }
  | { readonly type: 'beam'; readonly power: Power; readonly cell: number; readonly kind: number }
  /** A move that broke glass twice or more in a row has come to rest. */
  | { readonly type: 'combo'; readonly chain: number; readonly gained: number }
  | { readonly type: 'shuffle' }
  | { readonly type: 'level done'; readonly level: number; readonly score: number }
  | { readonly type: 'out of moves'; readonly level: number; readonly score: number };

const SWAP_TICKS = 12;
export const BREAK_TICKS = 18;
const GRAVITY = 0.013;
const POINTS = 10;
const MOVE_BONUS = 50;

/** The board and its rules: three or more of a colour break, what lies above falls, and the level's colours are counted. */
export class PuzzleWorld {
  readonly cells: Cells = new Array<Glass | null>(CELLS).fill(null);
  readonly events: PuzzleEvent[] = [];
  phase: Phase = 'fall';
  ticks = 0;
  /** Ticks in this phase. */
  phaseTicks = 0;
  score = 0;
  moves = 0;
  /** How often the last move has broken glass. */
  chain = 0;
  rules: Level;
  private readonly random: SeededRandom;
  private swapped: Swap = { a: 0, b: 0 };
  private readonly made = new Map<number, Power>();
  private gained = 0;
  private nextId = 1;
  private scoreBefore = 0;

  constructor(
    seed: number,
    public level: number,
  ) {
    this.random = new SeededRandom(seed ^ 0x2545f491);
    this.rules = levelOf(level);
    this.begin();
  }

  /** One 60th of a second; a swap is looked at only while the board is idle. */
  tick(swap: Swap | null): void {
    this.events.length = 0;
    this.ticks++;
    this.phaseTicks++;
    if (this.phase === 'idle' && swap && areNeighbours(swap)) this.exchange(swap, 'swap');
    else if (this.phase === 'swap' || this.phase === 'return') this.slide();
    else if (this.phase === 'break') this.shatter();
    else if (this.phase === 'fall') this.fall();
  }

  /** After a level that is done, the next one; after one that is lost, the same again. */
  advance(): void {
    if (this.phase === 'done') this.level++;
    else if (this.phase === 'lost') this.score = this.scoreBefore;
    else return;
    this.begin();
  }

  private begin(): void {
    this.rules = levelOf(this.level);
    this.moves = this.rules.moves;
    this.chain = 0;
    this.scoreBefore = this.score;
    this.fill();
  }

  /** New glass for the whole board, falling in: no line is there from the start, and at least one can be made. */
  private fill(): void {
    do {
      this.cells.fill(null);
      for (let cell = 0; cell < CELLS; cell++) {
        const [column, row] = [columnOf(cell), rowOf(cell)];
        do this.cells[cell] = this.create(column, row - ROWS - 1 - column * 0.4);
        while (findRuns(this.cells).length > 0);
      }
    } while (findSwaps(this.cells).length === 0);
    this.enter('fall');
  }

  private create(x: number, y: number, kind = this.random.int(0, this.rules.kinds - 1), power: Power = 'none'): Glass {
    return { id: this.nextId++, kind, power, x, y, speed: 0, breaking: 0 };
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.phaseTicks = 0;
  }

  private exchange(swap: Swap, phase: 'swap' | 'return'): void {
    const { a, b } = swap;
    [this.cells[a], this.cells[b]] = [this.cells[b], this.cells[a]];
    this.swapped = swap;
    this.enter(phase);
  }

  /** Two pieces on their way to each other's place. */
  private slide(): void {
    const part = this.phaseTicks / SWAP_TICKS;
    const eased = part * part * (3 - 2 * part);
    const { a, b } = this.swapped;
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      const glass = this.cells[to];
      if (!glass) continue;
      glass.x = columnOf(from) + (columnOf(to) - columnOf(from)) * eased;
      glass.y = rowOf(from) + (rowOf(to) - rowOf(from)) * eased;
    }
    if (this.phaseTicks < SWAP_TICKS) return;
    if (this.phase === 'return') this.enter('idle');
    else this.judge();
  }

  private judge(): void {
    const runs = findRuns(this.cells);
    if (runs.length === 0) {
      this.events.push({ type: 'refused' });
      this.exchange(this.swapped, 'return');
      return;
    }
    this.moves--;
    this.chain = 0;
    this.gained = 0;
    this.events.push({ type: 'move', moves: this.moves });
    this.break(runs);
  }

  private break(runs: readonly Run[]): void {
    this.chain++;
    this.made.clear();
    for (const run of runs) this.promise(run);
    const doomed = spread(
      this.cells,
      runs.flatMap((run) => run.cells),
    );
    const glasses: Glass[] = [];
    for (const cell of doomed) {
      const glass = this.cells[cell];
      if (!glass) continue;
      glass.breaking = 1;
      glasses.push(glass);
      const goal = this.rules.goals.find(({ kind }) => kind === glass.kind);
      if (goal) goal.got = Math.min(goal.wanted, goal.got + 1);
      if (glass.power !== 'none') this.events.push({ type: 'beam', power: glass.power, cell, kind: glass.kind });
    }
    const points = POINTS * glasses.length * this.chain;
    this.score += points;
    this.gained += points;
    this.events.push({ type: 'break', chain: this.chain, glasses, points });
    this.enter('break');
  }

  /** Four in a line leave a piece that takes a row or column along, five one that takes its surroundings. */
  private promise({ cells, horizontal }: Run): void {
    if (cells.length < 4) return;
    const { a, b } = this.swapped;
    const place = cells.find((cell) => this.chain === 1 && (cell === a || cell === b)) ?? cells[Math.floor(cells.length / 2)];
    this.made.set(place, cells.length > 4 ? 'burst' : horizontal ? 'row' : 'column');
  }

  private shatter(): void {
    for (const glass of this.cells) if (glass && glass.breaking > 0) glass.breaking++;
    if (this.phaseTicks < BREAK_TICKS) return;
    for (let cell = 0; cell < CELLS; cell++) {
      const glass = this.cells[cell];
      if (!glass || glass.breaking === 0) continue;
      const power = this.made.get(cell);
      this.cells[cell] = power ? this.create(columnOf(cell), rowOf(cell), glass.kind, power) : null;
    }
    this.drop();
  }

  /** Gives every piece the lowest free place of its column, and new ones above. */
  private drop(): void {
    for (let column = 0; column < COLUMNS; column++) {
      let free = ROWS - 1;
      for (let row = ROWS - 1; row >= 0; row--) {
        const glass = this.cells[cellAt(column, row)];
        if (!glass) continue;
        this.cells[cellAt(column, row)] = null;
        this.cells[cellAt(column, free--)] = glass;
      }
      for (let row = free; row >= 0; row--) this.cells[cellAt(column, row)] = this.create(column, row - free - 1);
    }
    this.enter('fall');
  }

  private fall(): void {
    let moving = false;
    for (let cell = 0; cell < CELLS; cell++) {
      const glass = this.cells[cell];
      if (!glass) continue;
      const row = rowOf(cell);
      if (glass.y >= row) continue;
      glass.speed += GRAVITY;
      glass.y = Math.min(row, glass.y + glass.speed);
      if (glass.y < row) moving = true;
      else glass.speed = 0;
    }
    if (moving) return;
    const runs = findRuns(this.cells);
    if (runs.length > 0) this.break(runs);
    else this.settle();
  }

  private settle(): void {
    const { level, chain, gained } = this;
    if (chain > 1) this.events.push({ type: 'combo', chain, gained });
    this.chain = 0;
    if (this.rules.goals.every(({ got, wanted }) => got >= wanted)) {
      this.score += MOVE_BONUS * this.moves;
      this.events.push({ type: 'level done', level, score: this.score });
      this.enter('done');
    } else if (this.moves === 0) {
      this.events.push({ type: 'out of moves', level, score: this.score });
      this.enter('lost');
    } else if (findSwaps(this.cells).length === 0) {
      this.events.push({ type: 'shuffle' });
      this.fill();
    } else this.enter('idle');
  }
}
