/**
 * Numbers that look random and follow from a seed, a target's name and the number of the case alone: any case can be made again without those before it (xoshiro128**).
 *
 * @example
 * ```ts
 * const random = new FuzzRandom(7, 'kept', 1200);
 * const length = random.below(64);
 * ```
 */
export class FuzzRandom {
  readonly #state = new Uint32Array(4);

  constructor(seed: number, name: string, index: number) {
    let hash = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
    for (let i = 0; i < 4; i++) {
      hash = (hash + 0x9e3779b9) >>> 0;
      let word = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      this.#state[i] = word ^ (word >>> 15);
    }
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  /** u32. */
  word(): number {
    const state = this.#state;
    const scrambled = Math.imul(state[1], 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = (state[3] << 11) | (state[3] >>> 21);
    return result;
  }

  /** A whole number from 0 to `count` − 1; 0 for a count of 0. */
  below(count: number): number {
    return count > 0 ? this.word() % count : 0;
  }

  /** True with this probability, 0 … 1. */
  chance(share: number): boolean {
    return this.word() < share * 0x100000000;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** A length up to `most`, small ones more often. */
  length(most: number): number {
    return this.below(1 + this.below(1 + this.below(most + 1)));
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.word();
    return bytes;
  }
}
