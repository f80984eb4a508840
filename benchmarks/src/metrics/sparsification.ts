/**
 * Area under the sparsification error (AUSE): how much worse a picture's root mean squared error falls as its pixels are taken away in the order of the predicted
 * error, instead of the true one; both as a share of the error of all. 0 is perfect.
 *
 * @param predicted Anything that ranks pixels, the higher the worse. @param squared True squared errors, as many.
 *
 * @example
 * ```ts
 * const area = sparsificationError(output.logVariance, squaredErrors);
 * ```
 */
export function sparsificationError(predicted: ArrayLike<number>, squared: ArrayLike<number>, steps = 20): number {
  const order = (values: ArrayLike<number>) =>
    Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const byPrediction = curve(order(predicted), squared, steps);
  const byTruth = curve(order(squared), squared, steps);
  if (byTruth[0] === 0) return 0;
  let area = 0;
  for (let k = 0; k < steps; k++) area += (byPrediction[k] - byTruth[k]) / byTruth[0] / steps;
  return area;
}

/** Root mean squared error of what remains when k / steps of the pixels, the last of `order`, are taken away. */
function curve(order: Uint32Array, squared: ArrayLike<number>, steps: number): number[] {
  const sums = new Float64Array(order.length + 1);
  for (let i = 0; i < order.length; i++) sums[i + 1] = sums[i] + squared[order[i]];
  return Array.from({ length: steps }, (_, k) => {
    const left = order.length - Math.floor((order.length * k) / steps);
    return Math.sqrt(sums[left] / left);
  });
}
