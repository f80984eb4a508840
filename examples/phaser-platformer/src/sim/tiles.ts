/** Side of a tile in pixels. */
export const TILE = 32;

/** What a cell of the level grid holds. */
export const Tile = { empty: 0, solid: 1, oneWay: 2, spikes: 3 } as const;

/** The level's grid; everything left, right and below it is open, except that the side walls are solid. */
export class TileGrid {
  readonly cells: Uint8Array;

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    this.cells = new Uint8Array(columns * rows);
  }

  at(column: number, row: number): number {
    if (column < 0 || column >= this.columns) return Tile.solid;
    if (row < 0 || row >= this.rows) return Tile.empty;
    return this.cells[row * this.columns + column];
  }

  set(column: number, row: number, tile: number): void {
    if (column < 0 || column >= this.columns || row < 0 || row >= this.rows) return;
    this.cells[row * this.columns + column] = tile;
  }

  solidAt(x: number, y: number): boolean {
    return this.at(Math.floor(x / TILE), Math.floor(y / TILE)) === Tile.solid;
  }

  /** True where something can stand: solid or one-way. */
  supportAt(x: number, y: number): boolean {
    const tile = this.at(Math.floor(x / TILE), Math.floor(y / TILE));
    return tile === Tile.solid || tile === Tile.oneWay;
  }
}
