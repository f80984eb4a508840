import { type HarmonicDegree, harmonicsOf } from '../cloud/SplatCloud.js';

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** Words of 32 bits that one splat's harmonics take as halves. */
export function harmonicWords(degree: HarmonicDegree): number {
  return Math.ceil((3 * harmonicsOf(degree)) / 2);
}

/**
 * The half (IEEE 754 binary16) nearest to a number, ties to even; beyond ±65504 the nearest finite one, 0 for NaN and for what rounds to a denormal, which
 * GPUs may drop anyway.
 */
export function toHalf(value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0];
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000 || size < 0x387ff000) return size > 0x7f800000 ? 0 : sign;
  // Half of the step between halves, less one where the last bit that stays is 0: ties go to even.
  const half = (size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13;
  return sign | (half > 0x7bff ? 0x7bff : half);
}

/**
 * Packs harmonics of `count` splats from `first` on, each splat's beginning at a word of its own. Half the bytes, and what is lost is far below a step
 * of 8-bit colour.
 *
 * @param into at least count · `harmonicWords(degree)` words
 */
export function packHarmonics(
  harmonics: Float32Array,
  degree: HarmonicDegree,
  first: number,
  count: number,
  into: Uint32Array,
): void {
  const floats = 3 * harmonicsOf(degree);
  let from = first * floats;
  let to = 0;
  for (let splat = 0; splat < count; splat++) {
    let at = 0;
    for (; at + 1 < floats; at += 2) into[to++] = toHalf(harmonics[from + at]) | (toHalf(harmonics[from + at + 1]) << 16);
    if (at < floats) into[to++] = toHalf(harmonics[from + at]);
    from += floats;
  }
}
