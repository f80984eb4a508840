import type { CaptureGrid } from '@sgaps/protocol';
import { encodePreview } from './encodePreview.js';

/**
 * Keeps a WebP of a recent frame: for decoder snapshots (which cannot wait for an encoder), thumbnails and the list of
 * running sessions. Costs nothing until asked, and at most one encode per `maxAge`.
 *
 * @example
 * ```ts
 * const previews = new PreviewMaker(grid, () => loop.newest?.rgb ?? null);
 * const webp = await previews.fresh(1000);
 * ```
 */
export class PreviewMaker {
  /** The newest picture made so far. */
  latest: Uint8Array | null = null;

  readonly #grid: CaptureGrid;
  readonly #source: () => Uint8ClampedArray | null;
  #madeAt = Number.NEGATIVE_INFINITY;
  #making: Promise<Uint8Array | null> | null = null;

  constructor(grid: CaptureGrid, source: () => Uint8ClampedArray | null) {
    this.#grid = grid;
    this.#source = source;
  }

  /** A picture at most `maxAge` ms old, or null while there is no frame. Rejects when the encoder fails. */
  async fresh(maxAge: number): Promise<Uint8Array | null> {
    if (this.latest && performance.now() - this.#madeAt <= maxAge) return this.latest;
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  async #make(): Promise<Uint8Array | null> {
    const rgb = this.#source();
    if (!rgb) return null;
    this.#madeAt = performance.now();
    // The source's buffer is reused by the next frame while the encoder works.
    this.latest = await encodePreview(rgb.slice(), this.#grid.width, this.#grid.height);
    return this.latest;
  }
}
