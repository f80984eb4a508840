// The transform of blocks, quantised and back. As blockTransform.ts and BlockPlanes.ts.
import {
  BETWEEN_AT,
  CANVAS_AT,
  CODED_AT,
  CODED_ENTRIES_AT,
  LEVELS_AT,
  MEANS_AT,
  MOVED_AT,
  RANK_AT,
  RESIDUAL_AT,
  TRUTH_AT,
  ZIGZAG_AT,
} from '../layout';

const MEAN = 1;
const MOTION = 2;
const ROUND_INTER = 22;
const ROUND_INTRA = 26;
const FORWARD_SHIFT = 6;
const FORWARD_LAST = 13;
const INVERSE_SHIFT = 6;
const INVERSE_LAST = 19;

/** Step of a plane. */
function sizeOf(step: i32, plane: i32): i32 {
  return (step * (plane === 0 ? 64 : plane === 1 ? 156 : 128)) >> 6;
}

function times(factor: i32, lanes: v128): v128 {
  return i32x4.mul(i32x4.splat(factor), lanes);
}

/** Four columns of 8 rows of 8 i32, each into eight coefficients; in place. */
function analyse(at: i32, shift: i32): void {
  const x0 = v128.load(at);
  const x1 = v128.load(at, 32);
  const x2 = v128.load(at, 64);
  const x3 = v128.load(at, 96);
  const x4 = v128.load(at, 128);
  const x5 = v128.load(at, 160);
  const x6 = v128.load(at, 192);
  const x7 = v128.load(at, 224);
  const half = i32x4.splat(1 << (shift - 1));
  const s0 = i32x4.add(x0, x7);
  const s1 = i32x4.add(x1, x6);
  const s2 = i32x4.add(x2, x5);
  const s3 = i32x4.add(x3, x4);
  const outer = i32x4.add(s0, s3);
  const inner = i32x4.add(s1, s2);
  const wide = i32x4.sub(s0, s3);
  const near = i32x4.sub(s1, s2);
  const d0 = i32x4.sub(x0, x7);
  const d1 = i32x4.sub(x1, x6);
  const d2 = i32x4.sub(x2, x5);
  const d3 = i32x4.sub(x3, x4);
  v128.store(at, i32x4.shr_s(i32x4.add(times(724, i32x4.add(outer, inner)), half), shift));
  v128.store(at, i32x4.shr_s(i32x4.add(weigh(1004, d0, 851, d1, 569, d2, 200, d3), half), shift), 32);
  v128.store(at, i32x4.shr_s(i32x4.add(i32x4.add(times(946, wide), times(392, near)), half), shift), 64);
  v128.store(at, i32x4.shr_s(i32x4.add(weigh(851, d0, -200, d1, -1004, d2, -569, d3), half), shift), 96);
  v128.store(at, i32x4.shr_s(i32x4.add(times(724, i32x4.sub(outer, inner)), half), shift), 128);
  v128.store(at, i32x4.shr_s(i32x4.add(weigh(569, d0, -1004, d1, 200, d2, 851, d3), half), shift), 160);
  v128.store(at, i32x4.shr_s(i32x4.add(i32x4.sub(times(392, wide), times(946, near)), half), shift), 192);
  v128.store(at, i32x4.shr_s(i32x4.add(weigh(200, d0, -569, d1, 851, d2, -1004, d3), half), shift), 224);
}

function weigh(a: i32, d0: v128, b: i32, d1: v128, c: i32, d2: v128, d: i32, d3: v128): v128 {
  return i32x4.add(i32x4.add(times(a, d0), times(b, d1)), i32x4.add(times(c, d2), times(d, d3)));
}

