/**
 * Pixels marked in any order and read back in raster order: a bit for each pixel of a grid.
 *
 * @example
 * ```ts
 * const marks = new PixelMarks(320 * 180);
 * marks.set(17);
 * marks.take(keys); // keys[0] = 17, and no mark is left
 * ```
 */
export class PixelMarks {
  private readonly words: Uint32Array;

  constructor(pixels: number) {
    this.words = new Uint32Array((pixels + 31) >>> 5);
  }

  /** Marks a pixel; false when it was marked already. */
  set(key: number): boolean {
    const bit = 1 << (key & 31);
    const word = this.words[key >>> 5];
    this.words[key >>> 5] = word | bit;
    return (word & bit) === 0;
  }

  /** Removes all marks. */
  clear(): void {
    this.words.fill(0);
  }

  /** Writes the marked pixels into `keys`, rising, and removes the marks. */
  take(keys: Uint32Array): void {
    const { words } = this;
    let end = 0;
    for (let at = 0; at < words.length; at++) {
      let bits = words[at];
      if (bits === 0) continue;
      words[at] = 0;
      while (bits !== 0) {
        keys[end++] = 32 * at + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
      }
    }
  }
}
