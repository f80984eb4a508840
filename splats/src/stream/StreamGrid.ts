/** Numbers that the MLP gives: 3 of the translation, 4 that are added to the quaternion 1, 0, 0, 0. */
const OUTPUTS = 7;

/**
 * The hash grid of a stream (Instant-NGP) and the MLP behind it, as `stream.json` says.
 *
 * @example
 * ```ts
 * const grid: StreamGrid = { levels: 8, features: 4, log2Table: 13, base: 4, growth: 1.5, hidden: 2, width: 32 };
 * ```
 */
export interface StreamGrid {
  /** 1 to 32. */
  readonly levels: number;
  /** Numbers that a corner holds, 1 to 8. */
  readonly features: number;
  /** Corners that a level's table holds at most, as a power of two: 1 to 22. */
  readonly log2Table: number;
  /** Cells along a side of the bounds at the first level, ≥ 1, and by how much that grows from level to level, ≥ 1. */
  readonly base: number;
  readonly growth: number;
  /** Hidden layers of the MLP, 0 to 4, and their width, 1 to 128. */
  readonly hidden: number;
  readonly width: number;
}

/** One level of a grid. */
export interface GridLevel {
  /** Along a side of the bounds. */
  readonly cells: number;
  /** Corners of its table. */
  readonly entries: number;
  /** Where its table begins, corners. */
  readonly begin: number;
  /** Whether each corner has an entry of its own; else they share by a hash. */
  readonly isDense: boolean;
}

/** The levels, coarsest first. */
export function levelsOf({ levels, log2Table, base, growth }: StreamGrid): GridLevel[] {
  const found: GridLevel[] = [];
  let size = base;
  let begin = 0;
  for (let level = 0; level < levels; level++) {
    const cells = Math.floor(size);
    const corners = (cells + 1) ** 3;
    const entries = Math.min(corners, 2 ** log2Table);
    found.push({ cells, entries, begin, isDense: entries === corners });
    begin += entries;
    size *= growth;
  }
  return found;
}

/** Numbers that enter each layer of the MLP, and those that leave the last. */
export function widthsOf({ levels, features, hidden, width }: StreamGrid): number[] {
  return [levels * features, ...Array.from({ length: hidden }, () => width), OUTPUTS];
}

/** How many numbers a frame's cache has. */
export function numbersOf(grid: StreamGrid): { readonly tables: number; readonly layers: number } {
  const corners = levelsOf(grid).reduce((sum, { entries }) => sum + entries, 0);
  const widths = widthsOf(grid);
  const layers = widths.slice(1).reduce((sum, outputs, layer) => sum + widths[layer] * outputs, 0);
  return { tables: corners * grid.features, layers };
}
