/** Pixels of a picture's longest side, margins and all. */
const LONGEST_SIDE = 4096;
/** ms that a canvas has to keep its size before pictures follow: each new size costs the server. */
const STEADY = 200;

/** Says which size pictures are asked for in, on a canvas whose size may change while somebody drags it. */
export class PictureScale {
  readonly margin: number;
  /** Pixels for one of the canvas. */
  resolution: number;
  /** Of the next picture, without the margin; the same object each time. */
  readonly size: { readonly width: number; readonly height: number };
  readonly #size = { width: 1, height: 1 };
  readonly #wanted = { width: 0, height: 0 };
  #since = 0;

  /** @param margin Part of a side that is added at each edge. */
  constructor(resolution: number, margin: number) {
    this.resolution = resolution;
    this.margin = margin;
    this.size = this.#size;
  }

  /** Tells of the canvas that the camera which asks for pictures has now. @param now ms @returns `size` */
  of(columns: number, rows: number, now: number): { readonly width: number; readonly height: number } {
    // `widen` rounds each margin up by half a pixel at most.
    const most = (LONGEST_SIDE - 2) / (1 + 2 * this.margin);
    const scale = Math.min(this.resolution, most / Math.max(columns, rows, 1));
    const width = Math.max(1, Math.round(scale * columns));
    const height = Math.max(1, Math.round(scale * rows));
    const isFirst = this.#wanted.width === 0;
    if (width !== this.#wanted.width || height !== this.#wanted.height) {
      this.#wanted.width = width;
      this.#wanted.height = height;
      this.#since = now;
    }
    if (isFirst || now - this.#since >= STEADY) {
      this.#size.width = width;
      this.#size.height = height;
    }
    return this.size;
  }
}