/** Four columns of 8 rows of 8 i32, each from eight coefficients. */
function synthesise(at: i32, to: i32, shift: i32): void {
  const c0 = v128.load(at);
  const c1 = v128.load(at, 32);
  const c2 = v128.load(at, 64);
  const c3 = v128.load(at, 96);
  const c4 = v128.load(at, 128);
  const c5 = v128.load(at, 160);
  const c6 = v128.load(at, 192);
  const c7 = v128.load(at, 224);
  const half = i32x4.splat(1 << (shift - 1));
  const flat = i32x4.add(times(724, i32x4.add(c0, c4)), half);
  const dent = i32x4.add(times(724, i32x4.sub(c0, c4)), half);
  const slow = i32x4.add(times(946, c2), times(392, c6));
  const fast = i32x4.sub(times(392, c2), times(946, c6));
  const e0 = i32x4.add(flat, slow);
  const e1 = i32x4.add(dent, fast);
  const e2 = i32x4.sub(dent, fast);
  const e3 = i32x4.sub(flat, slow);
  const o0 = weigh(1004, c1, 851, c3, 569, c5, 200, c7);
  const o1 = weigh(851, c1, -200, c3, -1004, c5, -569, c7);
  const o2 = weigh(569, c1, -1004, c3, 200, c5, 851, c7);
  const o3 = weigh(200, c1, -569, c3, 851, c5, -1004, c7);
  v128.store(to, i32x4.shr_s(i32x4.add(e0, o0), shift));
  v128.store(to, i32x4.shr_s(i32x4.add(e1, o1), shift), 32);
  v128.store(to, i32x4.shr_s(i32x4.add(e2, o2), shift), 64);
  v128.store(to, i32x4.shr_s(i32x4.add(e3, o3), shift), 96);
  v128.store(to, i32x4.shr_s(i32x4.sub(e3, o3), shift), 128);
  v128.store(to, i32x4.shr_s(i32x4.sub(e2, o2), shift), 160);
  v128.store(to, i32x4.shr_s(i32x4.sub(e1, o1), shift), 192);
  v128.store(to, i32x4.shr_s(i32x4.sub(e0, o0), shift), 224);
}

/** Four rows by four columns turned, from rows of 32 bytes to rows of 32 bytes. */
function turnQuarter(from: i32, to: i32): void {
  const a = v128.load(from);
  const b = v128.load(from, 32);
  const c = v128.load(from, 64);
  const d = v128.load(from, 96);
  const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const ba = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  const dc = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  v128.store(to, i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  v128.store(to, i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), 32);
  v128.store(to, i8x16.shuffle(ba, dc, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), 64);
  v128.store(to, i8x16.shuffle(ba, dc, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), 96);
}

/** 8 rows of 8 i32 with rows and columns exchanged. */
function turn(from: i32, to: i32): void {
  turnQuarter(from, to);
  turnQuarter(from + 16, to + 128);
  turnQuarter(from + 128, to + 16);
  turnQuarter(from + 144, to + 144);
}

/** 64 i32 the same, four by four. */
function fill(to: i32, lanes: v128): void {
  for (let i = 0; i < 256; i += 16) v128.store(to + i, lanes);
}

/** What differs from zero of 64 i32 that 16 bits hold, a bit each. */
function bitsOf(at: i32): u64 {
  let bits: u64 = 0;
  for (let i = 0; i < 4; i++) {
    const low = i16x8.narrow_i32x4_s(v128.load(at), v128.load(at, 16));
    const high = i16x8.narrow_i32x4_s(v128.load(at, 32), v128.load(at, 48));
    const zero = i8x16.eq(i8x16.narrow_i16x8_s(low, high), i8x16.splat(0));
    bits |= u64(~i8x16.bitmask(zero) & 0xffff) << (16 * i);
    at += 64;
  }
  return bits;
}

/** What of 64 i32 is at least `most` from zero, a bit each in zigzag order. */
function farBits(at: i32, most: i32): u64 {
  const least = i32x4.splat(most);
  let found: u64 = 0;
  for (let j = 0; j < 64; j += 8) {
    const low = i32x4.ge_s(i32x4.abs(v128.load(at)), least);
    const high = i32x4.ge_s(i32x4.abs(v128.load(at, 16)), least);
    let bits = i16x8.bitmask(i16x8.narrow_i32x4_s(low, high));
    while (bits !== 0) {
      found |= u64(1) << load<u8>(RANK_AT + j + ctz(bits));
      bits &= bits - 1;
    }
    at += 32;
  }
  return found;
}

/** The difference of a plane of the truth to its prediction, 64 i32. */
function subtract(prediction: i32, plane: i32, to: i32): void {
  const from = TRUTH_AT + (plane << 7);
  const other = (prediction === MOTION ? MOVED_AT : CANVAS_AT) + (plane << 7);
  const mean = i16x8.splat(i16(load<i32>(MEANS_AT + (plane << 2))));
  for (let j = 0; j < 128; j += 16) {
    const d = i16x8.sub(v128.load(from + j), prediction === MEAN ? mean : v128.load(other + j));
    v128.store(to, i32x4.extend_low_i16x8_s(d));
    v128.store(to, i32x4.extend_high_i16x8_s(d), 16);
    to += 32;
  }
}

