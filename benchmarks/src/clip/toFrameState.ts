import { type CaptureGrid, type FrameState, LIMITS, type TrackedObject } from '@sgaps/protocol';
import type { ClipFrame, ClipObject } from '@sgaps/server/clips';

/**
 * What the live plugin would send for a clip's frame: one 2D camera and its objects in draw order and layer space
 * (x = screen pivot + scroll factor · view), or one 3D camera. Nothing else of the clip reaches the loop.
 *
 * @example
 * ```ts
 * const state = toFrameState({ width: 320, height: 180 }, clip.per_frame[0]);
 * ```
 */
export function toFrameState(grid: CaptureGrid, frame: ClipFrame | undefined): FrameState {
  if (!frame) return { cameras: [], cameras3d: [], objects: [], values: [] };
  const viewport = { x: 0, y: 0, width: grid.width, height: grid.height };
  if (frame.view && frame.projection) {
    const camera = { id: 0, view: Float32Array.from(frame.view), projection: Float32Array.from(frame.projection), ...viewport };
    return { cameras: [], cameras3d: [camera], objects: [], values: [] };
  }
  const { viewX = 0, viewY = 0, zoom = 1, rotation = 0, objects = [] } = frame;
  const ordered = objects
    .map((object, order) => ({ object, order }))
    .sort((a, b) => a.object.z - b.object.z || a.order - b.order);
  return {
    cameras: frame.cameras ?? [{ id: 0, viewX, viewY, zoom, rotation, ...viewport }],
    cameras3d: [],
    objects: ordered.slice(0, LIMITS.objects).map(({ object }) => toTrackedObject(object, viewX, viewY)),
    values: [],
  };
}

function toTrackedObject(object: ClipObject, viewX: number, viewY: number): TrackedObject {
  const [scrollFactorX, scrollFactorY] = object.sf ?? [1, 1];
  const [tileX, tileY] = object.tile ?? [0, 0];
  return {
    id: object.id,
    texture: object.name.slice(0, LIMITS.nameLength),
    frame: (object.frame ?? '').slice(0, LIMITS.nameLength),
    x: object.cx + scrollFactorX * viewX,
    y: object.cy + scrollFactorY * viewY,
    width: object.dw,
    height: object.dh,
    originX: object.ox,
    originY: object.oy,
    rotation: object.rot ?? 0,
    flipX: Boolean(object.flipX),
    flipY: Boolean(object.flipY),
    alpha: object.alpha ?? 1,
    tint: object.tint ?? 0xffffff,
    scrollFactorX,
    scrollFactorY,
    tileX,
    tileY,
    tag: object.tag ?? 0,
  };
}
