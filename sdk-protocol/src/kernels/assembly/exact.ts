// What a block costs sample by sample: as exactBits.ts, whose sums of floats it makes in the same order.
import { SENT_AT } from '../layout';
import { given } from './colours';

/** Bytes from a colour to the one above it. */
const ROW = 24;

function colourAt(from: i32): i32 {
  return (i32(load<u8>(from)) << 16) | (i32(load<u8>(from, 1)) << 8) | i32(load<u8>(from, 2));
}

/** Bits of a difference's size. */
function sizeOf(difference: i32): i32 {
  return 32 - clz(abs(difference));
}

/** About what the block at hand costs, bits; counting stops at `limit`. */
export function exactBits(limit: f64): f64 {
  let bits: f64 = 2;
  let recent0 = -1;
  let recent1 = -1;
  let recent2 = -1;
  let recent3 = -1;
  let from = given;
  for (let j = 0; j < 64 && bits < limit; j++, from += 3) {
    const colour = colourAt(from);
    const sent = load<i32>(SENT_AT + (j << 2));
    if ((sent & 0xffffff) === colour && sent !== 0) {
      bits += 0.5;
      continue;
    }
    const left = (j & 7) > 0 ? colourAt(from - 3) : -1;
    const above = j > 7 ? colourAt(from - ROW) : -1;
    if (colour === left || colour === above) {
      bits += left === above ? 0.5 : 1.2;
      continue;
    }
    if (colour === recent0 || colour === recent1 || colour === recent2 || colour === recent3) {
      bits += 5;
      continue;
    }
    const near = left >= 0 ? left : above;
    if (near < 0) bits += 20;
    else {
      const red = sizeOf((colour >> 16) - (near >> 16));
      const green = sizeOf(((colour >> 8) & 255) - ((near >> 8) & 255));
      bits += 3 + 1.15 * f64(red + green + sizeOf((colour & 255) - (near & 255)));
    }
    recent3 = recent2;
    recent2 = recent1;
    recent1 = recent0;
    recent0 = colour;
  }
  return bits;
}
