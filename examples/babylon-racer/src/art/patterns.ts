import { hex, mix, shade, smooth } from '../../../shared/babylon/colour.js';
import type { Pattern } from '../../../shared/babylon/createTexture.js';
import { fractal, noise } from '../../../shared/babylon/noise.js';
import { hashCell } from '../../../shared/seededRandom.js';

/** Meadow: what lies far from the road. Nearly white where it is light, as the ground gives it its colour. */
export const meadow: Pattern = (u, v) => {
  const patch = fractal(u, v, 5, 4, 1);
  const blade = noise(u, v, 64, 9, 40) * 0.5 + noise(u, v, 48, 10, 96) * 0.5;
  return shade([255, 255, 250], 0.66 + patch * 0.28 + blade * 0.2);
};

/** Mown stripes beside the road, along v. */
export const verge: Pattern = (u, v) => {
  const blade = noise(u, v, 24, 20, 64);
  const stripe = v % 0.5 < 0.25 ? 1 : 0.86;
  return shade(mix(hex('#4f9a3f'), hex('#74b84e'), fractal(u, v, 4, 4, 21)), stripe * (0.85 + blade * 0.22));
};

/** The road across u: white lines at its edges, a dashed one in the middle, darker where cars drive. */
export const asphalt: Pattern = (u, v) => {
  const grain = noise(u, v, 96, 30, 128) * 0.5 + fractal(u, v, 8, 3, 31) * 0.5;
  const worn = Math.max(0, 1 - Math.min(Math.abs(u - 0.32), Math.abs(u - 0.68)) / 0.14);
  const stone = shade(hex('#64666f'), 0.82 + grain * 0.36 - worn * 0.16);
  const border = Math.abs(Math.min(u, 1 - u) - 0.045);
  const line = Math.max(
    1 - smooth(0.012, 0.02, border),
    v - Math.floor(v) < 0.4 ? 1 - smooth(0.006, 0.012, Math.abs(u - 0.5)) : 0,
  );
  return mix(stone, shade(hex('#f2f2ea'), 0.85 + grain * 0.2), line * 0.92);
};

/** Red and white teeth along v. */
export const kerb: Pattern = (u, v) =>
  shade(v < 0.5 ? hex('#d6312b') : hex('#f4f1e8'), 0.86 + noise(u, v, 12, 40, 32) * 0.16 - u * 0.06);

/** Squares, for the line and the gantry. */
export const chequer: Pattern = (u, v) => {
  const light = (Math.floor(u * 8) + Math.floor(v * 2)) % 2 === 0;
  return shade(light ? hex('#f5f5f2') : hex('#17181d'), 0.92 + noise(u, v, 16, 50) * 0.1);
};

const PANELS = ['#1f6fb5', '#f2f2ee', '#e0533d', '#f2f2ee', '#f0b429', '#f2f2ee', '#2a9d72', '#f2f2ee'];

/** The barrier: painted blocks in a row, a dark foot, a light rim. */
export const barrier: Pattern = (u, v) => {
  const block = Math.floor(u * PANELS.length);
  const within = u * PANELS.length - block;
  const joint = Math.min(within, 1 - within) < 0.025;
  const colour = hex(PANELS[block % PANELS.length]);
  const light = v > 0.9 ? 1.08 : v < 0.16 ? 0.45 : 0.88 + noise(u, v, 32, 60, 8) * 0.14;
  return shade(joint ? shade(colour, 0.5) : colour, light);
};

/** Rows of people, each a head and a shirt. */
export const crowd: Pattern = (u, v) => {
  const [columns, rows] = [30, 8];
  const row = Math.floor(v * rows);
  const x = u * columns + (row % 2) * 0.5;
  const [seat, fx, fy] = [Math.floor(x) % columns, x - Math.floor(x), v * rows - row];
  const taken = hashCell(seat, row, 3) > 0.12;
  const shirts = ['#e63946', '#f1faee', '#457b9d', '#ffd166', '#06a77d', '#f78154', '#8e6bbf', '#f4f1de'];
  const shirt = hex(shirts[Math.floor(hashCell(seat, row, 4) * shirts.length)]);
  if (taken && (fx - 0.5) ** 2 * 2.2 + (fy - 0.7) ** 2 < 0.035) return shade(hex('#e0b08a'), 0.7 + hashCell(seat, row, 5) * 0.4);
  if (taken && Math.abs(fx - 0.5) < 0.36 && fy > 0.08 && fy < 0.6) return shade(shirt, 0.8 + fy * 0.35);
  return shade(hex('#5d6675'), 0.7 + fy * 0.25);
};

