// A block's colours as planes, and how far they are from others.
import { BRIGHTNESS_AT, CANVAS_AT, CODED_AT, SENT_AT, TRUTH_AT } from '../layout';

/** Where the colours of the block at hand are. */
export let given: i32 = 0;

/** Eight colours as Y, Co and Cg (YCoCg-R) of the planes that begin at `to`. */
export function storePlanes(r: v128, g: v128, b: v128, to: i32): void {
  const orange = i16x8.sub(r, b);
  const t = i16x8.add(b, i16x8.shr_s(orange, 1));
  const green = i16x8.sub(g, t);
  v128.store(to, i16x8.add(t, i16x8.shr_s(green, 1)));
  v128.store(to, orange, 128);
  v128.store(to, green, 256);
}

function farther(a: v128, b: v128, worst: v128): v128 {
  return i16x8.max_s(worst, i16x8.abs(i16x8.sub(a, b)));
}

/** Channels of eight colours, 3 bytes each, i16. */
function redsOf(first: v128, last: v128): v128 {
  return i16x8.extend_low_i8x16_u(i8x16.shuffle(first, last, 0, 3, 6, 9, 12, 15, 26, 29, 0, 0, 0, 0, 0, 0, 0, 0));
}

function greensOf(first: v128, last: v128): v128 {
  return i16x8.extend_low_i8x16_u(i8x16.shuffle(first, last, 1, 4, 7, 10, 13, 24, 27, 30, 0, 0, 0, 0, 0, 0, 0, 0));
}

function bluesOf(first: v128, last: v128): v128 {
  return i16x8.extend_low_i8x16_u(i8x16.shuffle(first, last, 2, 5, 8, 11, 14, 25, 28, 31, 0, 0, 0, 0, 0, 0, 0, 0));
}

/** Channels of eight entries, i16. */
function sentRedsOf(left: v128, right: v128): v128 {
  return i16x8.extend_low_i8x16_u(i8x16.shuffle(left, right, 2, 6, 10, 14, 18, 22, 26, 30, 0, 0, 0, 0, 0, 0, 0, 0));
}

function sentGreensOf(left: v128, right: v128): v128 {
  return i16x8.extend_low_i8x16_u(i8x16.shuffle(left, right, 1, 5, 9, 13, 17, 21, 25, 29, 0, 0, 0, 0, 0, 0, 0, 0));
}

function sentBluesOf(left: v128, right: v128): v128 {
  return i16x8.extend_low_i8x16_u(i8x16.shuffle(left, right, 0, 4, 8, 12, 16, 20, 24, 28, 0, 0, 0, 0, 0, 0, 0, 0));
}

/** Takes the 64 colours from an address on as truth and what was sent as canvas; returns the largest difference of a channel. */
export function compare(address: i32): i32 {
  given = address;
  let worst = i16x8.splat(0);
  let from = address;
  let sent = SENT_AT;
  for (let j = 0; j < 128; j += 16) {
    const first = v128.load(from);
    const last = v128.load(from, 8);
    const r = redsOf(first, last);
    const g = greensOf(first, last);
    const b = bluesOf(first, last);
    storePlanes(r, g, b, TRUTH_AT + j);
    v128.store(BRIGHTNESS_AT + j, i16x8.add(i16x8.add(r, b), i16x8.shl(g, 1)));
    const left = v128.load(sent);
    const right = v128.load(sent, 16);
    const blue = sentBluesOf(left, right);
    const green = sentGreensOf(left, right);
    const red = sentRedsOf(left, right);
    storePlanes(red, green, blue, CANVAS_AT + j);
    worst = farther(b, blue, farther(g, green, farther(r, red, worst)));
    from += 24;
    sent += 32;
  }
  worst = i16x8.max_s(worst, i8x16.shuffle(worst, worst, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0));
  worst = i16x8.max_s(worst, i8x16.shuffle(worst, worst, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  return max(i32(i16x8.extract_lane_s(worst, 0)), i32(i16x8.extract_lane_s(worst, 1)));
}

/** Takes what was sent as canvas. */
export function readCanvas(): void {
  let sent = SENT_AT;
  for (let to = CANVAS_AT; to < CANVAS_AT + 128; to += 16) {
    const left = v128.load(sent);
    const right = v128.load(sent, 16);
    const b = sentBluesOf(left, right);
    const g = sentGreensOf(left, right);
    const r = sentRedsOf(left, right);
    storePlanes(r, g, b, to);
    sent += 32;
  }
}

/** What was sent, as colours, to `CODED_AT`. */
export function showSent(): void {
  let to = CODED_AT;
  for (let from = SENT_AT; from < SENT_AT + 256; from += 16) {
    const entries = v128.load(from);
    v128.store(to, i8x16.shuffle(entries, entries, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0, 0, 0, 0));
    to += 12;
  }
}

/** Sum of the four lanes. */
export function sumOf(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3)
  );
}

/** Squared difference of truth and canvas, luma, over the block. */
export function changeOf(): i32 {
  let sum = i32x4.splat(0);
  for (let j = 0; j < 128; j += 16) {
    const d = i16x8.sub(v128.load(TRUTH_AT + j), v128.load(CANVAS_AT + j));
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(d, d));
  }
  return sumOf(sum);
}

/** Squared error of what was rebuilt, over all 192 bytes. */
export function errorOf(): i32 {
  let sum = i32x4.splat(0);
  for (let c = 0; c < 192; c += 16) {
    const a = v128.load(CODED_AT + c);
    const b = v128.load(given + c);
    const low = i16x8.sub(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b));
    const high = i16x8.sub(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b));
    sum = i32x4.add(sum, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
  }
  return sumOf(sum);
}
