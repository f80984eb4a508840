import { depthToCode } from '@sgaps/protocol/vocabulary';

/** Bits of a 32-bit float's mantissa below those that name a table cell: 128 cells an octave, at most one step in each. */
const SHIFT = 16;
/** Outside 2^-5 … 2^13 every depth has the code of the nearest end. */
const FROM = 0x3d00_0000 >>> SHIFT;
const TO = 0x4600_0000 >>> SHIFT;
const SIGN = 0x8000_0000;
const INFINITE = 0x7f80_0000;

/**
 * `depthToCode` of the bits of a 32-bit float, from a table instead of a logarithm: exactly the same code, in a tenth of the
 * time. Building the table takes about a millisecond.
 *
 * @example
 * ```ts
 * const coder = new DepthCoder();
 * const code = coder.code(new Uint32Array(Float32Array.of(12.5).buffer)[0]);
 * ```
 */
export class DepthCoder {
  /** Code of the smallest depth of each cell, and the bits from which on it is one more. */
  readonly #codes = new Uint16Array(TO - FROM);
  readonly #steps = new Uint32Array(TO - FROM);

  constructor() {
    for (let cell = FROM; cell < TO; cell++) {
      const first = (cell << SHIFT) >>> 0;
      const end = first + (1 << SHIFT);
      const code = codeOf(first);
      let low = first;
      let high = end;
      // The first bits in (low, high] with a higher code; `end` where there are none.
      while (high - low > 1) {
        const middle = low + ((high - low) >>> 1);
        if (codeOf(middle) > code) high = middle;
        else low = middle;
      }
      this.#codes[cell - FROM] = code;
      this.#steps[cell - FROM] = high;
    }
  }

  /** The code, 0 … 1023, of the float with these bits. */
  code(bits: number): number {
    if (bits === 0 || bits >= SIGN || bits > INFINITE) return 0;
    const cell = (bits >>> SHIFT) - FROM;
    if (cell < 0) return 1;
    if (cell >= this.#codes.length) return 1023;
    return this.#codes[cell] + (bits >= this.#steps[cell] ? 1 : 0);
  }
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

function codeOf(bits: number): number {
  word[0] = bits;
  return depthToCode(float[0]);
}
