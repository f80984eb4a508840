import type { Camera3D } from '@sgaps/protocol';

/** Cosine and more of the turn of one step that is a cut, not a motion to carry on: trace of its rotation. */
const LEAST_TRACE = 2.5;

/**
 * The camera `frames` on, if every frame takes it the rigid `step` of its view space (`viewStep`) on (S12). A sudden turn is not
 * carried on.
 *
 * @example
 * ```ts
 * const soon = carryCamera(camera, step, 2);
 * ```
 */
export function carryCamera(camera: Camera3D, step: Float64Array, frames: number): Camera3D {
  if (step[0] + step[4] + step[8] < LEAST_TRACE) return camera;
  let view = Float64Array.from(camera.view);
  for (let n = 0; n < frames; n++) {
    const next = new Float64Array(16);
    for (let row = 0; row < 16; row += 4) {
      for (let j = 0; j < 3; j++) {
        next[row + j] =
          view[row] * step[j] + view[row + 1] * step[3 + j] + view[row + 2] * step[6 + j] + view[row + 3] * step[9 + j];
      }
      next[row + 3] = view[row + 3];
    }
    view = next;
  }
  return { ...camera, view: Float32Array.from(view) };
}
