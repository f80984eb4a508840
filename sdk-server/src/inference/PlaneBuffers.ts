import type { Batch } from './BatchQueue.js';

/** Buffers kept for the next batches. */
const SPARE = 4;

/**
 * Buffers in which the planes of a batch travel to the thread, which gives them back: a frame's planes are copied once, to where the model reads them.
 *
 * @example
 * ```ts
 * const buffer = buffers.fill(batch);
 * worker.postMessage({ buffer }, [buffer]);
 * ```
 */
export class PlaneBuffers {
  readonly #spare: ArrayBuffer[] = [];

  /** The planes of a batch, frame after frame; the buffer may be longer. */
  fill({ frames }: Batch): ArrayBuffer {
    const bytes = frames[0].planes.length;
    // Sizes by powers of two, so that batches of about as many frames share them.
    const size = bytes * 2 ** Math.ceil(Math.log2(frames.length));
    const at = this.#spare.findIndex(({ byteLength }) => byteLength === size);
    const buffer = at < 0 ? new ArrayBuffer(size) : this.#spare.splice(at, 1)[0];
    for (const [place, { planes }] of frames.entries()) new Uint8Array(buffer).set(planes, place * bytes);
    return buffer;
  }

  /** A buffer that is not needed any more. */
  giveBack(buffer: ArrayBuffer): void {
    this.#spare.push(buffer);
    if (this.#spare.length > SPARE) this.#spare.shift();
  }
}
