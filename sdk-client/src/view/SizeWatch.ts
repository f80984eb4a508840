import type { PictureSize } from '../viewer/PictureDecoder.js';

/** Pictures in a row of a size that was not asked for, after which a scene has a size of its own: some may still come that were drawn before it heard. */
export const TAKEN_FOR_OWN = 4;

/**
 * Which size pictures have, whatever was asked for. A scene may keep its own; cameras have to be in pixels of that one then.
 *
 * @example
 * ```ts
 * const { width, height } = sizes.expected;
 * ```
 */
export class SizeWatch {
  #asked: PictureSize | null = null;
  #own: PictureSize | null = null;
  #last: PictureSize | null = null;
  #others = 0;

  /** What the next pictures are expected to have; null before any was asked for. */
  get expected(): PictureSize | null {
    return this.#own ?? this.#asked;
  }

  /** All that a picture may have now, the likeliest first. */
  get candidates(): readonly PictureSize[] {
    return [this.#own, this.#asked, this.#last].filter((size) => size !== null);
  }

  /** @returns whether the server is to be told. */
  ask(size: PictureSize): boolean {
    if (same(size, this.#asked)) return false;
    this.#last = this.#asked;
    this.#asked = { width: size.width, height: size.height };
    this.#others = 0;
    return true;
  }

  /** A picture came. */
  saw(size: PictureSize): void {
    if (same(size, this.#asked)) {
      this.#own = null;
      this.#others = 0;
    } else if (++this.#others >= TAKEN_FOR_OWN) this.#own = { width: size.width, height: size.height };
  }

  /** The server has heard of nothing. */
  forget(): void {
    this.#asked = null;
    this.#others = 0;
  }
}

function same(a: PictureSize, b: PictureSize | null): boolean {
  return a.width === b?.width && a.height === b.height;
}
