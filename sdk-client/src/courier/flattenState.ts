import type { FrameState } from '@sgaps/protocol';

/** Numbers that say how many of each kind follow. */
const COUNTS = 4;
/** Numbers of a 2D camera, of a 3D camera and of an object. */
const CAMERA = 9;
const CAMERA_3D = 5 + 16 + 16;
const OBJECT = 18;
/** Distinct names of one session after which further ones count as none. */
const MOST_NAMES = 65_536;

/**
 * Gives names numbers, and tells which numbers the other side has not heard of yet. Name 0 is ''.
 *
 * @example
 * ```ts
 * const names = new NameRegistry();
 * const index = names.indexOf('hero'); // 1
 * const news = names.takeNew();        // ['hero']
 * ```
 */
export class NameRegistry {
  readonly #indices = new Map<string, number>([['', 0]]);
  #new: string[] = [];

  /** The name's number; 0 once there are too many names. */
  indexOf(name: string): number {
    const known = this.#indices.get(name);
    if (known !== undefined) return known;
    const index = this.#indices.size;
    if (index >= MOST_NAMES) return 0;
    this.#indices.set(name, index);
    this.#new.push(name);
    return index;
  }

  /** Names that were taken and did not get to the other side after all. */
  putBack(names: readonly string[]): void {
    if (names.length > 0) this.#new = [...names, ...this.#new];
  }

  /** Names numbered since the last call, in order. */
  takeNew(): readonly string[] {
    if (this.#new.length === 0) return NO_NAMES;
    const news = this.#new;
    this.#new = [];
    return news;
  }
}

const NO_NAMES: readonly string[] = [];

/**
 * Numbers a state takes when written flat.
 *
 * @example
 * ```ts
 * const numbers = new Float64Array(flatLength(state));
 * ```
 */
export function flatLength(state: FrameState): number {
  const { cameras, cameras3d, objects, values } = state;
  return COUNTS + CAMERA * cameras.length + CAMERA_3D * cameras3d.length + OBJECT * objects.length + values.length;
}

/**
 * Writes a state as plain numbers from `at` on; returns where it ends. `out` must have `flatLength(state)` numbers left.
 *
 * @example
 * ```ts
 * const end = flattenState(state, names, numbers, 0);
 * ```
 */
export function flattenState(state: FrameState, names: NameRegistry, out: Float64Array, at: number): number {
  const { cameras, cameras3d, objects, values } = state;
  out[at++] = cameras.length;
  out[at++] = cameras3d.length;
  out[at++] = objects.length;
  out[at++] = values.length;
  for (const camera of cameras) {
    out[at++] = camera.id;
    out[at++] = camera.viewX;
    out[at++] = camera.viewY;
    out[at++] = camera.zoom;
    out[at++] = camera.rotation;
    out[at++] = camera.x;
    out[at++] = camera.y;
    out[at++] = camera.width;
    out[at++] = camera.height;
  }
  for (const camera of cameras3d) {
    out[at++] = camera.id;
    out[at++] = camera.x;
    out[at++] = camera.y;
    out[at++] = camera.width;
    out[at++] = camera.height;
    out.set(camera.view, at);
    out.set(camera.projection, at + 16);
    at += 32;
  }
  for (const object of objects) {
    out[at++] = object.id;
    out[at++] = names.indexOf(object.texture);
    out[at++] = names.indexOf(object.frame);
    out[at++] = object.x;
    out[at++] = object.y;
    out[at++] = object.width;
    out[at++] = object.height;
    out[at++] = object.originX;
    out[at++] = object.originY;
    out[at++] = object.rotation;
    out[at++] = (object.flipX ? 1 : 0) | (object.flipY ? 2 : 0);
    out[at++] = object.alpha;
    out[at++] = object.tint;
    out[at++] = object.scrollFactorX;
    out[at++] = object.scrollFactorY;
    out[at++] = object.tileX;
    out[at++] = object.tileY;
    out[at++] = object.tag;
  }
  for (const value of values) out[at++] = value;
  return at;
}
