export const COLUMNS = 8;
export const ROWS = 8;
export const CELLS = COLUMNS * ROWS;

/** What a glass does when it breaks: nothing more, or it takes its row, its column or its surroundings along. */
export type Power = 'none' | 'row' | 'column' | 'burst';

/** One piece of glass. */
export interface Glass {
  readonly id: number;
  /** Its colour, 0 … 5. */
  readonly kind: number;
  readonly power: Power;
  /** Where it is, in cells; between two of them while it moves. */
  x: number;
  y: number;
  /** Cells per tick downwards. */
  speed: number;
  /** Ticks since it began to break; 0 while whole. */
  breaking: number;
}

/** Row by row; null where nothing is. */
export type Cells = (Glass | null)[];

/** Two neighbouring cells that change places. */
export interface Swap {
  readonly a: number;
  readonly b: number;
}

/** Three or more of a colour in a line. */
export interface Run {
  readonly cells: readonly number[];
  readonly kind: number;
  readonly horizontal: boolean;
}

export function columnOf(cell: number): number {
  return cell % COLUMNS;
}

export function rowOf(cell: number): number {
  return Math.floor(cell / COLUMNS);
}

/** The cell at a column and row, or -1 beside the board. */
export function cellAt(column: number, row: number): number {
  return column >= 0 && row >= 0 && column < COLUMNS && row < ROWS ? row * COLUMNS + column : -1;
}

export function areNeighbours({ a, b }: Swap): boolean {
  return Math.abs(columnOf(a) - columnOf(b)) + Math.abs(rowOf(a) - rowOf(b)) === 1;
}

/** All lines of three or more. */
export function findRuns(cells: Readonly<Cells>): Run[] {
  const runs: Run[] = [];
  const scan = (start: number, step: number, length: number): void => {
    let from = 0;
    for (let i = 1; i <= length; i++) {
      const first = cells[start + from * step];
      if (first && i < length && cells[start + i * step]?.kind === first.kind) continue;
      if (first && i - from >= 3) {
        const line = Array.from({ length: i - from }, (_, k) => start + (from + k) * step);
        runs.push({ cells: line, kind: first.kind, horizontal: step === 1 });
      }
      from = i;
    }
  };
  for (let row = 0; row < ROWS; row++) scan(row * COLUMNS, 1, COLUMNS);
  for (let column = 0; column < COLUMNS; column++) scan(column, COLUMNS, ROWS);
  return runs;
}

/** Every swap after which something breaks, and the lines it makes. */
export function findSwaps(cells: Readonly<Cells>): { readonly swap: Swap; readonly runs: readonly Run[] }[] {
  const found: { swap: Swap; runs: Run[] }[] = [];
  const tried = [...cells];
  for (let a = 0; a < CELLS; a++) {
    for (const b of [cellAt(columnOf(a) + 1, rowOf(a)), cellAt(columnOf(a), rowOf(a) + 1)]) {
      if (b < 0 || cells[a]?.kind === cells[b]?.kind) continue;
      [tried[a], tried[b]] = [cells[b], cells[a]];
      const runs = findRuns(tried);
      [tried[a], tried[b]] = [cells[a], cells[b]];
      if (runs.length > 0) found.push({ swap: { a, b }, runs });
    }
  }
  return found;
}

/** All that breaks with these cells: what their powers take along, and the powers of that. */
export function spread(cells: Readonly<Cells>, from: Iterable<number>): Set<number> {
  const doomed = new Set(from);
  // A set that grows while it is walked is walked to its end.
  for (const cell of doomed) for (const other of reach(cell, cells[cell]?.power ?? 'none')) doomed.add(other);
  return doomed;
}

function reach(cell: number, power: Power): number[] {
  const [column, row] = [columnOf(cell), rowOf(cell)];
  if (power === 'row') return Array.from({ length: COLUMNS }, (_, i) => cellAt(i, row));
  if (power === 'column') return Array.from({ length: ROWS }, (_, i) => cellAt(column, i));
  if (power === 'none') return [];
  const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => cellAt(column + dx, row + dy)));
  return around.filter((other) => other >= 0);
}
