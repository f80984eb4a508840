import { hashCell } from '../seededRandom.js';

/** Smooth noise 0 … 1 over (u, v) that repeats every whole number; `cells` bumps per repeat of u, `rows` of v. */
export function noise(u: number, v: number, cells: number, salt: number, rows = cells): number {
  const x = u * cells;
  const y = v * rows;
  const column = Math.floor(x);
  const row = Math.floor(y);
  const fx = ease(x - column);
  const fy = ease(y - row);
  const at = (dx: number, dy: number): number => hashCell(wrap(column + dx, cells), wrap(row + dy, rows), salt);
  const low = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
  const high = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
  return low + (high - low) * fy;
}

/** Several octaves of `noise` summed, 0 … 1. */
export function fractal(u: number, v: number, cells: number, octaves: number, salt: number, rows = cells): number {
  let sum = 0;
  let weight = 0;
  for (let octave = 0; octave < octaves; octave++) {
    const share = 0.5 ** octave;
    sum += noise(u, v, cells << octave, salt + octave * 17, rows << octave) * share;
    weight += share;
  }
  return sum / weight;
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}

function wrap(value: number, size: number): number {
  return ((value % size) + size) % size;
}
