import type { MaskList } from '@sgaps/client';
import type { CameraView } from './CameraReader.js';
import type { ObjectShape } from './shapes.js';

/**
 * Says of every visible object whether nobody may see it.
 *
 * @example
 * ```ts
 * const hidesNames: MaskPredicate = (object) => (object as { name?: string }).name === 'player-name';
 * ```
 */
export type MaskPredicate = (object: object) => boolean;

/** Containers within containers that are followed. */
const DEPTH = 16;

/**
 * Finds what the game wants hidden: objects named one by one, all within a masked container, and what a predicate picks.
 * An object whose bounds cannot be told hides the whole picture.
 *
 * @example
 * ```ts
 * reader.mask(nameTag);
 * reader.read(cameras.views, masks);
 * ```
 */
export class MaskReader {
  readonly #objects = new Set<object>();
  readonly #predicates = new Set<MaskPredicate>();

  /** Hides an object, or everything a predicate picks. */
  mask(what: object | MaskPredicate): void {
    if (typeof what === 'function') this.#predicates.add(what as MaskPredicate);
    else this.#objects.add(what);
  }

  unmask(what: object | MaskPredicate): void {
    this.#predicates.delete(what as MaskPredicate);
    this.#objects.delete(what);
  }

  /** Nothing is hidden. */
  get isEmpty(): boolean {
    return this.#objects.size === 0 && this.#predicates.size === 0;
  }

  /** Adds the rectangles of everything hidden that these cameras show. */
  read(views: readonly CameraView[], out: MaskList): void {
    for (const view of views) {
      const list = view.systems.displayList?.list;
      if (list) this.#walk(list, view, out, 0, 1, 1, false);
    }
  }

  #walk(
    list: readonly ObjectShape[],
    view: CameraView,
    out: MaskList,
    depth: number,
    factorX: number,
    factorY: number,
    within: boolean,
  ): void {
    for (const object of list) {
      if (!object.willRender(view.camera)) continue;
      // Within containers the scroll factors multiply.
      const fx = object.type === 'Layer' ? factorX : factorX * object.scrollFactorX;
      const fy = object.type === 'Layer' ? factorY : factorY * object.scrollFactorY;
      const hidden = within || this.isHidden(object);
      // One by one: a container's own bounds leave out what has none, and know nothing of its children's scroll factors.
      if (object.list && depth < DEPTH) this.#walk(object.list, view, out, depth + 1, fx, fy, hidden);
      else if (hidden && object.list) out.addAll();
      else if (hidden) addBounds(object, view, out, fx, fy);
    }
  }

  /** True for an object nobody may see. */
  isHidden(object: ObjectShape): boolean {
    if (this.#objects.has(object)) return true;
    for (const picks of this.#predicates) if (picks(object)) return true;
    return false;
  }
}

function addBounds(object: ObjectShape, view: CameraView, out: MaskList, factorX: number, factorY: number): void {
  const bounds = object.getBounds?.();
  if (!bounds) {
    out.addAll();
    return;
  }
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let corner = 0; corner < 4; corner++) {
    const x = bounds.x + (corner & 1) * bounds.width + view.scrollX * (1 - factorX);
    const y = bounds.y + (corner >> 1) * bounds.height + view.scrollY * (1 - factorY);
    const sx = view.a * x + view.c * y + view.tx;
    const sy = view.b * x + view.d * y + view.ty;
    left = Math.min(left, sx);
    right = Math.max(right, sx);
    top = Math.min(top, sy);
    bottom = Math.max(bottom, sy);
  }
  out.add(left, top, right - left, bottom - top);
}
