import type { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { PALETTE as P } from './palette.js';
import type { FramePainter } from './sheet.js';

/** Cell size of coins and other things to take, in drawn pixels. */
export const ITEM_CELL = { width: 14, height: 14 };

function coin(cell: PixelCanvas, half: number): void {
  cell.ellipse(7, 7, half, 5, P.amber);
  if (half > 1.5) cell.ellipse(7, 7, half - 1, 4, P.yellow);
  if (half > 3) cell.rect(6, 4, 2, 6, P.amber).rect(5, 4, 1, 3, P.white);
  else cell.rect(6, 4, 1, 3, P.white);
  cell.outline(P.umber);
}

const HEART = ['.aa..bb.', 'awabbbbc', 'aabbbbbc', 'abbbbbbc', '.bbbbbc.', '..bbbc..', '...bc...'];

function heart(cell: PixelCanvas, full: boolean): void {
  const colours = full ? { a: P.pink, w: P.white, b: P.red, c: P.wine } : { a: P.steel, w: P.steel, b: P.slate, c: P.deep };
  cell.picture(3, 4, HEART, colours).outline(P.ink);
}

/** Frames of coins and hearts. */
export const ITEM_FRAMES: Record<string, FramePainter> = {
  'coin-0': (cell) => coin(cell, 5),
  'coin-1': (cell) => coin(cell, 4),
  'coin-2': (cell) => coin(cell, 2.4),
  'coin-3': (cell) => coin(cell, 1),
  'coin-4': (cell) => coin(cell, 2.4),
  'coin-5': (cell) => coin(cell, 4),
  heart: (cell) => heart(cell, true),
  'heart-empty': (cell) => heart(cell, false),
};

/** Frames of the particles (8 × 8 cells). */
export const PARTICLE_FRAMES: Record<string, FramePainter> = {
  'dust-0': (cell) => void cell.ellipse(4, 4, 3.5, 3.5, P.sand).ellipse(3, 3, 2, 2, P.white),
  'dust-1': (cell) => void cell.ellipse(4, 4, 2.6, 2.6, P.sand),
  'dust-2': (cell) => void cell.rect(3, 3, 2, 2, P.sand),
  'spark-0': (cell) => void cell.rect(3, 0, 2, 8, P.yellow).rect(0, 3, 8, 2, P.yellow).rect(3, 3, 2, 2, P.white),
  'spark-1': (cell) => void cell.rect(3, 2, 2, 4, P.yellow).rect(2, 3, 4, 2, P.yellow).rect(3, 3, 2, 2, P.white),
  'spark-2': (cell) => void cell.rect(3, 3, 2, 2, P.amber),
  'goo-0': (cell) => void cell.ellipse(4, 4, 3, 3, P.green).dot(3, 3, P.lime),
  'goo-1': (cell) => void cell.rect(2, 2, 3, 3, P.green),
  'goo-2': (cell) => void cell.rect(3, 3, 2, 2, P.leaf),
  'hit-0': (cell) => void cell.ellipse(4, 4, 3.5, 3.5, P.red).ellipse(4, 4, 2, 2, P.white),
  'hit-1': (cell) => void cell.rect(2, 2, 4, 4, P.red),
  'hit-2': (cell) => void cell.rect(3, 3, 2, 2, P.wine),
  'mote-0': (cell) => void cell.rect(3, 3, 2, 2, P.cyan),
  'petal-0': (cell) => void cell.rect(2, 3, 3, 2, P.pink).dot(4, 2, P.white),
};
