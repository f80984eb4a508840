import type { PixelCanvas } from '../../../shared/PixelCanvas.js';
import { PALETTE as P } from './palette.js';
import type { FramePainter } from './sheet.js';

/** Cell of a decoration in drawn pixels; things stand on its lower edge. */
export const DECOR_CELL = { width: 48, height: 60 };

const MIDDLE = 24;
const FLOOR = 60;

function crown(cell: PixelCanvas, y: number, radius: number): void {
  const blobs: [number, number, number][] = [
    [0, 0, 1],
    [-0.7, 0.35, 0.7],
    [0.75, 0.3, 0.68],
    [-0.25, -0.5, 0.72],
    [0.4, -0.4, 0.62],
  ];
  for (const [dx, dy, size] of blobs)
    cell.ellipse(MIDDLE + dx * radius, y + dy * radius + 1, size * radius, size * radius * 0.85, P.leaf);
  for (const [dx, dy, size] of blobs)
    cell.ellipse(MIDDLE + dx * radius - 1, y + dy * radius - 1, size * radius * 0.82, size * radius * 0.68, P.green);
  for (const [dx, dy, size] of blobs)
    cell.ellipse(MIDDLE + dx * radius - 3, y + dy * radius - 4, size * radius * 0.4, size * radius * 0.28, P.lime);
}

function tree(cell: PixelCanvas, height: number, radius: number): void {
  cell
    .rect(MIDDLE - 3, FLOOR - height, 6, height, P.bark)
    .rect(MIDDLE - 3, FLOOR - height, 2, height, P.wood)
    .rect(MIDDLE + 2, FLOOR - height, 1, height, P.umber);
  cell.rect(MIDDLE - 5, FLOOR - 2, 10, 2, P.bark);
  crown(cell, FLOOR - height - radius * 0.4, radius);
  cell.outline(P.moss);
}

function bush(cell: PixelCanvas): void {
  cell
    .ellipse(MIDDLE - 6, FLOOR - 4, 7, 6, P.leaf)
    .ellipse(MIDDLE + 6, FLOOR - 4, 8, 6, P.leaf)
    .ellipse(MIDDLE, FLOOR - 6, 8, 8, P.leaf);
  cell
    .ellipse(MIDDLE - 7, FLOOR - 6, 5, 3.5, P.green)
    .ellipse(MIDDLE + 5, FLOOR - 6, 6, 3.5, P.green)
    .ellipse(MIDDLE - 1, FLOOR - 9, 6, 4, P.green);
  cell
    .ellipse(MIDDLE - 2, FLOOR - 11, 3, 1.4, P.lime)
    .rect(MIDDLE - 9, FLOOR - 6, 2, 2, P.red)
    .rect(MIDDLE + 4, FLOOR - 8, 2, 2, P.red)
    .rect(MIDDLE + 9, FLOOR - 4, 2, 2, P.red);
  cell.outline(P.moss);
}

function flower(cell: PixelCanvas, petal: string, heart: string): void {
  cell
    .rect(MIDDLE, FLOOR - 6, 1, 6, P.leaf)
    .dot(MIDDLE + 1, FLOOR - 3, P.leaf)
    .dot(MIDDLE - 1, FLOOR - 2, P.leaf);
  cell
    .rect(MIDDLE - 1, FLOOR - 9, 3, 1, petal)
    .rect(MIDDLE - 2, FLOOR - 8, 5, 1, petal)
    .rect(MIDDLE - 1, FLOOR - 7, 3, 1, petal)
    .dot(MIDDLE, FLOOR - 8, heart);
}

function grass(cell: PixelCanvas, light: string, dark: string): void {
  const heights = [3, 5, 2, 4, 6, 3, 5, 2];
  heights.forEach((h, i) => cell.rect(MIDDLE - 7 + i * 2, FLOOR - h, 1, h, i % 2 ? light : dark));
}

function crystal(cell: PixelCanvas, light: string, main: string, dark: string, scale: number): void {
  const shards: [number, number, number][] = [
    [-5, 14, 3],
    [4, 11, 3],
    [0, 22, 4],
  ];
  for (const [dx, h, half] of shards) {
    const height = h * scale;
    for (let y = 0; y < height; y++) {
      const w = Math.max(0.5, Math.min(half, y * 0.7 + 0.5) * Math.min(1, scale + 0.2));
      cell
        .rect(MIDDLE + dx * scale - w, FLOOR - height + y, w * 2, 1, main)
        .rect(MIDDLE + dx * scale - w, FLOOR - height + y, w, 1, light);
      cell.rect(MIDDLE + dx * scale + w - 1, FLOOR - height + y, 1, 1, dark);
    }
  }
  cell.outline(P.ink);
}

function mushroom(cell: PixelCanvas, scale: number): void {
  cell.ellipse(MIDDLE, FLOOR - 4 * scale, 4 * scale, 3 * scale, P.rose).clear(0, FLOOR - 4 * scale + 1, 48, 4 * scale);
  cell
    .rect(MIDDLE - scale, FLOOR - 4 * scale + 1, 2 * scale, 4 * scale - 1, P.sand)
    .rect(MIDDLE, FLOOR - 4 * scale + 1, scale, 4 * scale - 1, P.tan);
  cell
    .ellipse(MIDDLE - scale, FLOOR - 5.4 * scale, scale * 0.8, scale * 0.6, P.white)
    .ellipse(MIDDLE + 1.6 * scale, FLOOR - 4.6 * scale, scale * 0.6, scale * 0.5, P.white);
  cell.outline(P.ink);
}

