import type { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { PALETTE as P } from './palette.js';
import type { FramePainter } from './sheet.js';

/** Cell size of every enemy in drawn pixels. */
export const ENEMY_CELL = { width: 22, height: 18 };

interface Tint {
  light: string;
  main: string;
  dark: string;
}

function slime(cell: PixelCanvas, squash: number, tint: Tint): void {
  const top = 5 + squash;
  const half = 7 + squash;
  cell.ellipse(11, 17, half + 0.5, 17 - top, tint.dark).ellipse(11, 16, half - 0.5, 15 - top, tint.main);
  cell.ellipse(8, top + 3, 2, 1.4, tint.light);
  cell.rect(6, 11 + (squash >> 1), 2, 3, P.ink).rect(11, 11 + (squash >> 1), 2, 3, P.ink);
  cell.dot(6, 11 + (squash >> 1), P.white).dot(11, 11 + (squash >> 1), P.white);
  cell.outline(P.ink);
}

function squashed(cell: PixelCanvas, tint: Tint): void {
  cell
    .rect(2, 14, 18, 3, tint.main)
    .rect(3, 13, 16, 1, tint.light)
    .rect(2, 16, 18, 1, tint.dark)
    .rect(6, 14, 2, 1, P.ink)
    .rect(12, 14, 2, 1, P.ink)
    .outline(P.ink);
}

function bee(cell: PixelCanvas, wing: number): void {
  cell.ellipse(12, 5 - wing + 1, 4, 3.2 - wing * 0.6, P.silver).ellipse(12, 5 - wing + 1, 2.4, 1.6, P.white);
  cell.ellipse(11, 11, 7.5, 4.8, P.amber).ellipse(11, 10, 6, 3, P.yellow);
  cell.rect(10, 7, 2, 9, P.umber).rect(14, 7, 2, 8, P.umber).rect(18, 11, 2, 1, P.ink);
  cell
    .rect(5, 9, 2, 3, P.ink)
    .dot(5, 9, P.white)
    .dot(4, 13, P.cheek)
    .dot(3, 5, P.ink)
    .dot(4, 6, P.ink)
    .dot(7, 5, P.ink)
    .outline(P.ink);
}

function bat(cell: PixelCanvas, wing: number): void {
  for (let i = 0; i < 6; i++) {
    const drop = wing > 0 ? i * 0.9 : -i * 0.7;
    cell.rect(7 - i, 9 + drop - 1, 1, 5 - (i >> 1), P.plum).rect(14 + i, 9 + drop - 1, 1, 5 - (i >> 1), P.plum);
  }
  cell.ellipse(11, 10, 4.4, 4.6, P.rose).ellipse(11, 12, 3, 2.4, P.plum);
  cell.rect(7, 4, 2, 3, P.rose).rect(13, 4, 2, 3, P.rose).rect(8, 9, 2, 2, P.yellow).rect(12, 9, 2, 2, P.yellow);
  cell.dot(8, 10, P.ink).dot(12, 10, P.ink).dot(9, 13, P.white).dot(12, 13, P.white).outline(P.ink);
}

function spiky(cell: PixelCanvas, step: number, tint: Tint): void {
  cell.ellipse(12, 12, 8, 5.4, tint.dark);
  for (let i = 0; i < 5; i++) {
    const x = 6 + i * 3;
    const y = 6 - [0, 1.5, 2, 1.5, 0][i];
    cell
      .rect(x, y + 1, 2, 5, tint.main)
      .dot(x, y, tint.light)
      .dot(x + 1, y + 1, tint.light);
  }
  cell.ellipse(6, 13, 4.4, 3.4, P.tan).rect(1, 13, 2, 2, P.ink).rect(5, 11, 2, 2, P.ink).dot(5, 11, P.white);
  cell
    .rect(6 + step, 16, 3, 1, P.wood)
    .rect(14 - step, 16, 3, 1, P.wood)
    .outline(P.ink);
}

const GREEN: Tint = { light: P.lime, main: P.green, dark: P.leaf };
const CYAN: Tint = { light: P.white, main: P.cyan, dark: P.blue };
const BROWN: Tint = { light: P.tan, main: P.bark, dark: P.umber };
const VIOLET: Tint = { light: P.pink, main: P.rose, dark: P.plum };

/** Frames of the meadow's enemies, facing left; the cave's have the same names. */
export const MEADOW_ENEMIES: Record<string, FramePainter> = {
  'slime-0': (cell) => slime(cell, 0, GREEN),
  'slime-1': (cell) => slime(cell, 1, GREEN),
  'slime-2': (cell) => slime(cell, 2, GREEN),
  'slime-dead': (cell) => squashed(cell, GREEN),
  'flyer-0': (cell) => bee(cell, 0),
  'flyer-1': (cell) => bee(cell, 2),
  'flyer-dead': (cell) => bee(cell, 0),
  'spiky-0': (cell) => spiky(cell, 0, BROWN),
  'spiky-1': (cell) => spiky(cell, 1, BROWN),
};

/** Frames of the cave's enemies, facing left. */
export const CAVE_ENEMIES: Record<string, FramePainter> = {
  'slime-0': (cell) => slime(cell, 0, CYAN),
  'slime-1': (cell) => slime(cell, 1, CYAN),
  'slime-2': (cell) => slime(cell, 2, CYAN),
  'slime-dead': (cell) => squashed(cell, CYAN),
  'flyer-0': (cell) => bat(cell, 0),
  'flyer-1': (cell) => bat(cell, 1),
  'flyer-dead': (cell) => bat(cell, 1),
  'spiky-0': (cell) => spiky(cell, 0, VIOLET),
  'spiky-1': (cell) => spiky(cell, 1, VIOLET),
};
