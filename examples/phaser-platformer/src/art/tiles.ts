import { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { hashCell } from '../../../shared/seededRandom.js';
import type { Theme } from '../sim/level.js';
import { Tile, type TileGrid } from '../sim/tiles.js';
import { PALETTE as P } from './palette.js';

const SIDE = 16;
const COLUMNS = 8;
const INNER_VARIANTS = 4;

/** Tile numbers: 0–15 solid by open sides (up 1, right 2, down 4, left 8), then inner variants, ledges and spikes. */
const LEDGE = 16 + INNER_VARIANTS;
const SPIKES = LEDGE + 4;
const COUNT = SPIKES + 1;

interface Ground {
  base: string;
  light: string;
  dark: string;
  edge: string;
  top: readonly [string, string, string];
  plank: readonly [string, string, string];
  spike: readonly [string, string];
}

const GROUND: Record<Theme, Ground> = {
  meadow: {
    ...{ base: P.wood, light: '#c98763', dark: '#9a5745', edge: P.bark, top: [P.lime, P.green, P.leaf] },
    ...{ plank: [P.tan, P.wood, P.bark], spike: [P.silver, P.steel] },
  },
  cave: {
    ...{ base: '#3b3d66', light: '#4b4f80', dark: '#2f3056', edge: '#23234a', top: ['#7df0d0', '#35b5a6', '#237a84'] },
    ...{ plank: ['#8f7bd8', '#6650ab', '#453477'], spike: [P.pink, P.plum] },
  },
};

/** Draws the tileset of a theme: 8 tiles in a row. */
export function drawTileset(theme: Theme): PixelCanvas {
  const sheet = new PixelCanvas(COLUMNS * SIDE, Math.ceil(COUNT / COLUMNS) * SIDE);
  for (let i = 0; i < COUNT; i++)
    sheet.stamp(drawTile(i, GROUND[theme], theme), (i % COLUMNS) * SIDE, Math.floor(i / COLUMNS) * SIDE);
  return sheet;
}

/** One tile that repeats sideways: the grown surface or the earth below it. */
export function drawStrip(theme: Theme, part: 'surface' | 'inner'): PixelCanvas {
  return drawTile(part === 'surface' ? 1 : 16, GROUND[theme], theme);
}

/** The tile numbers of a whole grid, row by row; −1 is empty. */
export function tileNumbers(grid: TileGrid): number[][] {
  const rows: number[][] = [];
  for (let row = 0; row < grid.rows; row++) {
    rows.push(Array.from({ length: grid.columns }, (_, column) => tileNumber(grid, column, row)));
  }
  return rows;
}

function tileNumber(grid: TileGrid, column: number, row: number): number {
  const tile = grid.at(column, row);
  if (tile === Tile.spikes) return SPIKES;
  if (tile === Tile.oneWay) {
    const left = grid.at(column - 1, row) === Tile.oneWay;
    const right = grid.at(column + 1, row) === Tile.oneWay;
    return LEDGE + (left ? 1 : 0) + (right ? 2 : 0);
  }
  if (tile !== Tile.solid) return -1;
  const open = (dx: number, dy: number): boolean => {
    const other = row + dy;
    return other >= 0 && other < grid.rows && grid.at(column + dx, other) !== Tile.solid;
  };
  const sides = (open(0, -1) ? 1 : 0) + (open(1, 0) ? 2 : 0) + (open(0, 1) ? 4 : 0) + (open(-1, 0) ? 8 : 0);
  return sides === 0 ? 16 + Math.floor(hashCell(column, row) * INNER_VARIANTS) : sides;
}

function drawTile(index: number, ground: Ground, theme: Theme): PixelCanvas {
  const cell = new PixelCanvas(SIDE, SIDE);
  if (index === SPIKES) return spikes(cell, ground);
  if (index >= LEDGE) return ledge(cell, ground, index - LEDGE);
  const sides = index < 16 ? index : 0;
  cell.rect(0, 0, SIDE, SIDE, ground.base);
  if (theme === 'meadow') earth(cell, ground, index);
  else stones(cell, ground, index);
  if (sides & 4) cell.rect(0, 14, SIDE, 2, ground.edge).rect(0, 13, SIDE, 1, ground.dark);
  if (sides & 8) cell.rect(0, 0, 2, SIDE, ground.edge).rect(2, 0, 1, SIDE, ground.dark);
  if (sides & 2) cell.rect(14, 0, 2, SIDE, ground.edge).rect(13, 0, 1, SIDE, ground.dark);
  if (sides & 1) turf(cell, ground, sides);
  return cell;
}

function earth(cell: PixelCanvas, ground: Ground, index: number): void {
  for (let i = 0; i < 7; i++) {
    const x = Math.floor(hashCell(i, index, 1) * 13) + 1;
    const y = Math.floor(hashCell(i, index, 2) * 13) + 1;
    const colour = i % 2 ? ground.dark : ground.light;
    cell.rect(x, y, i % 3 === 0 ? 3 : 2, 1, colour);
    if (i % 3 === 0) cell.rect(x, y + 1, 2, 1, colour);
  }
  if (index === 17) cell.ellipse(9, 9, 3.4, 2.6, P.sand).ellipse(9, 9.6, 2.4, 1.6, P.tan).dot(7, 8, P.white);
  if (index === 19) cell.ellipse(6, 7, 2.6, 2, ground.dark).ellipse(6, 6.5, 1.8, 1.2, ground.light);
}

function stones(cell: PixelCanvas, ground: Ground, index: number): void {
  const shift = index % 2 ? 5 : 0;
  for (let row = 0; row < 3; row++) {
    const y = row * 6 - (index % 3);
    cell.rect(0, y, SIDE, 1, ground.dark);
    for (let x = ((row * 7 + shift) % 9) - 4; x < SIDE; x += 9)
      cell.rect(x, y, 1, 6, ground.dark).rect(x + 2, y + 2, 3, 1, ground.light);
  }
  if (index === 18) cell.rect(6, 5, 2, 5, P.cyan).rect(5, 7, 4, 2, P.blue).dot(6, 5, P.white);
  if (index === 16) cell.rect(9, 9, 2, 3, P.pink).dot(9, 9, P.white);
}

function turf(cell: PixelCanvas, ground: Ground, sides: number): void {
  const [light, main, dark] = ground.top;
  cell.rect(0, 0, SIDE, 5, main).rect(0, 0, SIDE, 2, light);
  for (let x = 0; x < SIDE; x++) {
    const drop = [1, 2, 3, 2, 1, 0, 1, 3, 4, 3, 1, 0, 0, 2, 3, 1][x];
    cell.rect(x, 5, 1, drop, main).dot(x, 5 + drop, dark);
    if (x % 5 === 2) cell.rect(x, 2, 1, 2, light);
    if (x % 7 === 4) cell.dot(x, 3, dark);
  }
  if (sides & 8) cell.rect(0, 0, 1, 8, dark).dot(0, 0, ground.edge);
  if (sides & 2) cell.rect(15, 0, 1, 8, dark).dot(15, 0, ground.edge);
}

function ledge(cell: PixelCanvas, ground: Ground, joined: number): PixelCanvas {
  const [light, main, dark] = ground.plank;
  cell
    .rect(0, 0, SIDE, 6, main)
    .rect(0, 0, SIDE, 2, light)
    .rect(0, 5, SIDE, 1, dark)
    .rect(7, 2, 1, 3, dark)
    .rect(3, 3, 2, 1, dark)
    .rect(11, 3, 3, 1, light);
  if (!(joined & 1)) cell.rect(0, 0, 1, 6, dark).rect(2, 6, 2, 4, dark).rect(3, 6, 1, 3, main);
  if (!(joined & 2)) cell.rect(15, 0, 1, 6, dark).rect(12, 6, 2, 4, dark).rect(12, 6, 1, 3, main);
  return cell;
}

function spikes(cell: PixelCanvas, ground: Ground): PixelCanvas {
  const [light, dark] = ground.spike;
  for (let i = 0; i < 4; i++) {
    for (let y = 0; y < 9; y++) {
      const half = y / 5;
      cell.rect(i * 4 + 2 - half, 7 + y, half * 2 + 0.6, 1, dark).rect(i * 4 + 2 - half, 7 + y, Math.max(1, half), 1, light);
    }
  }
  return cell;
}

/** A moving platform, three tiles long. */
export function drawMover(theme: Theme): PixelCanvas {
  const [light, main, dark] = GROUND[theme].plank;
  const picture = new PixelCanvas(48, 14);
  picture.rect(1, 1, 46, 7, main).rect(1, 1, 46, 2, light).rect(1, 7, 46, 1, dark);
  for (let x = 8; x < 46; x += 8) picture.rect(x, 3, 1, 4, dark);
  const glow = theme === 'meadow' ? P.amber : P.cyan;
  for (const x of [6, 22, 38]) picture.ellipse(x + 2, 10, 3, 2.6, dark).rect(x + 1, 9, 2, 2, glow);
  return picture.outline(P.ink);
}
