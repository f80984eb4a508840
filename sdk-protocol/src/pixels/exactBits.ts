import { BLOCK_SAMPLES } from '../samples/SampleSet.js';

const COLOURS = 0xffffff;

/**
 * About what a block costs sample by sample, bits: what is known there, beside or seen before in it is cheap.
 *
 * @param rgb The block's 64 colours, 3 bytes each, from `first` on.
 * @param sent What was last sent of its 64 places, bits << 24 | colour, 0 unknown.
 * @param limit Counting stops once it is reached, bits.
 */
export function exactBits(rgb: Uint8Array, first: number, sent: Uint32Array, limit: number): number {
  let bits = 2;
  let recent0 = -1;
  let recent1 = -1;
  let recent2 = -1;
  let recent3 = -1;
  for (let j = 0, p = first; j < BLOCK_SAMPLES && bits < limit; j++, p += 3) {
    const colour = (rgb[p] << 16) | (rgb[p + 1] << 8) | rgb[p + 2];
    if ((sent[j] & COLOURS) === colour && sent[j] !== 0) {
      bits += 0.5;
      continue;
    }
    const left = (j & 7) > 0 ? colourAt(rgb, p - 3) : -1;
    const above = j > 7 ? colourAt(rgb, p - 24) : -1;
    if (colour === left || colour === above) {
      bits += left === above ? 0.5 : 1.2;
      continue;
    }
    if (colour === recent0 || colour === recent1 || colour === recent2 || colour === recent3) bits += 5;
    else {
      const near = left >= 0 ? left : above;
      bits +=
        near < 0
          ? 20
          : 3 +
            1.15 *
              (sizeOf(rgb[p] - (near >>> 16)) + sizeOf(rgb[p + 1] - ((near >>> 8) & 255)) + sizeOf(rgb[p + 2] - (near & 255)));
      recent3 = recent2;
      recent2 = recent1;
      recent1 = recent0;
      recent0 = colour;
    }
  }
  return bits;
}

function colourAt(rgb: Uint8Array, p: number): number {
  return (rgb[p] << 16) | (rgb[p + 1] << 8) | rgb[p + 2];
}

/** Bits of a difference's size. */
function sizeOf(difference: number): number {
  return 32 - Math.clz32(difference < 0 ? -difference : difference);
}
