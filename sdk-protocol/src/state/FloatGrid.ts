import { codeSigned, type RangeCoder, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** Exponent below which the step no longer shrinks: the finest step is 2^(FLOOR − 19). */
const FLOOR = 1;
const TOP = 127;
const SIGNIFICANT = 19;
/** The largest number of the grid, and nearly the largest 32-bit float. */
const LARGEST = 0xfffff * 2 ** (TOP - SIGNIFICANT);

/** Model entries of one float: exponent change, residual. */
export const FLOAT_MODEL = 2 * SIGNED_MODEL;

/**
 * The numbers a 3D camera's matrices are sent in: 20 significant bits, and no finer than 2^-18, so that each float is
 * within 2^-20 of its value or 2^-19, whichever is larger. Steps are powers of two: exact, and the same everywhere.
 *
 * @example
 * ```ts
 * FloatGrid.snap(0.1); // 0.1000022888
 * ```
 */
export const FloatGrid = {
  /** The nearest number of the grid; NaN is 0, what is too large the largest. */
  snap(value: number): number {
    if (Number.isNaN(value)) return 0;
    const bounded = value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : Math.fround(value);
    const step = stepOf(exponentOf(bounded));
    // Adding 0 turns −0 into 0.
    return Math.max(-LARGEST, Math.min(LARGEST, Math.fround(Math.round(bounded / step) * step))) + 0;
  },

  /**
   * Codes `value`, which must be on the grid, as a difference to `predicted`.
   * @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED`
   */
  code(coder: RangeCoder, model: Uint32Array, base: number, value: number, predicted: number): number {
    const near = exponentOf(predicted);
    const exponent = near + codeSigned(coder, model, base, coder.encoding ? exponentOf(value) - near : 0);
    if (exponent < FLOOR || exponent > TOP) throw SgapsError.malformed('camera matrix');
    const step = stepOf(exponent);
    const bound = (steps: number): number => (steps > 0x200000 ? 0x200000 : steps < -0x200000 ? -0x200000 : Math.round(steps));
    const expected = bound(predicted / step);
    const steps =
      expected + codeSigned(coder, model, base + SIGNED_MODEL, coder.encoding ? Math.round(value / step) - expected : 0);
    const result = Math.fround(steps * step);
    if (!Number.isFinite(result)) throw SgapsError.malformed('camera matrix');
    return result + 0;
  },
} as const;

function exponentOf(value: number): number {
  scratch[0] = value;
  const exponent = ((scratchBits[0] >>> 23) & 255) - 127;
  return exponent < FLOOR ? FLOOR : exponent > TOP ? TOP : exponent;
}

function stepOf(exponent: number): number {
  return 2 ** (exponent - SIGNIFICANT);
}
