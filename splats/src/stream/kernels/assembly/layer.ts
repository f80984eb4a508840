// A layer of the MLP, without biases, for four Gaussians at once.
import { ROW } from '../layout';

function keep(into: usize, value: v128, rectify: bool): void {
  v128.store(into, rectify ? f32x4.max(value, f32x4.splat(0)) : value);
}

/** Rows of `row` bytes at `from` into rows of `ROW` at `into`; the weights lie in blocks of 8 outputs, each [inputs, 8]. */
export function layer(from: usize, row: usize, inputs: i32, weights: usize, outputs: i32, into: usize, rectify: bool): void {
  let weight = weights;
  for (let output = 0; output < outputs; output += 8, into += 32) {
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    for (let input = from, end = from + <usize>(4 * inputs); input < end; input += 4, weight += 32) {
      const a = v128.load(weight);
      const b = v128.load(weight, 16);
      const x0 = v128.load32_splat(input);
      const x1 = v128.load32_splat(input + row);
      const x2 = v128.load32_splat(input + 2 * row);
      const x3 = v128.load32_splat(input + 3 * row);
      a0 = f32x4.relaxed_madd(x0, a, a0);
      b0 = f32x4.relaxed_madd(x0, b, b0);
      a1 = f32x4.relaxed_madd(x1, a, a1);
      b1 = f32x4.relaxed_madd(x1, b, b1);
      a2 = f32x4.relaxed_madd(x2, a, a2);
      b2 = f32x4.relaxed_madd(x2, b, b2);
      a3 = f32x4.relaxed_madd(x3, a, a3);
      b3 = f32x4.relaxed_madd(x3, b, b3);
    }
    keep(into, a0, rectify);
    keep(into + 16, b0, rectify);
    keep(into + ROW, a1, rectify);
    keep(into + ROW + 16, b1, rectify);
    keep(into + 2 * ROW, a2, rectify);
    keep(into + 2 * ROW + 16, b2, rectify);
    keep(into + 3 * ROW, a3, rectify);
    keep(into + 3 * ROW + 16, b3, rectify);
  }
}
