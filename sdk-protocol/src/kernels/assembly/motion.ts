// What a motion points to: read from the rings, interpolated, as planes.
import { BYTES_AT, MOVED_AT, PATCH_AT, ROWS_AT, TAPS_AT } from '../layout';
import { storePlanes } from './colours';
import { addressOf, entriesAt, height, readRound, width, wrap } from './ring';

/** Rows of the block, one before it and two after. */
const ROWS = 11;
/** Bytes of a channel's rows, before and after they are interpolated. */
const CHANNEL_BYTES = 16 * ROWS;
const CHANNEL_ROWS = 16 * ROWS;

/** The rows of the patch as bytes, channel by channel. */
function readPatch(left: i32, top: i32): void {
  const round = left + 12 > width;
  let row = top;
  for (let to = BYTES_AT; to < BYTES_AT + CHANNEL_BYTES; to += 16) {
    if (round) readRound(row, left);
    const from = addressOf(row, left);
    const a = round ? v128.load(PATCH_AT) : entriesAt(from);
    const b = round ? v128.load(PATCH_AT, 16) : entriesAt(from + 16);
    const c = round ? v128.load(PATCH_AT, 32) : entriesAt(from + 32);
    const blueGreen = i8x16.shuffle(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
    const red = i8x16.shuffle(a, b, 2, 6, 10, 14, 18, 22, 26, 30, 0, 0, 0, 0, 0, 0, 0, 0);
    const rest = i8x16.shuffle(c, c, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 0, 0, 0, 0);
    v128.store(to, i8x16.shuffle(red, rest, 0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 0, 0, 0, 0));
    v128.store(to, i8x16.shuffle(blueGreen, rest, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 0, 0, 0, 0), CHANNEL_BYTES);
    v128.store(to, i8x16.shuffle(blueGreen, rest, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 0, 0, 0, 0), 2 * CHANNEL_BYTES);
    if (++row === height) row = 0;
  }
}

/** Eight values between four rows: taps `before` of the first two and `after` of the others, plus `half`, shifted right. */
export function betweenRows(a: v128, b: v128, c: v128, d: v128, before: v128, after: v128, half: v128, shift: i32): v128 {
  const low = i32x4.add(
    i32x4.dot_i16x8_s(i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23), before),
    i32x4.dot_i16x8_s(i8x16.shuffle(c, d, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23), after),
  );
  const high = i32x4.add(
    i32x4.dot_i16x8_s(i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31), before),
    i32x4.dot_i16x8_s(i8x16.shuffle(c, d, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31), after),
  );
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), shift), i32x4.shr_s(i32x4.add(high, half), shift));
}

/** A row of a channel from `ROWS_AT` on, eight between rows, clamped. */
function down(from: i32, before: v128, after: v128): v128 {
  const half = i32x4.splat(2048);
  const value = betweenRows(
    v128.load(from),
    v128.load(from, 16),
    v128.load(from, 32),
    v128.load(from, 48),
    before,
    after,
    half,
    12,
  );
  return i16x8.min_s(i16x8.max_s(value, i16x8.splat(0)), i16x8.splat(255));
}

/** Two taps beside each other, as `dot` takes them. */
export function pairOf(taps: i32): v128 {
  return i32x4.splat((load<i32>(taps) & 0xffff) | (load<i32>(taps, 4) << 16));
}

/** Predicts the block at x, y by a motion, quarter pixels: Y, Co and Cg to `MOVED_AT`. */
export function readMoved(x: i32, y: i32, motionX: i32, motionY: i32): void {
  readPatch(wrap(x + (motionX >> 2) - 1, width), wrap(y + (motionY >> 2) - 1, height));
  const across = TAPS_AT + ((motionX & 3) << 4);
  const fy = motionY & 3;
  if (((motionX & 3) | fy) === 0) {
    let from = BYTES_AT + 17;
    for (let to = MOVED_AT; to < MOVED_AT + 128; to += 16) {
      storePlanes(v128.load8x8_u(from), v128.load8x8_u(from, CHANNEL_BYTES), v128.load8x8_u(from, 2 * CHANNEL_BYTES), to);
      from += 16;
    }
    return;
  }
  const a = i16x8.splat(i16(load<i32>(across)));
  const b = i16x8.splat(i16(load<i32>(across, 4)));
  const c = i16x8.splat(i16(load<i32>(across, 8)));
  const d = i16x8.splat(i16(load<i32>(across, 12)));
  for (let row = 0; row < 3 * CHANNEL_BYTES; row += 16) {
    const from = BYTES_AT + row;
    const left = i16x8.add(i16x8.mul(a, v128.load8x8_u(from)), i16x8.mul(b, v128.load8x8_u(from, 1)));
    const right = i16x8.add(i16x8.mul(c, v128.load8x8_u(from, 2)), i16x8.mul(d, v128.load8x8_u(from, 3)));
    v128.store(ROWS_AT + row, i16x8.add(left, right));
  }
  const before = pairOf(TAPS_AT + (fy << 4));
  const after = pairOf(TAPS_AT + (fy << 4) + 8);
  let from = ROWS_AT;
  for (let to = MOVED_AT; to < MOVED_AT + 128; to += 16) {
    const r = down(from, before, after);
    const g = down(from + CHANNEL_ROWS, before, after);
    const blue = down(from + 2 * CHANNEL_ROWS, before, after);
    storePlanes(r, g, blue, to);
    from += 16;
  }
}
