import type { FrameStateBuffer } from '../state/FrameStateBuffer.js';

/** Numbers that say how many of each kind follow. */
const COUNTS = 4;

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