/** Quantises the difference to the prediction into the levels; returns about what it costs, bits. */
export function quantise(prediction: i32, step: i32): f64 {
  let bits: f64 = 0;
  for (let p = 0; p < 3; p++) {
    subtract(prediction, p, BETWEEN_AT);
    turn(BETWEEN_AT, RESIDUAL_AT);
    analyse(RESIDUAL_AT, FORWARD_SHIFT);
    analyse(RESIDUAL_AT + 16, FORWARD_SHIFT);
    turn(RESIDUAL_AT, BETWEEN_AT);
    analyse(BETWEEN_AT, FORWARD_LAST);
    analyse(BETWEEN_AT + 16, FORWARD_LAST);
    const size = sizeOf(step, p);
    const round = (size * (prediction === MEAN ? ROUND_INTRA : ROUND_INTER)) >> 6;
    const levels = LEVELS_AT + (p << 8);
    fill(levels, i32x4.splat(0));
    let left = farBits(BETWEEN_AT, size - round);
    if (left === 0) continue;
    const inverse = 1 / f64(size);
    let last = -1;
    let cost: f64 = 0;
    do {
      const k = i32(ctz(left));
      left &= left - 1;
      const c = load<i32>(BETWEEN_AT + (i32(load<u8>(ZIGZAG_AT + k)) << 2));
      const magnitude = i32(f64((c < 0 ? -c : c) + round) * inverse);
      if (magnitude === 0) continue;
      store<i32>(levels + (k << 2), c < 0 ? -magnitude : magnitude);
      cost += 2.2 + 1.3 * f64(31 - clz(magnitude)) + 0.6 * f64(k - last - 1);
      last = k;
    } while (left !== 0);
    bits += last < 0 ? 0 : cost + 4;
  }
  return bits;
}

/** What the levels of a plane say, 64 i32. */
function restore(plane: i32, step: i32, to: i32): void {
  const levels = LEVELS_AT + (plane << 8);
  const size = sizeOf(step, plane);
  let left = bitsOf(levels);
  if (left < 2) {
    fill(to, i32x4.splat((load<i32>(levels) * size + 32) >> 6));
    return;
  }
  fill(to, i32x4.splat(0));
  while (left !== 0) {
    const k = i32(ctz(left));
    left &= left - 1;
    const j = i32(load<u8>(ZIGZAG_AT + k));
    // Rows and columns exchanged, as the first pass wants them.
    store<i32>(to + (((j & 7) << 5) | ((j >> 3) << 2)), load<i32>(levels + (k << 2)) * size);
  }
  synthesise(to, to, INVERSE_SHIFT);
  synthesise(to + 16, to + 16, INVERSE_SHIFT);
  turn(to, BETWEEN_AT);
  synthesise(BETWEEN_AT, to, INVERSE_LAST);
  synthesise(BETWEEN_AT + 16, to + 16, INVERSE_LAST);
}

/** Four of a plane: prediction plus residual. */
function predicted(prediction: i32, plane: i32, j: i32): v128 {
  const from = (prediction === MOTION ? MOVED_AT : CANVAS_AT) + (plane << 7) + (j << 1);
  const before = prediction === MEAN ? v128.load32_splat(MEANS_AT + (plane << 2)) : v128.load16x4_s(from);
  return i32x4.add(before, v128.load(RESIDUAL_AT + (plane << 8) + (j << 2)));
}

/** Prediction plus what the levels say, as colours and as entries. */
export function rebuild(prediction: i32, step: i32): void {
  for (let p = 0; p < 3; p++) restore(p, step, RESIDUAL_AT + (p << 8));
  const bits = i32x4.splat(8);
  let to = CODED_AT;
  for (let j = 0; j < 64; j += 4) {
    const orange = predicted(prediction, 1, j);
    const green = predicted(prediction, 2, j);
    const t = i32x4.sub(predicted(prediction, 0, j), i32x4.shr_s(green, 1));
    const b = i32x4.sub(t, i32x4.shr_s(orange, 1));
    const redGreen = i16x8.narrow_i32x4_s(i32x4.add(b, orange), i32x4.add(green, t));
    const bytes = i8x16.narrow_i16x8_u(redGreen, i16x8.narrow_i32x4_s(b, bits));
    v128.store(CODED_ENTRIES_AT + (j << 2), i8x16.shuffle(bytes, bytes, 8, 4, 0, 12, 9, 5, 1, 13, 10, 6, 2, 14, 11, 7, 3, 15));
    v128.store(to, i8x16.shuffle(bytes, bytes, 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 0, 0, 0, 0));
    to += 12;
  }
}
