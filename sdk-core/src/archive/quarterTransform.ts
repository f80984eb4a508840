/** Cosines of the 4-point DCT in 1/2048: √¼, and √½ times the cosines of π/8 and 3π/8. */
const FLAT = 1024;
const WIDE = 1338;
const NARROW = 554;
/** Coefficients are in 1/8, as those of `forwardBlock`. */
const FORWARD_FIRST = 8;
const FORWARD_LAST = 11;
const INVERSE_FIRST = 11;
const INVERSE_LAST = 14;

const between = new Int32Array(64);

/**
 * The DCTs of the four 4×4 quarters of an 8×8 block of whole numbers, in 1/8, laid among each other: `out[8·(2v + row) + 2u + column]` is frequency u, v of the quarter in that row
 * and column, so that low frequencies come first in the zigzag of the whole. For thin lines and small pixels. `from` and `out` may be the same.
 */
export function forwardQuarters(from: Int32Array, out: Int32Array): void {
  for (let quarter = 0; quarter < 4; quarter++) {
    const row = quarter >> 1;
    const column = quarter & 1;
    for (let y = 0; y < 4; y++) {
      const at = 8 * (4 * row + y) + 4 * column;
      analyse(from[at], from[at + 1], from[at + 2], from[at + 3], between, 16 * quarter + 4 * y, 1, FORWARD_FIRST);
    }
  }
  for (let quarter = 0; quarter < 4; quarter++)
    for (let u = 0; u < 4; u++) {
      const at = 16 * quarter + u;
      const to = 8 * (quarter >> 1) + 2 * u + (quarter & 1);
      analyse(between[at], between[at + 4], between[at + 8], between[at + 12], out, to, 16, FORWARD_LAST);
    }
}

function analyse(a: number, b: number, c: number, d: number, out: Int32Array, to: number, step: number, shift: number): void {
  const half = 1 << (shift - 1);
  out[to] = (Math.imul(FLAT, a + b + c + d) + half) >> shift;
  out[to + step] = (Math.imul(WIDE, a - d) + Math.imul(NARROW, b - c) + half) >> shift;
  out[to + 2 * step] = (Math.imul(FLAT, a - b - c + d) + half) >> shift;
  out[to + 3 * step] = (Math.imul(NARROW, a - d) - Math.imul(WIDE, b - c) + half) >> shift;
}

/** Back from `forwardQuarters`, in place. The same bits on every machine; sums that no picture can give wrap round. */
export function inverseQuarters(block: Int32Array): void {
  for (let quarter = 0; quarter < 4; quarter++)
    for (let u = 0; u < 4; u++) {
      const at = 8 * (quarter >> 1) + 2 * u + (quarter & 1);
      synthesise(block[at], block[at + 16], block[at + 32], block[at + 48], between, 16 * quarter + u, 4, INVERSE_FIRST);
    }
  for (let quarter = 0; quarter < 4; quarter++)
    for (let y = 0; y < 4; y++) {
      const at = 16 * quarter + 4 * y;
      const to = 8 * (4 * (quarter >> 1) + y) + 4 * (quarter & 1);
      synthesise(between[at], between[at + 1], between[at + 2], between[at + 3], block, to, 1, INVERSE_LAST);
    }
}

function synthesise(a: number, b: number, c: number, d: number, out: Int32Array, to: number, step: number, shift: number): void {
  const half = 1 << (shift - 1);
  const even = Math.imul(FLAT, a + c);
  const odd = Math.imul(FLAT, a - c);
  const outer = Math.imul(WIDE, b) + Math.imul(NARROW, d);
  const inner = Math.imul(NARROW, b) - Math.imul(WIDE, d);
  out[to] = (even + outer + half) >> shift;
  out[to + step] = (odd + inner + half) >> shift;
  out[to + 2 * step] = (odd - inner + half) >> shift;
  out[to + 3 * step] = (even - outer + half) >> shift;
}
