import { hex, mix, shade, smooth } from '../../../shared/babylon/colour.js';
import type { Pattern } from '../../../shared/babylon/createTexture.js';
import { fractal, noise } from '../../../shared/babylon/noise.js';
import { hashCell } from '../../../shared/seededRandom.js';

/** Distance to the nearest edge of a unit cell, 0 … 0.5. */
function edge(fx: number, fy: number): number {
  return Math.min(fx, 1 - fx, fy, 1 - fy);
}

/** Rows of blocks, each second row shifted by half; one block is (1/columns × 1/rows). */
function blocks(u: number, v: number, columns: number, rows: number): { fx: number; fy: number; luck: number } {
  const y = v * rows;
  const row = Math.floor(y);
  const x = u * columns + (row % 2) * 0.5;
  const column = Math.floor(x);
  return { fx: x - column, fy: y - row, luck: hashCell(column % columns, row % rows, 5) };
}

/** A meadow with lighter patches and a few flowers. */
export const grass: Pattern = (u, v) => {
  const patch = fractal(u, v, 4, 4, 1);
  const blade = noise(u, v, 64, 9, 32) * 0.6 + noise(u, v, 48, 10, 96) * 0.4;
  const colour = mix(hex('#4f8f3a'), hex('#8dbb4a'), patch * 0.75 + blade * 0.35);
  const flower = noise(u, v, 26, 31) > 0.93 && noise(u, v, 128, 32) > 0.5;
  return flower ? hex('#f3e27a') : shade(colour, 0.78 + blade * 0.36);
};

/** Slabs of uneven colour, with grass in the joints. */
export const paving: Pattern = (u, v) => {
  const { fx, fy, luck } = blocks(u, v, 4, 4);
  const grain = fractal(u, v, 16, 4, 40);
  const stone = mix(mix(hex('#b9ae9a'), hex('#8f8c93'), luck), hex('#d8c8a4'), hashCell(luck * 977, 3) * 0.5);
  const joint = smooth(0.02, 0.075, edge(fx, fy) + (grain - 0.5) * 0.03);
  const light = 0.82 + grain * 0.3 + (fy > 0.9 ? 0.08 : 0) - (fy < 0.1 ? 0.08 : 0);
  return mix(hex('#6b6a4d'), shade(stone, light), joint);
};

/** A wall of fired bricks, some of them darker. */
export const bricks: Pattern = (u, v) => {
  const { fx, fy, luck } = blocks(u, v, 4, 8);
  const grain = fractal(u, v, 16, 4, 60);
  const clay = mix(mix(hex('#a4482f'), hex('#c96f45'), luck), hex('#7d3a34'), hashCell(luck * 991, 4) > 0.8 ? 0.7 : 0);
  const joint = smooth(0.03, 0.07, Math.min(Math.min(fx, 1 - fx) * 2, fy, 1 - fy));
  const light = 0.78 + grain * 0.4 + (fy > 0.82 ? 0.1 : 0) - (fy < 0.18 ? 0.12 : 0);
  return mix(shade(hex('#d6c6ae'), 0.8 + grain * 0.3), shade(clay, light), joint);
};

/** Cut stones with moss. */
export const stones: Pattern = (u, v) => {
  const { fx, fy, luck } = blocks(u, v, 3, 4);
  const grain = fractal(u, v, 12, 5, 80);
  const rock = mix(hex('#9c948a'), hex('#d0c0a2'), luck * 0.7 + grain * 0.4);
  const joint = smooth(0.025, 0.08, edge(fx, fy) + (grain - 0.5) * 0.06);
  const light = 0.75 + grain * 0.4 + (fy > 0.88 ? 0.1 : 0) - (fy < 0.14 ? 0.14 : 0);
  const moss = smooth(0.62, 0.75, fractal(u, v, 5, 3, 90)) * 0.5;
  return mix(mix(hex('#6b645a'), shade(rock, light), joint), hex('#6f8a45'), moss);
};

/** Warm lime plaster. */
export const plaster: Pattern = (u, v) => {
  const grain = fractal(u, v, 8, 5, 100);
  return shade(hex('#e9d9b6'), 0.86 + grain * 0.2);
};

/** One storey of a house: plaster in a timber frame, a window, a flower box. */
export const facade: Pattern = (u, v) => {
  const wood = shade(hex('#6e452a'), 0.75 + fractal(u, v, 32, 3, 110, 8) * 0.5);
  const beam =
    Math.min(u, 1 - u) < 0.045 ||
    v < 0.06 ||
    v > 0.93 ||
    Math.abs(v - 0.3) < 0.022 ||
    Math.abs(u - 0.5 - (v - 0.15)) < 0.02 * Number(v < 0.3);
  if (beam) return wood;
  const x = Math.abs(u - 0.5) / 0.17;
  const y = Math.abs(v - 0.61) / 0.19;
  if (x < 1.15 && v > 0.33 && v < 0.4) return noise(u, v, 48, 120) > 0.55 ? hex('#e4577a') : hex('#4d8a3c');
  if (x > 1.2 || y > 1.18) return plaster(u, v);
  if (x > 1 || y > 1 || x < 0.08 || y < 0.07) return hex('#f4efe2');
  return mix(hex('#3d5f86'), hex('#a9d3ee'), smooth(0.2, 0.8, v - u * 0.5 + 0.2));
};

