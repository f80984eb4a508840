import type { Camera2D, FrameState, TrackedObject } from '@sgaps/protocol';
import { carryCamera } from '../memory/depth/carryCamera.js';

/** A faster jump is a cut, not a motion to carry on, grid pixels per frame. */
const JUMP = 40;

/**
 * The state `frames` after `now`, every camera and object moving on as it did since `before` (S12). `step` is the last step of
 * the first 3D camera's view, where memory knows one; without, 3D cameras stand still.
 *
 * @example
 * ```ts
 * const soon = extrapolateState(previous, current, 2);
 * ```
 */
export function extrapolateState(
  before: FrameState | null,
  now: FrameState,
  frames: number,
  step: Float64Array | null = null,
): FrameState {
  if (!before || frames === 0) return now;
  const cameras = now.cameras.map((camera, i) => moveCamera(before.cameras[i], camera, frames));
  const known = new Map(before.objects.map((object) => [object.id, object]));
  const objects = now.objects.map((object) => moveObject(known.get(object.id), object, frames));
  const cameras3d = step
    ? now.cameras3d.map((camera, i) => (i === 0 ? carryCamera(camera, step, frames) : camera))
    : now.cameras3d;
  return { cameras, cameras3d, objects, values: now.values };
}

function moveCamera(before: Camera2D | undefined, now: Camera2D, frames: number): Camera2D {
  if (!before || before.id !== now.id) return now;
  return { ...now, viewX: onward(before.viewX, now.viewX, frames), viewY: onward(before.viewY, now.viewY, frames) };
}

function moveObject(before: TrackedObject | undefined, now: TrackedObject, frames: number): TrackedObject {
  if (!before) return now;
  const still =
    before.x === now.x &&
    before.y === now.y &&
    before.rotation === now.rotation &&
    before.tileX === now.tileX &&
    before.tileY === now.tileY;
  if (still) return now;
  const turn = now.rotation - before.rotation;
  return {
    ...now,
    x: onward(before.x, now.x, frames),
    y: onward(before.y, now.y, frames),
    tileX: onward(before.tileX, now.tileX, frames),
    tileY: onward(before.tileY, now.tileY, frames),
    rotation: Math.abs(turn) < 0.5 ? now.rotation + turn * frames : now.rotation,
  };
}

function onward(before: number, now: number, frames: number): number {
  const step = now - before;
  return Math.abs(step) < JUMP ? now + step * frames : now;
}