function torch(cell: PixelCanvas, frame: number): void {
  cell
    .rect(MIDDLE - 1, FLOOR - 20, 3, 20, P.bark)
    .rect(MIDDLE - 1, FLOOR - 20, 1, 20, P.wood)
    .rect(MIDDLE - 3, FLOOR - 22, 7, 3, P.steel)
    .outline(P.ink);
  const sway = [0, 1, 0, -1][frame];
  cell.ellipse(MIDDLE + 0.5, FLOOR - 26, 3.6, 4, P.orange).ellipse(MIDDLE + 0.5 + sway, FLOOR - 30, 2, 3 + (frame % 2), P.orange);
  cell.ellipse(MIDDLE + 0.5, FLOOR - 25.5, 2.2, 2.6, P.yellow).rect(MIDDLE, FLOOR - 25, 1, 2, P.white);
}

function sign(cell: PixelCanvas): void {
  cell
    .rect(MIDDLE - 1, FLOOR - 12, 3, 12, P.bark)
    .rect(MIDDLE - 8, FLOOR - 19, 15, 9, P.wood)
    .rect(MIDDLE + 7, FLOOR - 17, 2, 5, P.wood)
    .dot(MIDDLE + 9, FLOOR - 15, P.wood);
  cell
    .rect(MIDDLE - 8, FLOOR - 19, 15, 2, P.tan)
    .rect(MIDDLE - 5, FLOOR - 15, 8, 1, P.umber)
    .rect(MIDDLE + 1, FLOOR - 16, 1, 3, P.umber)
    .outline(P.umber);
}

function fence(cell: PixelCanvas): void {
  for (let i = -2; i <= 2; i++)
    cell.rect(MIDDLE + i * 8 - 1, FLOOR - 12, 3, 12, P.wood).rect(MIDDLE + i * 8 - 1, FLOOR - 12, 1, 12, P.tan);
  cell
    .rect(MIDDLE - 20, FLOOR - 9, 40, 2, P.wood)
    .rect(MIDDLE - 20, FLOOR - 5, 40, 2, P.wood)
    .outline(P.umber);
}

function flag(cell: PixelCanvas, wave: number): void {
  cell
    .rect(MIDDLE - 8, FLOOR - 46, 3, 46, P.silver)
    .rect(MIDDLE - 6, FLOOR - 46, 1, 46, P.mist)
    .ellipse(MIDDLE - 6.5, FLOOR - 48, 2.6, 2.6, P.yellow);
  for (let x = 0; x < 20; x++) {
    const y = Math.round(Math.sin((x + wave * 5) / 3.2) * 1.6);
    cell.rect(MIDDLE - 5 + x, FLOOR - 44 + y + (x >> 2), 1, 14 - (x >> 1), x % 8 < 4 ? P.red : P.wine);
    cell.rect(MIDDLE - 5 + x, FLOOR - 44 + y + (x >> 2), 1, 2, P.pink);
  }
  cell.rect(MIDDLE - 12, FLOOR - 3, 11, 3, P.steel).outline(P.ink);
}

function stalagmite(cell: PixelCanvas): void {
  for (const [dx, h] of [
    [-6, 12],
    [5, 16],
    [0, 26],
  ]) {
    for (let y = 0; y < h; y++)
      cell
        .rect(MIDDLE + dx - y / 5, FLOOR - h + y, (y / 5) * 2 + 1, 1, '#2f3056')
        .rect(MIDDLE + dx - y / 5, FLOOR - h + y, 1 + y / 9, 1, '#4b4f80');
  }
  cell.outline(P.ink);
}

/** Everything that stands about, by name. */
export const DECOR_FRAMES: Record<string, FramePainter> = {
  tree: (cell) => tree(cell, 26, 14),
  'tree-small': (cell) => tree(cell, 16, 10),
  bush,
  sign,
  fence,
  grass: (cell) => grass(cell, P.lime, P.leaf),
  stone: (cell) =>
    void cell
      .ellipse(MIDDLE, FLOOR - 2, 5, 4, P.mist)
      .ellipse(MIDDLE - 1, FLOOR - 3, 3, 2, P.silver)
      .outline(P.slate),
  'flower-red': (cell) => flower(cell, P.red, P.yellow),
  'flower-yellow': (cell) => flower(cell, P.yellow, P.orange),
  'flower-blue': (cell) => flower(cell, P.white, P.blue),
  'crystal-blue': (cell) => crystal(cell, P.cyan, P.blue, P.navy, 1),
  'crystal-pink': (cell) => crystal(cell, P.pink, P.rose, P.plum, 0.9),
  'crystal-small': (cell) => crystal(cell, P.cyan, P.blue, P.navy, 0.45),
  mushroom: (cell) => mushroom(cell, 1),
  'mushroom-big': (cell) => mushroom(cell, 3),
  pebbles: (cell) =>
    void cell
      .rect(MIDDLE - 5, FLOOR - 2, 3, 2, '#4b4f80')
      .rect(MIDDLE + 2, FLOOR - 3, 4, 3, '#4b4f80')
      .rect(MIDDLE + 2, FLOOR - 3, 3, 1, P.steel),
  moss: (cell) => grass(cell, '#7df0d0', '#237a84'),
  stalagmite,
  ...Object.fromEntries([0, 1, 2, 3].map((i): [string, FramePainter] => [`torch-${i}`, (cell) => torch(cell, i)])),
  ...Object.fromEntries([0, 1, 2, 3].map((i): [string, FramePainter] => [`flag-${i}`, (cell) => flag(cell, i)])),
};