/** Leaves, nearly white: the trees give the colour. */
export const leaves: Pattern = (u, v) => {
  const leaf = noise(u, v, 20, 70) * 0.6 + noise(u, v, 48, 71) * 0.4;
  return shade([255, 255, 248], 0.5 + leaf * 0.6);
};

/** Lacquer with a fine flake and a reflection of the sky above. */
export const lacquer: Pattern = (u, v) => shade([255, 255, 255], 0.9 + noise(u, v, 48, 80) * 0.1);

/** A soft round shadow. */
export const shadow: Pattern = (u, v) => [8, 12, 20, 165 * (1 - smooth(0.35, 1, Math.hypot((u - 0.5) * 2, (v - 0.5) * 2)))];

/** A soft white disc that fades to nothing: dust and sparks. */
export const puff: Pattern = (u, v) => [255, 255, 255, 255 * (1 - smooth(0.1, 1, Math.hypot(u - 0.5, v - 0.5) * 2))];

/** What a trackside screen shows while there is no session to watch: colour bars. */
export const testCard: Pattern = (u, v) => {
  const bars = ['#e8e8e8', '#d8c93a', '#3ab8c8', '#3fa84a', '#b34bb0', '#c23a34', '#3046b0'];
  if (v > 0.3) return hex(bars[Math.min(6, Math.floor(u * 7))]);
  if (v > 0.22) return hex(bars[6 - Math.min(6, Math.floor(u * 7))]);
  return shade([255, 255, 255], u < 0.75 ? u / 0.75 : 0.06);
};

/** Where clouds are, as parts of the way up. */
const CLOUDS = { from: 0.05, to: 0.85 };
/** The highest that a mountain may be. */
const PEAK = 0.24;

/** The sky all around: u once around, v from below (0) to straight up (1); mountains at its foot. */
export const sky: Pattern = (u, v) => {
  const up = v * 2 - 1;
  const haze = hex('#a7c3a0');
  if (up <= 0) return haze;
  const hills = 0.012 + fractal(u, 0.7, 18, 4, 110) * 0.055;
  if (up < hills) return mix(haze, hex('#6f9f78'), up / hills);
  const peaks = up < PEAK ? 0.02 + Math.abs(fractal(u, 0.3, 14, 5, 100) - 0.45) * 0.34 : 0;
  if (up < peaks) {
    const snow = smooth(0.055, 0.08, up + fractal(u, up * 4, 40, 3, 120) * 0.02);
    return mix(mix(hex('#bcd0dc'), hex('#7d98b4'), up / peaks), hex('#f4f8fc'), snow * 0.85);
  }
  const air = mix(mix(hex('#ffe3bd'), hex('#a9d8f2'), smooth(0.01, 0.16, up)), hex('#3a7fd0'), smooth(0.08, 0.7, up));
  const sun = Math.hypot((u - 0.3) * 4, (up - 0.3) * 1.6);
  const warm = mix(air, hex('#fff7dd'), 0.8 * (1 - smooth(0.03, 0.42, sun)));
  if (up < CLOUDS.from || up > CLOUDS.to) return warm;
  const there = smooth(CLOUDS.from, 0.14, up) * (1 - smooth(0.45, CLOUDS.to, up));
  const cloud = smooth(0.52, 0.64, fractal(u, up * 0.45, 9, 5, 90)) * there;
  if (cloud === 0) return warm;
  const lit = mix(hex('#cfd9e8'), hex('#ffffff'), smooth(0.42, 0.6, fractal(u, up * 0.45 + 0.015, 9, 4, 90)));
  return mix(warm, lit, cloud * 0.92);
};
