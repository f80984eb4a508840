import { depthToCode } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { DepthCoder } from './DepthCoder.js';

const coder = new DepthCoder();
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

describe('DepthCoder', () => {
  it('gives the code of every step and of the floats on both sides of it', () => {
    let compared = 0;
    for (let code = 1; code < 1023; code++) {
      // Where round() steps from one code to the next.
      float[0] = 0.05 * Math.exp(((code - 0.5) / 1022) * Math.log(100_000));
      const middle = bits[0];
      for (let off = -40; off <= 40; off++) {
        bits[0] = middle + off;
        expect(coder.code(bits[0])).toBe(depthToCode(float[0]));
        compared++;
      }
    }
    expect(compared).toBe(1022 * 81);
  });

  it('agrees over all scales, with nothing drawn, and with what is no depth', () => {
    for (let at = 0; at < 2 ** 32; at += 1_048_573) {
      bits[0] = at;
      if (Number.isNaN(float[0])) expect(coder.code(at)).toBe(0);
      else expect(coder.code(at)).toBe(depthToCode(float[0]));
    }
    for (const z of [0, -0, -3, 1e-30, 0.05, 5000, 1e8, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      float[0] = z;
      expect(coder.code(bits[0])).toBe(depthToCode(z));
    }
  });
});
