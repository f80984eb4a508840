import { describe, expect, it } from 'vitest';
import { type HarmonicDegree, makeCloud } from '../cloud/SplatCloud.js';
import { harmonicBasis, splatColour } from './harmonics.js';

/** P_l^m by its recurrences, with the sign (−1)^m of Condon and Shortley. */
function legendre(l: number, m: number, x: number): number {
  let same = 1;
  for (let k = 1; k <= m; k++) same *= -(2 * k - 1) * Math.sqrt(1 - x * x);
  if (l === m) return same;
  let [before, now] = [same, x * (2 * m + 1) * same];
  for (let k = m + 2; k <= l; k++) [before, now] = [now, ((2 * k - 1) * x * now - (k + m - 1) * before) / (k - m)];
  return now;
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

/** The real harmonic of band l and order m, from its definition by angles. */
function harmonic(l: number, m: number, [x, y, z]: readonly number[]): number {
  const order = Math.abs(m);
  const norm = Math.sqrt((((2 * l + 1) / (4 * Math.PI)) * factorial(l - order)) / factorial(l + order));
  const angle = Math.atan2(y, x);
  const turning = m === 0 ? 1 : Math.SQRT2 * (m > 0 ? Math.cos(order * angle) : Math.sin(order * angle));
  return norm * turning * legendre(l, order, z);
}

const unit = (v: readonly number[]) => v.map((value) => value / Math.hypot(...v));
const directions = [
  [0, 0, 1],
  [0, 0, -1],
  [1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
  [1, 2, 3],
  [-3, 0.5, 1],
  [0.2, -0.9, -0.4],
  [-1, -1, 2],
].map(unit);

describe('the harmonics', () => {
  it('are those of the definition by Legendre functions, in order of band and order', () => {
    for (const direction of directions) {
      const basis = new Float64Array(16);
      harmonicBasis(3, direction[0], direction[1], direction[2], basis);
      const expected = [0, 1, 2, 3].flatMap((l) => Array.from({ length: 2 * l + 1 }, (_, i) => harmonic(l, i - l, direction)));
      expected.forEach((value, term) => {
        expect(basis[term], `term ${term} along ${direction}`).toBeCloseTo(value, 12);
      });
    }
  });

  it('have the signs that 3DGS writes down: −y, z, −x in the first band', () => {
    const basis = new Float64Array(16);
    harmonicBasis(1, 0.6, 0.48, 0.64, basis);
    expect([...basis.subarray(0, 4)]).toEqual([
      0.28209479177387814,
      -0.4886025119029199 * 0.48,
      0.4886025119029199 * 0.64,
      -0.4886025119029199 * 0.6,
    ]);
  });

  it.each([0, 1, 2, 3] as HarmonicDegree[])(
    'add up to a colour at degree %i, by channel, along a direction of any length',
    (degree) => {
      const cloud = makeCloud(2, degree);
      const terms = (degree + 1) ** 2;
      for (let at = 0; at < cloud.harmonics.length; at++) cloud.harmonics[at] = Math.sin(at + 1) / 4;
      for (const direction of directions) {
        const colour = { red: 0, green: 0, blue: 0 };
        splatColour(cloud, 1, 7 * direction[0], 7 * direction[1], 7 * direction[2], colour);
        const expected = [0, 1, 2].map((channel) => {
          let sum = 0.5;
          for (let l = 0, term = 0; l <= degree; l++)
            for (let m = -l; m <= l; m++, term++)
              sum += harmonic(l, m, direction) * cloud.harmonics[3 * (terms + term) + channel];
          return Math.max(0, sum);
        });
        expect(colour.red).toBeCloseTo(expected[0], 12);
        expect(colour.green).toBeCloseTo(expected[1], 12);
        expect(colour.blue).toBeCloseTo(expected[2], 12);
      }
    },
  );

  it('never make a colour below 0, nor of what is no number, and may make one above 1', () => {
    const cloud = makeCloud(1, 0);
    cloud.harmonics.set([-5, Number.NaN, 5]);
    const colour = { red: 9, green: 9, blue: 9 };
    splatColour(cloud, 0, 0, 0, 1, colour);
    expect(colour.red).toBe(0);
    expect(colour.green).toBe(0);
    expect(colour.blue).toBeCloseTo(0.5 + 5 * 0.28209479177387814, 12);
  });
});
