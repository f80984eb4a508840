import { BLOCK_SAMPLES, type SampleSet } from '../samples/SampleSet.js';
import type { KnownColours } from './KnownColours.js';

/** Values compared: half of a block's. */
const COMPARED = 1.5 * BLOCK_SAMPLES;

/**
 * Mean squared error a channel that prediction will leave of a block, about: by its mean, or by a place of a map if all of that is
 * known. Half of the pixels tell, as on a chessboard.
 *
 * @param map What was last sent, bits << 24 | colour, 0 unknown: a ring of the size of `known`.
 * @param first Index of the block's first sample.
 * @param shiftX From the samples to the place, 0 … width − 1; `shiftY` likewise.
 */
export function missOf(
  { width, height }: KnownColours,
  map: Uint32Array,
  set: SampleSet,
  first: number,
  rgb: Uint8Array,
  shiftX: number,
  shiftY: number,
): number {
  let known = true;
  let changed = 0;
  let sum = 0;
  let squares = 0;
  for (let j = 0; j < BLOCK_SAMPLES; j += 2) {
    const i = first + j + ((j >> 3) & 1);
    const entry = map[ringed(set.v[i] + shiftY, height) * width + ringed(set.u[i] + shiftX, width)];
    if (entry === 0) known = false;
    const r = rgb[3 * i];
    const g = rgb[3 * i + 1];
    const b = rgb[3 * i + 2];
    const dr = r - ((entry >>> 16) & 255);
    const dg = g - ((entry >>> 8) & 255);
    const db = b - (entry & 255);
    changed += dr * dr + dg * dg + db * db;
    sum += r + g + b;
    squares += r * r + g * g + b * b;
  }
  const flat = (squares - (sum * sum) / COMPARED) / COMPARED;
  return known ? Math.min(flat, changed / COMPARED) : flat;
}

/** A place less than twice round a ring. */
export function ringed(value: number, size: number): number {
  return value >= size ? value - size : value;
}