/** Rows of rounded blue tiles. */
export const roof: Pattern = (u, v) => {
  const { fx, fy, luck } = blocks(u, v, 6, 6);
  const round = Math.sqrt((fx - 0.5) ** 2 + Math.max(0, 0.45 - fy) ** 2);
  const tile = mix(hex('#3f6f86'), hex('#5b93a6'), luck);
  const light = 0.65 + fy * 0.45 + (0.5 - Math.abs(fx - 0.5)) * 0.3 + (fractal(u, v, 24, 3, 130) - 0.5) * 0.3;
  return shade(tile, round > 0.49 ? light * 0.45 : light);
};

/** One side of a wooden crate: planks, a frame, a brace, nails. */
export const crate: Pattern = (u, v) => {
  const rim = edge(u, v) < 0.12;
  const brace = Math.abs(u - v) < 0.085;
  const plank = ((rim && Math.min(u, 1 - u) < 0.12 ? u : v) * 5) % 1;
  const grain = rim || brace ? fractal(u, v, 24, 3, 140) : fractal(u, v, 12, 3, 141, 48);
  const wood = rim || brace ? hex('#c58a45') : hex('#a06c35');
  const gap = !rim && !brace && (plank < 0.07 || plank > 0.93);
  const shadow = (!rim && edge(u, v) < 0.15) || (!brace && !rim && Math.abs(u - v) < 0.115);
  const nail = edge(u, v) > 0.045 && Math.min(u, 1 - u) < 0.075 && Math.min(v, 1 - v) < 0.075;
  return nail ? hex('#4f4a46') : shade(wood, (gap ? 0.5 : 0.75 + grain * 0.5) * (shadow ? 0.7 : 1));
};

/** Clipped leaves. */
export const hedge: Pattern = (u, v) => {
  const leaf = noise(u, v, 40, 150) * 0.6 + noise(u, v, 80, 151) * 0.4;
  return mix(hex('#21502b'), hex('#6aa84a'), smooth(0.2, 0.85, leaf * 0.75 + fractal(u, v, 6, 3, 152) * 0.3));
};

/** Upright furrows. */
export const bark: Pattern = (u, v) => shade(hex('#7a5536'), 0.6 + fractal(u, v, 24, 4, 160, 5) * 0.7);

/** Brushed metal with panel lines, nearly white: what wears it gives the colour. */
export const metal: Pattern = (u, v) => {
  const brushed = noise(u, v, 32, 170, 128);
  const line = edge((u * 2) % 1, (v * 2) % 1) < 0.03;
  const rivet = (((u * 8) % 1) - 0.5) ** 2 + (((v * 8) % 1) - 0.5) ** 2 < 0.02 && edge((u * 2) % 1, (v * 2) % 1) < 0.16;
  return shade([255, 252, 246], (line ? 0.55 : 0.82 + brushed * 0.16) * (rivet ? 0.72 : 1));
};

/** Tufts of grass on transparent ground. */
export const tuft: Pattern = (u, v) => {
  for (let i = 0; i < 9; i++) {
    const lean = (hashCell(i, 7) - 0.5) * 0.5;
    const tall = 0.45 + hashCell(i, 8) * 0.5;
    const x = 0.16 + (i / 8) * 0.68 + lean * v * v;
    if (v < tall && Math.abs(u - x) < 0.05 * (1 - v / tall)) return mix(hex('#548f39'), hex('#a6c75c'), v);
  }
  return [98, 150, 66, 0];
};

/** A soft white disc that fades to nothing: particles and glows. */
export const glow: Pattern = (u, v) => {
  const distance = Math.hypot(u - 0.5, v - 0.5) * 2;
  return [255, 255, 255, 255 * (1 - smooth(0.1, 1, distance))];
};

/** The sky all around: u once around, v from below (0) to straight up (1). */
export const sky: Pattern = (u, v) => {
  const up = Math.max(0, v * 2 - 1);
  const air = mix(mix(hex('#f7e6c4'), hex('#8fcdf0'), smooth(0.02, 0.2, up)), hex('#2f6fc0'), smooth(0.1, 0.75, up));
  const sun = Math.hypot((u - 0.62) * 4, (up - 0.42) * 1.6);
  const warm = mix(air, hex('#fff6d8'), 0.7 * (1 - smooth(0.05, 0.45, sun)));
  const cloud = smooth(0.51, 0.66, fractal(u, up * 0.4, 10, 5, 190)) * smooth(0.04, 0.12, up) * (1 - smooth(0.5, 0.85, up));
  const lit = mix(hex('#d3dcea'), hex('#ffffff'), smooth(0.42, 0.62, fractal(u, up * 0.4 + 0.012, 10, 4, 190)));
  const far = 0.015 + fractal(u, 0.3, 12, 5, 200) * 0.065;
  const close = fractal(u, 0.7, 20, 4, 210) * 0.06;
  if (up < close) return mix(hex('#8fb58a'), hex('#5e8f6c'), up / close);
  if (up < far) return mix(hex('#b9cbd0'), hex('#86a4bd'), up / far);
  return mix(warm, lit, cloud * 0.9);
};

/** A red hanging with a golden cog. */
export const banner: Pattern = (u, v) => {
  const x = (u - 0.5) * 1.1;
  const y = (v - 0.6) * 2.2;
  const radius = Math.hypot(x, y);
  const tooth = Math.cos(Math.atan2(y, x) * 8) > 0 ? 0.34 : 0.27;
  const fold = 0.85 + Math.cos(u * Math.PI * 6) * 0.12;
  if (v < 0.14 && Math.abs(u - 0.5) < 0.5 - v * 3) return [120, 30, 40, 0];
  const gold = (radius < tooth && radius > 0.12) || Math.min(u, 1 - u) < 0.07;
  return shade(gold ? hex('#f2c14e') : hex('#b5283c'), fold);
};
