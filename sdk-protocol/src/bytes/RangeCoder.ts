/**
 * Both directions of the adaptive binary range coder behind one face: the encoder codes the value it is given and
 * returns it, the decoder ignores the argument and returns what was coded. A codec is therefore written once, and both
 * sides cannot drift apart.
 *
 * A *model* is a `Uint32Array` of adaptive probabilities made by `createModel`: 22 bits of probability that the bit is
 * 1 and 10 bits of how often it was seen, so that it learns fast at first and settles later.
 *
 * @example
 * ```ts
 * const model = createModel(1);
 * const flag = coder.bit(model, 0, wanted ? 1 : 0);
 * ```
 */
export interface RangeCoder {
  /** True when values are given, false when they are read. */
  readonly encoding: boolean;
  /** Bytes written, or read, so far. */
  readonly length: number;
  /** One adaptive binary decision, 0 or 1. */
  bit(model: Uint32Array, index: number, bit: number): number;
  /** A symbol of `bits` bits, each bit in the context of those above it: `2^bits` model entries from `base`. */
  symbol(model: Uint32Array, base: number, bits: number, value: number): number;
  /** A value 0 … total − 1, all equally likely; total is 1 … 65,536. */
  uniform(value: number, total: number): number;
}

/** Observations after which a probability adapts no slower. */
export const MODEL_LIMIT = 60;

/** RATE[n] / 2048 is the step of a probability seen n times, about 1 / (n + 1.5). */
export const RATE = Int32Array.from({ length: 1024 }, (_, n) => Math.floor(16384 / (2 * n + 3)));

const UNSEEN = 0x80000000;

/**
 * A model of `size` decisions, each as likely 1 as 0.
 *
 * @example
 * ```ts
 * const model = createModel(UNSIGNED_MODEL);
 * ```
 */
export function createModel(size: number): Uint32Array {
  return new Uint32Array(size).fill(UNSEEN);
}

/**
 * Forgets all a model learnt.
 *
 * @example
 * ```ts
 * resetModel(model);
 * ```
 */
export function resetModel(model: Uint32Array): void {
  model.fill(UNSEEN);
}

/**
 * Model entries that `codeUnsigned` takes.
 *
 * @example
 * ```ts
 * const model = createModel(2 * UNSIGNED_MODEL); // two kinds of number
 * ```
 */
export const UNSIGNED_MODEL = 66;
/**
 * Model entries that `codeSigned` takes.
 *
 * @example
 * ```ts
 * const model = createModel(SIGNED_MODEL);
 * ```
 */
export const SIGNED_MODEL = 67;

/**
 * An unsigned 32-bit integer: its bit length in unary, adaptively, then one adaptive bit, then plain bits. Small numbers
 * cost a fraction of a bit once learnt, large ones about twice their logarithm.
 *
 * @example
 * ```ts
 * const delta = codeUnsigned(coder, model, 0, frameId - last);
 * ```
 */
export function codeUnsigned(coder: RangeCoder, model: Uint32Array, base: number, value: number): number {
  const want = 32 - Math.clz32(value);
  let size = 0;
  while (size < 32 && coder.bit(model, base + size, size < want ? 1 : 0) === 1) size++;
  if (size < 2) return size;
  let rest = size - 1;
  let result = 1;
  rest--;
  result = (result << 1) | coder.bit(model, base + 33 + size, (value >>> rest) & 1);
  while (rest > 0) {
    const step = rest < 15 ? rest : 15;
    rest -= step;
    result = (result << step) | coder.uniform((value >>> rest) & ((1 << step) - 1), 1 << step);
  }
  return result >>> 0;
}

/**
 * A signed 32-bit integer: magnitude as `codeUnsigned`, then an adaptive sign.
 *
 * @example
 * ```ts
 * x = (predicted + codeSigned(coder, model, 0, x - predicted)) | 0;
 * ```
 */
export function codeSigned(coder: RangeCoder, model: Uint32Array, base: number, value: number): number {
  const magnitude = codeUnsigned(coder, model, base, value < 0 ? -value : value);
  if (magnitude === 0) return 0;
  return coder.bit(model, base + UNSIGNED_MODEL, value < 0 ? 1 : 0) === 1 ? -magnitude | 0 : magnitude | 0;
}
