/** Values of a digit of a depth's bits. */
const RADIX = 1 << 16;

/**
 * Indices of depths above 0 from the nearest to the farthest, ties by index: a radix sort, since the bits of such floats rise as they do.
 */
export function depthOrder(depths: Float64Array): Uint32Array {
  const digits = new Uint16Array(depths.buffer, depths.byteOffset, 4 * depths.length);
  const starts = new Uint32Array(RADIX);
  let order = Uint32Array.from(depths, (_, index) => index);
  let next = new Uint32Array(depths.length);
  for (let digit = 0; digit < 4; digit++) {
    starts.fill(0);
    for (let at = digit; at < digits.length; at += 4) starts[digits[at]]++;
    for (let value = 0, sum = 0; value < RADIX; value++) {
      const count = starts[value];
      starts[value] = sum;
      sum += count;
    }
    for (const index of order) next[starts[digits[4 * index + digit]]++] = index;
    [order, next] = [next, order];
  }
  return order;
}
