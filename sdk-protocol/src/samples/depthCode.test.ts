import { describe, expect, it } from 'vitest';
import { codeToDepth, depthToCode } from './depthCode.js';

describe('depth codes', () => {
  it('follow z = 0.05 · exp((code − 1) / 1022 · ln 100,000) and come back', () => {
    for (let code = 1; code <= 1023; code++) {
      const z = codeToDepth(code);
      expect(z / (0.05 * Math.exp(((code - 1) / 1022) * Math.log(100_000)))).toBeCloseTo(1, 11);
      expect([depthToCode(z), depthToCode(z * 1.005), depthToCode(z / 1.005)]).toEqual([code, code, code]);
    }
    expect([codeToDepth(1), depthToCode(12.5)]).toEqual([0.05, 491]);
    expect(codeToDepth(1023)).toBeCloseTo(5000, 6);
  });

  it('say 0 where nothing was drawn and hold what is out of range at its ends', () => {
    expect([0, -0, -3, Number.NaN, Number.NEGATIVE_INFINITY].map(depthToCode)).toEqual([0, 0, 0, 0, 0]);
    expect([1e-9, 0.049, 5001, Number.POSITIVE_INFINITY].map(depthToCode)).toEqual([1, 1, 1023, 1023]);
    expect(codeToDepth(0)).toBe(0);
    expect([-1, 0.5, 1024, Number.NaN].map(codeToDepth)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  });
});
