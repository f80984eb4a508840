/**
 * One step of a view after another: `first`, then `second`; 12 numbers each, row by row, the translation last. `out` may be either.
 *
 * @example
 * ```ts
 * chainSteps(sinceReference, step, sinceReference);
 * ```
 */
export function chainSteps(first: Float64Array, second: Float64Array, out: Float64Array): void {
  const [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11] = second;
  for (let row = 0; row < 12; row += 3) {
    const x = first[row];
    const y = first[row + 1];
    const z = first[row + 2];
    const moved = row === 9 ? 1 : 0;
    out[row] = x * s0 + y * s3 + z * s6 + moved * s9;
    out[row + 1] = x * s1 + y * s4 + z * s7 + moved * s10;
    out[row + 2] = x * s2 + y * s5 + z * s8 + moved * s11;
  }
}

/**
 * The step back, of a step that turns and moves but does not stretch; `out` is another array.
 *
 * @example
 * ```ts
 * undoStep(sinceReference, back);
 * ```
 */
export function undoStep(step: Float64Array, out: Float64Array): void {
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) out[3 * i + j] = step[3 * j + i];
  for (let j = 0; j < 3; j++) out[9 + j] = -(step[9] * out[j] + step[10] * out[3 + j] + step[11] * out[6 + j]);
}
