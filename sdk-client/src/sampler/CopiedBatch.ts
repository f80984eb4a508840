import { SampleBatch } from './SampleBatch.js';

/**
 * A batch of a sampler that has no memory of its own for values: they are kept here, in arrays as large as the largest frame so far.
 *
 * @example
 * ```ts
 * batch.coloursOf(i).set(mapped.subarray(4 * at, 4 * (at + count)));
 * ```
 */
export class CopiedBatch extends SampleBatch {
  readonly #colours: Uint8Array[] = [];
  readonly #depths: Uint32Array[] = [];

  /** Room for the colours of frame `i`. */
  coloursOf(i: number): Uint8Array {
    const frame = this.frames[i];
    if ((this.#colours[i]?.length ?? 0) < 4 * frame.count) this.#colours[i] = new Uint8Array(4 * frame.count);
    frame.rgba = this.#colours[i];
    return frame.rgba;
  }

  /** Copies the depths of frame `i` from words that go away. */
  takeDepths(i: number, words: Uint32Array): void {
    if ((this.#depths[i]?.length ?? 0) < words.length) this.#depths[i] = new Uint32Array(words.length);
    this.#depths[i].set(words);
    this.frames[i].depth = this.#depths[i];
  }
}
