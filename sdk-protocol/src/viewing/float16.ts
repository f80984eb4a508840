/** Smallest normal half float, and what is rounded to infinity. */
const SMALLEST_NORMAL = 2 ** -14;
const TOO_LARGE = 65520;
const SIGN = 0x8000;
const INFINITY = 0x7c00;

/**
 * The 16 bits of the half float nearest to a number, ties to even. (`Math.f16round` and `Float16Array` are not everywhere yet.)
 *
 * @example
 * ```ts
 * toFloat16(1); // 0x3c00
 * ```
 */
export function toFloat16(value: number): number {
  if (Number.isNaN(value)) return INFINITY | 0x200;
  const sign = value < 0 || Object.is(value, -0) ? SIGN : 0;
  const size = Math.abs(value);
  if (size >= TOO_LARGE) return sign | INFINITY;
  // A mantissa rounded up to the next power of two carries into the exponent, which is just right.
  if (size < SMALLEST_NORMAL) return sign | roundToEven(size * 2 ** 24);
  const exponent = 17 - Math.clz32(size * 2 ** 14);
  return sign | (((exponent + 14) << 10) + roundToEven(size * 2 ** (10 - exponent)));
}

/**
 * The number of the half float with these 16 bits.
 *
 * @example
 * ```ts
 * fromFloat16(0x3c00); // 1
 * ```
 */
export function fromFloat16(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const sign = bits & SIGN ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
