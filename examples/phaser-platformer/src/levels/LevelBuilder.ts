import { hashCell } from '../../../shared/seededRandom.js';
import type { DecorSpec, EnemyKind, Level, Theme } from '../sim/level.js';
import { TILE, Tile, TileGrid } from '../sim/tiles.js';

/** Builds a level from a few words per feature; all places are given in tiles. */
export class LevelBuilder {
  private readonly level: Level;

  constructor(name: string, theme: Theme, columns: number, rows: number) {
    this.level = {
      ...{ name, theme, grid: new TileGrid(columns, rows), start: { x: 0, y: 0 }, goal: { x: 0, y: 0 } },
      ...{ coins: [], hearts: [], enemies: [], platforms: [], decor: [] },
    };
  }

  /** Solid from `top` down to the bottom, columns `from` … `to` (both included). */
  ground(from: number, to: number, top: number): this {
    return this.block(from, to, top, this.level.grid.rows - 1);
  }

  /** A solid rectangle, corners included. */
  block(from: number, to: number, top: number, bottom: number): this {
    for (let row = top; row <= bottom; row++)
      for (let column = from; column <= to; column++) this.level.grid.set(column, row, Tile.solid);
    return this;
  }

  /** A thin platform that can be jumped through from below. */
  ledge(from: number, row: number, length: number): this {
    for (let i = 0; i < length; i++) this.level.grid.set(from + i, row, Tile.oneWay);
    return this;
  }

  spikes(from: number, to: number, row: number): this {
    for (let column = from; column <= to; column++) this.level.grid.set(column, row, Tile.spikes);
    return this;
  }

  start(column: number, row: number): this {
    this.level.start = foot(column, row);
    return this;
  }

  goal(column: number, row: number): this {
    this.level.goal = foot(column, row);
    return this;
  }

  /** A row of coins. */
  coins(column: number, row: number, count: number, rise = 0): this {
    for (let i = 0; i < count; i++) this.level.coins.push(middle(column + i, row + i * rise));
    return this;
  }

  /** Coins along a jump: up and down again over `count` columns. */
  arc(column: number, row: number, count: number): this {
    const half = (count - 1) / 2;
    for (let i = 0; i < count; i++) {
      const away = (i - half) / half;
      this.level.coins.push(middle(column + i, row - 1.6 * (1 - away * away)));
    }
    return this;
  }

  heart(column: number, row: number): this {
    this.level.hearts.push(middle(column, row));
    return this;
  }

  enemy(kind: EnemyKind, column: number, row: number, range = 3): this {
    this.level.enemies.push({ kind, ...foot(column, row), range: range * TILE });
    return this;
  }

  /** A platform of `length` tiles whose left end goes from one cell to the other. */
  mover(column: number, row: number, toColumn: number, toRow: number, length: number, seconds: number): this {
    const half = (length * TILE) / 2;
    this.level.platforms.push({
      ...{ x: column * TILE + half, y: row * TILE, toX: toColumn * TILE + half, toY: toRow * TILE },
      ...{ width: length * TILE, seconds },
    });
    return this;
  }

  /** Strews decorations over the open ground; `sparse` ones stand alone, `common` ones fill in. */
  decorate(common: readonly string[], sparse: readonly string[]): this {
    const { grid, start, goal } = this.level;
    let lastLarge = -9;
    for (let column = 1; column < grid.columns - 1; column++) {
      for (let row = 1; row < grid.rows; row++) {
        if (grid.at(column, row) !== Tile.solid || grid.at(column, row - 1) !== Tile.empty) continue;
        const spot = { x: column * TILE + 16, y: row * TILE };
        const chance = hashCell(column, row, 5);
        const nearDoor = Math.min(Math.abs(spot.x - start.x), Math.abs(spot.x - goal.x)) < 50;
        const wide = grid.at(column - 1, row) === Tile.solid && grid.at(column + 1, row) === Tile.solid;
        if (chance < 0.16 && wide && !nearDoor && column - lastLarge > 4) {
          this.addDecor(sparse[Math.floor((chance / 0.16) * sparse.length)], spot, false);
          lastLarge = column;
        }
        const small = hashCell(column, row, 9);
        if (small < 0.42) this.addDecor(common[Math.floor((small / 0.42) * common.length)], spot, hashCell(column, row, 3) < 0.3);
      }
    }
    return this;
  }

  build(): Level {
    return this.level;
  }

  private addDecor(frame: string, spot: { x: number; y: number }, front: boolean): void {
    const decor: DecorSpec = { frame, x: spot.x + Math.round((hashCell(spot.x, spot.y, 11) - 0.5) * 14), y: spot.y, front };
    this.level.decor.push(decor);
  }
}

function foot(column: number, row: number): { x: number; y: number } {
  return { x: column * TILE + TILE / 2, y: row * TILE };
}

function middle(column: number, row: number): { x: number; y: number } {
  return { x: column * TILE + TILE / 2, y: row * TILE + TILE / 2 };
}
