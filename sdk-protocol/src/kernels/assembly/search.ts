// Where in what was sent before a block's picture was. As MotionSearch.ts, whose decisions it makes one for one.
import { BRIGHTNESS_AT, CANVAS_AT, MOTION_AT, TAPS_AT, TRUTH_AT, WINDOW_AT } from '../layout';
import { sumOf } from './colours';
import { betweenRows, pairOf, readMoved } from './motion';
import { addressOf, entriesAt, height, width, wrap } from './ring';
import { brightnessOf, isComplete, shadeAt, shadePitch } from './shade';

const REACH = 20;
const BORDER = REACH + 2;
const WINDOW = 8 + 2 * BORDER;
const LIMIT = 4 * REACH;
const FIRST_STEP = 32;
/** Bytes of a row of a window of its own. */
const PITCH = 128;

const MERGE_BIAS: f64 = 0.6;
const MOTION_BIAS: f64 = 1.6;
const PLACE = 0;
const MEAN = 1;
const MOTION = 2;

/** Where the window around the block begins, and bytes of a row of it. */
let origin: i32 = 0;
let pitch: i32 = 0;
/** Where it begins on the ring, if it is not simply a part of the shade. */
let windowed: boolean = false;
let left: i32 = 0;
let top: i32 = 0;
/** Rows of the window read so far. */
let first: i32 = 0;
let last: i32 = 0;
/** The best so far. */
let bestX: i32 = 0;
let bestY: i32 = 0;
let bestError: f64 = 0;

function readRow(v: i32): void {
  const row = (top + v) % height;
  let to = WINDOW_AT + v * PITCH;
  const end = to + 2 * WINDOW;
  let column = left;
  while (to < end) {
    const count = min((end - to) >> 1, width - column);
    let from = addressOf(row, column);
    const stop = to + 2 * count;
    for (let at = to; at < stop; at += 16) {
      v128.store(at, i16x8.narrow_i32x4_s(brightnessOf(entriesAt(from)), brightnessOf(entriesAt(from + 16))));
      from += 32;
    }
    to = stop;
    column = 0;
  }
}

/** Reads rows of a window of its own, unless that was done. */
function read(from: i32, to: i32): void {
  if (!windowed) return;
  while (first > from) readRow(--first);
  while (last < to) readRow(last++);
}

/** A tap by halves, all of them being even; eight times. */
function halfOf(taps: i32, which: i32): v128 {
  return i16x8.splat(i16(load<i32>(taps + (which << 2)) >> 1));
}

/**
 * Four weighted by halved taps, less 32 · 510: between −22440 and 22440, so that what 16 bits lose on the way comes back.
 */
function weigh(a: v128, w0: v128, b: v128, w1: v128, c: v128, w2: v128, d: v128, w3: v128): v128 {
  const sum = i16x8.add(i16x8.add(i16x8.mul(a, w0), i16x8.mul(b, w1)), i16x8.add(i16x8.mul(c, w2), i16x8.mul(d, w3)));
  return i16x8.add(sum, i16x8.splat(-32 * 510));
}

/** Brightness of what `weigh` gave. */
function rounded(weighed: v128): v128 {
  return i16x8.add(i16x8.shr_s(i16x8.add(weighed, i16x8.splat(16)), 5), i16x8.splat(510));
}

/** Differences of a row of the block to brightness. */
function differences(row: i32, brightness: v128): v128 {
  return i16x8.abs(i16x8.sub(v128.load(BRIGHTNESS_AT + (row << 4)), brightness));
}

/** Differences between columns alone, from a place of the window on. */
function acrossError(w: i32, taps: i32): v128 {
  const a = halfOf(taps, 0);
  const b = halfOf(taps, 1);
  const c = halfOf(taps, 2);
  const d = halfOf(taps, 3);
  let sum = i16x8.splat(0);
  for (let v = 0; v < 8; v++) {
    const row = weigh(a, v128.load(w - 2), b, v128.load(w), c, v128.load(w + 2), d, v128.load(w + 4));
    sum = i16x8.add(sum, differences(v, rounded(row)));
    w += pitch;
  }
  return sum;
}

/** Differences between rows alone. */
function downError(w: i32, taps: i32): v128 {
  const p = halfOf(taps, 0);
  const q = halfOf(taps, 1);
  const r = halfOf(taps, 2);
  const s = halfOf(taps, 3);
  let sum = i16x8.splat(0);
  let row0 = v128.load(w - pitch);
  let row1 = v128.load(w);
  let row2 = v128.load(w + pitch);
  for (let v = 0; v < 8; v++) {
    w += pitch;
    const row3 = v128.load(w + pitch);
    sum = i16x8.add(sum, differences(v, rounded(weigh(p, row0, q, row1, r, row2, s, row3))));
    row0 = row1;
    row1 = row2;
    row2 = row3;
  }
  return sum;
}

