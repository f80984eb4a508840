import type { MaskRect } from '../sampler/Sampler.js';

/** Rectangles kept apart; with more, the whole picture is masked rather than any of them forgotten. */
const MOST = 64;

/**
 * The rectangles that nobody may see of one frame, filled anew for every frame. Whatever is given is rounded outward to
 * whole canvas pixels, and one more for what antialiasing smears; what makes no sense masks the whole picture.
 *
 * @example
 * ```ts
 * masks.clear(canvas.width, canvas.height);
 * masks.add(12.4, 600, 380, 90);
 * ```
 */
export class MaskList {
  readonly #rects: Record<keyof MaskRect, number>[] = [];
  readonly #pool: Record<keyof MaskRect, number>[] = [];
  #width = 0;
  #height = 0;

  /** Starts a frame on a canvas of this size. */
  clear(width: number, height: number): void {
    this.#rects.length = 0;
    this.#width = width;
    this.#height = height;
  }

  /** What is masked, whole canvas pixels from the top left. */
  get rects(): readonly MaskRect[] {
    return this.#rects;
  }

  /** Masks a rectangle, canvas pixels from the top left. */
  add(x: number, y: number, width: number, height: number): void {
    const left = Math.max(0, Math.floor(x) - 1);
    const top = Math.max(0, Math.floor(y) - 1);
    const right = Math.min(this.#width, Math.ceil(x + width) + 1);
    const bottom = Math.min(this.#height, Math.ceil(y + height) + 1);
    if (right <= left || bottom <= top) return;
    if (Number.isNaN(left + top + right + bottom) || this.#rects.length >= MOST) this.addAll();
    else this.#push(left, top, right - left, bottom - top);
  }

  /** Masks the whole picture. */
  addAll(): void {
    this.#rects.length = 0;
    this.#push(0, 0, this.#width, this.#height);
  }

  #push(x: number, y: number, width: number, height: number): void {
    const rect = (this.#pool[this.#rects.length] ??= { x: 0, y: 0, width: 0, height: 0 });
    rect.x = x;
    rect.y = y;
    rect.width = width;
    rect.height = height;
    this.#rects.push(rect);
  }
}
