// What prediction will leave of a block, about: as missOf.ts, asked of each block of a frame before the first is coded. What had been sent is
// all in the reference then.
import { PATCH_AT } from '../layout';
import { sumOf } from './colours';
import { addressOf, height, readRound, width } from './ring';

/** Values compared: those of half of the block's pixels, as on a chessboard. */
const COMPARED: f64 = 96;
const COLOURS = 0xffffff;
/** Bytes of a row of the block's colours. */
const ROW = 24;

/** Every other pixel of a row of colours, from the first on, as entries have them. */
function evenColours(from: i32): v128 {
  const picked = i8x16.shuffle(v128.load(from), v128.load(from, 8), 2, 1, 0, 0, 8, 7, 6, 0, 14, 13, 12, 0, 28, 27, 26, 0);
  return v128.and(picked, i32x4.splat(COLOURS));
}

/** Every other pixel, from the second on. */
function oddColours(from: i32): v128 {
  const picked = i8x16.shuffle(v128.load(from), v128.load(from, 8), 5, 4, 3, 0, 11, 10, 9, 0, 25, 24, 15, 0, 31, 30, 29, 0);
  return v128.and(picked, i32x4.splat(COLOURS));
}

function evenEntries(from: i32): v128 {
  return i8x16.shuffle(v128.load(from), v128.load(from, 16), 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
}

function oddEntries(from: i32): v128 {
  return i8x16.shuffle(v128.load(from), v128.load(from, 16), 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}

/** Squared differences of four colours to four entries. */
function squaresOf(colours: v128, entries: v128): v128 {
  const sent = v128.and(entries, i32x4.splat(COLOURS));
  const low = i16x8.sub(i16x8.extend_low_i8x16_u(colours), i16x8.extend_low_i8x16_u(sent));
  const high = i16x8.sub(i16x8.extend_high_i8x16_u(colours), i16x8.extend_high_i8x16_u(sent));
  return i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high));
}

/** Where eight entries of a row of the reference are, put together where they go round the ring. */
function rowAt(row: i32, column: i32): i32 {
  if (column + 8 <= width) return addressOf(row, column);
  readRound(row, column);
  return PATCH_AT;
}

/** Mean squared error a channel of the colours from an address on against a place of the reference, infinite where that is unknown. */
function differenceTo(address: i32, x: i32, y: i32): f64 {
  let sum = i32x4.splat(0);
  let row = y;
  for (let from = address; from < address + 8 * ROW; from += 2 * ROW) {
    const even = evenEntries(rowAt(row, x));
    if (++row === height) row = 0;
    const odd = oddEntries(rowAt(row, x));
    if (++row === height) row = 0;
    if (!i32x4.all_true(even) || !i32x4.all_true(odd)) return Infinity;
    sum = i32x4.add(sum, i32x4.add(squaresOf(evenColours(from), even), squaresOf(oddColours(from + ROW), odd)));
  }
  return f64(sumOf(sum)) / COMPARED;
}

/** Variance of the colours from an address on, a channel. */
function flatOf(address: i32): f64 {
  const one = i16x8.splat(1);
  const nothing = i32x4.splat(0);
  let sums = i32x4.splat(0);
  let squares = i32x4.splat(0);
  for (let from = address; from < address + 8 * ROW; from += 2 * ROW) {
    const even = evenColours(from);
    const odd = oddColours(from + ROW);
    const pairs = i16x8.add(i16x8.extadd_pairwise_i8x16_u(even), i16x8.extadd_pairwise_i8x16_u(odd));
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(pairs, one));
    squares = i32x4.add(squares, i32x4.add(squaresOf(even, nothing), squaresOf(odd, nothing)));
  }
  const sum = f64(sumOf(sums));
  return (f64(sumOf(squares)) - (sum * sum) / COMPARED) / COMPARED;
}

/**
 * Mean squared error a channel that prediction will leave of the whole block at x, y, about: by its mean, its place, or another place
 * of the reference, which is its own where nothing moved.
 */
export function missOf(address: i32, x: i32, y: i32, movedX: i32, movedY: i32): f64 {
  const still = min(flatOf(address), differenceTo(address, x, y));
  return movedX === x && movedY === y ? still : min(still, differenceTo(address, movedX, movedY));
}
