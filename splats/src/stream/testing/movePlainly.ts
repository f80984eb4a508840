import type { NeuralTransformationCache } from '../NeuralTransformationCache.js';
import { levelsOf, widthsOf } from '../StreamGrid.js';
import type { StreamManifest } from '../StreamManifest.js';
import type { StreamState } from '../StreamState.js';

const PRIMES = [1, 2654435761, 805459861];

/** What the kernels do, word by word as the trainer has it (`training/streaming_gaussians/ntc.py`), in doubles; slow. */
export function movePlainly(
  cache: NeuralTransformationCache,
  { bounds }: StreamManifest,
  { positions, turns }: StreamState,
): void {
  for (let splat = 0; splat < positions.length / 3; splat++) {
    const place = [0, 1, 2].map(
      (axis) => (positions[3 * splat + axis] - bounds.low[axis]) / (bounds.high[axis] - bounds.low[axis]),
    );
    if (!place.every((value) => value >= 0 && value <= 1)) continue;
    const output = mlp(cache, lookUp(cache, place));
    for (let axis = 0; axis < 3; axis++) positions[3 * splat + axis] += output[axis];
    const turn = unit([1 + output[3], output[4], output[5], output[6]]);
    turns.set(unit(multiply(turn, [...turns.subarray(4 * splat, 4 * splat + 4)])), 4 * splat);
  }
}

/** The turn b and then the turn a. */
export function multiply([aw, ax, ay, az]: readonly number[], [bw, bx, by, bz]: readonly number[]): number[] {
  return [
    aw * bw - ax * bx - ay * by - az * bz,
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
  ];
}

/** A vector turned. */
export function turned([w, x, y, z]: readonly number[], [a, b, c]: readonly number[]): number[] {
  return multiply(multiply([w, x, y, z], [0, a, b, c]), [w, -x, -y, -z]).slice(1);
}

function unit(values: readonly number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function lookUp({ grid, tables }: NeuralTransformationCache, place: readonly number[]): number[] {
  return levelsOf(grid).flatMap(({ cells, entries, begin, isDense }) => {
    const cell = place.map((value) => Math.min(cells - 1, Math.floor(value * cells)));
    const part = place.map((value, axis) => value * cells - cell[axis]);
    const sum = Array.from({ length: grid.features }, () => 0);
    for (let corner = 0; corner < 8; corner++) {
      const step = [corner & 1, (corner >> 1) & 1, corner >> 2];
      const [x, y, z] = cell.map((value, axis) => value + step[axis]);
      const hash = [x, y, z].reduce((mixed, value, axis) => mixed ^ BigInt(value * PRIMES[axis]), 0n);
      const index = isDense ? x + (cells + 1) * (y + (cells + 1) * z) : Number(hash & BigInt(entries - 1));
      const share = part.reduce((product, value, axis) => product * (step[axis] === 1 ? value : 1 - value), 1);
      for (let feature = 0; feature < grid.features; feature++)
        sum[feature] += share * tables[(begin + index) * grid.features + feature];
    }
    return sum;
  });
}

function mlp({ grid, layers }: NeuralTransformationCache, inputs: readonly number[]): number[] {
  const widths = widthsOf(grid);
  let values = [...inputs];
  let from = 0;
  for (let layer = 1; layer < widths.length; layer++) {
    const outputs = Array.from({ length: widths[layer] }, () => 0);
    for (const [input, value] of values.entries())
      for (let output = 0; output < outputs.length; output++)
        outputs[output] += value * layers[from + input * outputs.length + output];
    from += values.length * outputs.length;
    values = layer < widths.length - 1 ? outputs.map((value) => Math.max(0, value)) : outputs;
  }
  return values;
}
