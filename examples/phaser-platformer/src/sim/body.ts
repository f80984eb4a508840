import { TILE, Tile, type TileGrid } from './tiles.js';

/** An upright box that moves through the grid: centre of its feet, size and speed in pixels and pixels per second. */
export interface Body {
  x: number;
  y: number;
  width: number;
  height: number;
  vx: number;
  vy: number;
  onGround: boolean;
  hitWall: boolean;
}

/** Moves the body by its speed for `dt` seconds, stopping it at solid tiles and on top of one-way tiles. */
export function moveBody(body: Body, grid: TileGrid, dt: number): void {
  moveAcross(body, grid, body.vx * dt);
  moveDown(body, grid, body.vy * dt);
}

function moveAcross(body: Body, grid: TileGrid, dx: number): void {
  body.hitWall = false;
  if (dx === 0) return;
  const half = body.width / 2;
  const edge = body.x + dx + (dx > 0 ? half : -half);
  const column = Math.floor(edge / TILE);
  const top = Math.floor((body.y - body.height + 1) / TILE);
  const bottom = Math.floor((body.y - 1) / TILE);
  for (let row = top; row <= bottom; row++) {
    if (grid.at(column, row) !== Tile.solid) continue;
    body.x = dx > 0 ? column * TILE - half - 0.01 : (column + 1) * TILE + half + 0.01;
    body.vx = 0;
    body.hitWall = true;
    return;
  }
  body.x += dx;
}

function moveDown(body: Body, grid: TileGrid, dy: number): void {
  const half = body.width / 2 - 1;
  const left = Math.floor((body.x - half) / TILE);
  const right = Math.floor((body.x + half) / TILE);
  body.onGround = false;
  if (dy >= 0) {
    const before = body.y;
    const row = Math.floor((before + dy) / TILE);
    const surface = row * TILE;
    for (let column = left; column <= right; column++) {
      const tile = grid.at(column, row);
      const lands = tile === Tile.solid || (tile === Tile.oneWay && before <= surface + 0.5);
      if (!lands || surface < before - 0.5) continue;
      body.y = surface;
      body.vy = 0;
      body.onGround = true;
      return;
    }
  } else {
    const row = Math.floor((body.y + dy - body.height) / TILE);
    for (let column = left; column <= right; column++) {
      if (grid.at(column, row) !== Tile.solid) continue;
      body.y = (row + 1) * TILE + body.height + 0.01;
      body.vy = 0;
      return;
    }
  }
  body.y += dy;
}

/** True where the two boxes overlap, each shrunk by `slack` pixels on every side. */
export function overlap(a: Body, b: Body, slack = 0): boolean {
  return (
    Math.abs(a.x - b.x) < (a.width + b.width) / 2 - slack &&
    a.y - slack > b.y - b.height + slack &&
    b.y - slack > a.y - a.height + slack
  );
}