/** Differences between both. */
function partError(w: i32, tapsX: i32, tapsY: i32): v128 {
  const a = halfOf(tapsX, 0);
  const b = halfOf(tapsX, 1);
  const c = halfOf(tapsX, 2);
  const d = halfOf(tapsX, 3);
  const before = pairOf(tapsY);
  const after = pairOf(tapsY + 8);
  // What was taken off the rows, times 64, and half of what is shifted out.
  const rest = i32x4.splat(64 * 32 * 510 + 1024);
  let sum = i16x8.splat(0);
  w -= pitch;
  let row0 = weigh(a, v128.load(w - 2), b, v128.load(w), c, v128.load(w + 2), d, v128.load(w + 4));
  w += pitch;
  let row1 = weigh(a, v128.load(w - 2), b, v128.load(w), c, v128.load(w + 2), d, v128.load(w + 4));
  w += pitch;
  let row2 = weigh(a, v128.load(w - 2), b, v128.load(w), c, v128.load(w + 2), d, v128.load(w + 4));
  for (let v = 0; v < 8; v++) {
    w += pitch;
    const row3 = weigh(a, v128.load(w - 2), b, v128.load(w), c, v128.load(w + 2), d, v128.load(w + 4));
    const value = betweenRows(row0, row1, row2, row3, before, after, rest, 11);
    sum = i16x8.add(sum, differences(v, value));
    row0 = row1;
    row1 = row2;
    row2 = row3;
  }
  return sum;
}

/** The sum of differences at a motion. */
function errorAt(x: i32, y: i32): i32 {
  const row = (y >> 2) + BORDER;
  const w = origin + row * pitch + 2 * ((x >> 2) + BORDER);
  const across = TAPS_AT + ((x & 3) << 4);
  const down = TAPS_AT + ((y & 3) << 4);
  let sum = i16x8.splat(0);
  if (((x | y) & 3) === 0) {
    read(row, row + 8);
    for (let v = 0; v < 8; v++) sum = i16x8.add(sum, differences(v, v128.load(w + v * pitch)));
  } else {
    read(row - 1, row + 10);
    if ((y & 3) === 0) sum = acrossError(w, across);
    else if ((x & 3) === 0) sum = downError(w, down);
    else sum = partError(w, across, down);
  }
  return sumOf(i32x4.extadd_pairwise_i16x8_s(sum));
}

function consider(x: i32, y: i32): void {
  if (x < -LIMIT || x >= LIMIT || y < -LIMIT || y >= LIMIT) return;
  const error = f64(errorAt(x, y));
  if (error >= bestError) return;
  bestError = error;
  bestX = x;
  bestY = y;
}

function refine(bias: f64): void {
  const startX = bestX;
  const startY = bestY;
  const start = bestError;
  for (let step = FIRST_STEP; step >= 1; ) {
    const x = bestX;
    const y = bestY;
    const base = step >= 4 ? (x >> 2) << 2 : x;
    const high = step >= 4 ? (y >> 2) << 2 : y;
    consider(base - step, high);
    consider(base + step, high);
    consider(base, high - step);
    consider(base, high + step);
    if ((bestX === x && bestY === y) || step < 4) step >>= 1;
  }
  bestError += bias;
  if (bestError < start) return;
  bestError = start;
  bestX = startX;
  bestY = startY;
}

/** Looks for the picture of the block at x, y around it: likely motions first; from an error of `enough` on, everywhere. */
function search(x: i32, y: i32, candidates: i32, x0: i32, y0: i32, x1: i32, y1: i32, enough: f64, bias: f64): void {
  windowed = !isComplete();
  if (windowed) {
    origin = WINDOW_AT;
    pitch = PITCH;
    left = wrap(x - BORDER, width);
    top = wrap(y - BORDER, height);
    first = last = BORDER;
  } else {
    pitch = shadePitch();
    origin = shadeAt() + y * pitch + 2 * x;
  }
  bestX = bestY = 0;
  bestError = f64(errorAt(0, 0));
  if (candidates > 0) consider(x0, y0);
  if (candidates > 1) consider(x1, y1);
  if (bestError > enough) refine(bias);
  store<i32>(MOTION_AT, bestX);
  store<i32>(MOTION_AT, bestY, 4);
}

/**
 * What of place (0), mean (1) and motion (2) is nearest to the truth; what a motion points to is read then. As BlockPredictor.ts.
 * `known` tells of the place, `candidates` is −1 where nothing moves.
 */
export function choose(known: i32, step: i32, x: i32, y: i32, candidates: i32, x0: i32, y0: i32, x1: i32, y1: i32): i32 {
  let sum = i32x4.splat(0);
  for (let j = 0; j < 128; j += 16) sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(v128.load(TRUTH_AT + j)));
  const mean = i16x8.splat(i16(sumOf(sum) / 64));
  let flat = i16x8.splat(0);
  let still = i16x8.splat(0);
  for (let j = 0; j < 128; j += 16) {
    const luma = v128.load(TRUTH_AT + j);
    flat = i16x8.add(flat, i16x8.abs(i16x8.sub(luma, mean)));
    still = i16x8.add(still, i16x8.abs(i16x8.sub(luma, v128.load(CANVAS_AT + j))));
  }
  const plain = f64(sumOf(i32x4.extadd_pairwise_i16x8_s(flat)));
  const changed = known ? f64(sumOf(i32x4.extadd_pairwise_i16x8_s(still))) : Infinity;
  const otherwise = plain < changed ? MEAN : PLACE;
  let best = min(plain, changed);
  if (candidates < 0 || best < f64(step)) return otherwise;
  search(x, y, candidates, x0, y0, x1, y1, f64(4 * step), MOTION_BIAS * f64(step));
  best -= (MERGE_BIAS * f64(step)) / 4;
  if (bestError / 4 >= best) return otherwise;
  readMoved(x, y, bestX, bestY);
  return MOTION;
}
