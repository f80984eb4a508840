import type { FrameState } from '@sgaps/protocol';
import type { FrameStateBuffer } from '../state/FrameStateBuffer.js';

const COUNTS = 4;
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

/**
 * Reads what `flattenState` wrote into a cleared buffer; returns where it ends.
 *
 * @example
 * ```ts
 * buffer.clear();
 * const end = restoreState(numbers, 0, names, buffer);
 * ```
 */
export function restoreState(from: Float64Array, at: number, names: readonly string[], out: FrameStateBuffer): number {
  const [cameras, cameras3d, objects, values] = [from[at], from[at + 1], from[at + 2], from[at + 3]];
  at += COUNTS;
  for (let i = 0; i < cameras; i++) {
    const camera = out.addCamera();
    camera.id = from[at++];
    camera.viewX = from[at++];
    camera.viewY = from[at++];
    camera.zoom = from[at++];
    camera.rotation = from[at++];
    camera.x = from[at++];
    camera.y = from[at++];
    camera.width = from[at++];
    camera.height = from[at++];
  }
  for (let i = 0; i < cameras3d; i++) {
    const camera = out.addCamera3d();
    camera.id = from[at++];
    camera.x = from[at++];
    camera.y = from[at++];
    camera.width = from[at++];
    camera.height = from[at++];
    for (let k = 0; k < 16; k++) camera.view[k] = from[at++];
    for (let k = 0; k < 16; k++) camera.projection[k] = from[at++];
  }
  for (let i = 0; i < objects; i++) {
    const object = out.addObject();
    object.id = from[at++];
    object.texture = names[from[at++]] ?? '';
    object.frame = names[from[at++]] ?? '';
    object.x = from[at++];
    object.y = from[at++];
    object.width = from[at++];
    object.height = from[at++];
    object.originX = from[at++];
    object.originY = from[at++];
    object.rotation = from[at++];
    const flips = from[at++];
    object.flipX = (flips & 1) !== 0;
    object.flipY = (flips & 2) !== 0;
    object.alpha = from[at++];
    object.tint = from[at++];
    object.scrollFactorX = from[at++];
    object.scrollFactorY = from[at++];
    object.tileX = from[at++];
    object.tileY = from[at++];
    object.tag = from[at++];
  }
  for (let i = 0; i < values; i++) out.values.push(from[at++]);
  return at;
}
