// What prediction will leave of a block, about: as BlockSamples.ts asks it of each block of a frame before the first is coded.
import { PATCH_AT } from '../layout';
import { bluesOf, greensOf, redsOf, sentBluesOf, sentGreensOf, sentRedsOf, sumOf } from './colours';
import { addressOf, entriesAt, height, readRound, width } from './ring';

/** Values compared: half of the block's, as on a chessboard. */
const COMPARED: f64 = 96;

/** Half of the pixels of even rows; the others of odd ones. */
function halfOf(row: i32): v128 {
  return i32x4.splat((row & 1) === 0 ? 0xffff : -65536);
}

/** Mean squared error a channel of the colours from an address on against a place of the reference, infinite where that is unknown. */
function differenceTo(address: i32, x: i32, y: i32): f64 {
  const round = x + 8 > width;
  let sum = i32x4.splat(0);
  let known = true;
  for (let v = 0; v < 8; v++) {
    const row = y + v < height ? y + v : y + v - height;
    if (round) readRound(row, x);
    const at = addressOf(row, x);
    const left = round ? v128.load(PATCH_AT) : entriesAt(at);
    const right = round ? v128.load(PATCH_AT, 16) : entriesAt(at + 16);
    const half = halfOf(v);
    const from = address + 24 * v;
    const first = v128.load(from);
    const last = v128.load(from, 8);
    const r = v128.and(i16x8.sub(redsOf(first, last), sentRedsOf(left, right)), half);
    const g = v128.and(i16x8.sub(greensOf(first, last), sentGreensOf(left, right)), half);
    const b = v128.and(i16x8.sub(bluesOf(first, last), sentBluesOf(left, right)), half);
    sum = i32x4.add(sum, i32x4.add(i32x4.dot_i16x8_s(r, r), i32x4.add(i32x4.dot_i16x8_s(g, g), i32x4.dot_i16x8_s(b, b))));
    // Of the pixels that take part.
    const others = i32x4.splat((v & 1) === 0 ? 0 : -1);
    const gaps = i32x4.shuffle(i32x4.eq(left, i32x4.splat(0)), i32x4.eq(right, i32x4.splat(0)), 0, 2, 4, 6);
    const oddGaps = i32x4.shuffle(i32x4.eq(left, i32x4.splat(0)), i32x4.eq(right, i32x4.splat(0)), 1, 3, 5, 7);
    if (v128.any_true(v128.bitselect(oddGaps, gaps, others))) known = false;
  }
  return known ? f64(sumOf(sum)) / COMPARED : Infinity;
}

/** Variance of the colours from an address on, a channel. */
function flatOf(address: i32): f64 {
  const one = i16x8.splat(1);
  let sums = i32x4.splat(0);
  let squares = i32x4.splat(0);
  for (let v = 0; v < 8; v++) {
    const half = halfOf(v);
    const from = address + 24 * v;
    const first = v128.load(from);
    const last = v128.load(from, 8);
    const r = v128.and(redsOf(first, last), half);
    const g = v128.and(greensOf(first, last), half);
    const b = v128.and(bluesOf(first, last), half);
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(i16x8.add(r, i16x8.add(g, b)), one));
    squares = i32x4.add(squares, i32x4.add(i32x4.dot_i16x8_s(r, r), i32x4.add(i32x4.dot_i16x8_s(g, g), i32x4.dot_i16x8_s(b, b))));
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
