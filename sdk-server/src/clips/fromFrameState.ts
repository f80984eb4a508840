import type { FrameState, TrackedObject } from '@sgaps/protocol';
import type { ClipFrame, ClipObject } from './ClipState.js';

/** Enough digits to give back a 32-bit float. */
const single = (value: number) => Number(value.toPrecision(9));
const round = (value: number) => Math.round(value * 1e6) / 1e6;

/**
 * A recorded frame state in a clip's words: the first camera is the clip's, further 2D ones are listed in `cameras`; of 3D cameras a clip has one.
 * `toFrameState` turns it back.
 *
 * @example
 * ```ts
 * const frame = fromFrameState(state);
 * ```
 */
export function fromFrameState(state: FrameState): ClipFrame {
  const [camera3d] = state.cameras3d;
  if (camera3d) return { view: Array.from(camera3d.view, single), projection: Array.from(camera3d.projection, single) };
  const [main, ...others] = state.cameras;
  if (!main) return { viewX: 0, viewY: 0, zoom: 1, rotation: 0, objects: [], noScene: true };
  const { viewX, viewY, zoom, rotation } = main;
  return {
    viewX: round(viewX),
    viewY: round(viewY),
    zoom: round(zoom),
    rotation: round(rotation),
    objects: state.objects.map((object, z) => toClipObject(object, z, viewX, viewY)),
    ...(others.length > 0 ? { cameras: state.cameras } : {}),
  };
}

function toClipObject(object: TrackedObject, z: number, viewX: number, viewY: number): ClipObject {
  const { id, width: dw, height: dh, originX: ox, originY: oy, rotation } = object;
  const cx = object.x - object.scrollFactorX * viewX;
  const cy = object.y - object.scrollFactorY * viewY;
  const cos = Math.cos(rotation);
  const sin = Math.sin(rotation);
  const corners = [0, 1, 2, 3].map((corner) => [((corner & 1) - ox) * dw, ((corner >> 1) - oy) * dh]);
  const xs = corners.map(([x, y]) => cx + cos * x - sin * y);
  const ys = corners.map(([x, y]) => cy + sin * x + cos * y);
  const left = Math.min(...xs);
  const top = Math.min(...ys);
  return {
    id,
    name: object.texture,
    ...(object.frame ? { frame: object.frame } : {}),
    x: round(left),
    y: round(top),
    w: round(Math.max(...xs) - left),
    h: round(Math.max(...ys) - top),
    z,
    cx: round(cx),
    cy: round(cy),
    dw: round(dw),
    dh: round(dh),
    ox: round(ox),
    oy: round(oy),
    ...(rotation ? { rot: round(rotation) } : {}),
    ...(object.flipX ? { flipX: 1 } : {}),
    ...(object.flipY ? { flipY: 1 } : {}),
    ...(object.alpha < 1 ? { alpha: round(object.alpha) } : {}),
    ...(object.tint !== 0xffffff ? { tint: object.tint } : {}),
    ...(object.scrollFactorX !== 1 || object.scrollFactorY !== 1 ? { sf: [object.scrollFactorX, object.scrollFactorY] } : {}),
    ...(object.tileX || object.tileY ? { tile: [object.tileX, object.tileY] } : {}),
    ...(object.tag ? { tag: object.tag } : {}),
  };
}
