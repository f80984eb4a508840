/** Bins of expected error, four an octave from 2^-2 on; bin 0 is not worth a look. */
const BINS = 72;
/** Exponent and two bits of mantissa of the least error worth a look: 0.25. */
const FIRST = ((127 - 2) << 2) - 1;

/**
 * Takes the blocks whose turn it is, then those of largest expected error, in a few passes over the screen: no logarithm, no
 * sorting. Equals are taken far from each other.
 *
 * @example
 * ```ts
 * const count = chooser.choose(errors, turns, frameId % 20, 252);
 * for (let block = 0; block < errors.length; block++) if (chooser.taken[block]) ask(block);
 * ```
 */
export class LightChooser {
  /** 1 for each block that was chosen. */
  readonly taken: Uint8Array;
  private readonly order: Int32Array;
  private readonly bin: Uint8Array;
  private readonly counts = new Int32Array(BINS);
  private readonly number = new Float32Array(1);
  private readonly word = new Uint32Array(this.number.buffer);

  constructor(private readonly count: number) {
    this.taken = new Uint8Array(count);
    this.bin = new Uint8Array(count);
    this.order = new Int32Array(count);
    let stride = Math.floor(count * 0.618) | 1;
    while (divisor(stride, count) !== 1) stride += 2;
    for (let n = 0, block = 0; n < count; n++, block = (block + stride) % count) this.order[n] = block;
  }

  /** Chooses at most `most` blocks, first those of this turn; returns how many. Which of equals are taken varies with the turn too. */
  choose(errors: Float32Array, turns: Uint8Array, turn: number, most: number): number {
    const { taken, bin, counts, number, word, count, order } = this;
    counts.fill(0);
    let left = most;
    for (let block = 0; block < count; block++) {
      if (turns[block] === turn && left > 0) {
        taken[block] = 1;
        left--;
        continue;
      }
      taken[block] = 0;
      number[0] = errors[block];
      const place = (word[0] >>> 21) - FIRST;
      const own = place < 1 ? 0 : place >= BINS ? BINS - 1 : place;
      bin[block] = own;
      counts[own]++;
    }
    let whole = BINS;
    while (whole > 1 && counts[whole - 1] <= left) left -= counts[--whole];
    let partial = whole > 1 ? left : 0;
    if (whole > 1) left = 0;
    for (let n = 0, i = Math.imul(turn, 37) % count; n < count; n++, i = i + 1 === count ? 0 : i + 1) {
      const block = order[i];
      if (taken[block] !== 0) continue;
      const own = bin[block];
      if (own === 0 || own < whole - 1 || (own === whole - 1 && partial-- <= 0)) continue;
      taken[block] = 1;
    }
    let chosen = 0;
    for (let block = 0; block < count; block++) chosen += taken[block];
    return chosen;
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
