import type { SplatCamera } from '../camera/SplatCamera.js';
import type { PictureBuffers } from './PictureBuffers.js';
import { FRAME_BYTES } from './shaders/frame.js';

/** How far beyond the picture's half the slope of projection is still followed, as in the reference. */
const SLOPE = 1.3;

/** The uniform `Frame`, written anew for each. */
export class FrameUniform {
  readonly bytes = new ArrayBuffer(FRAME_BYTES);
  readonly #floats = new Float32Array(this.bytes);
  readonly #words = new Uint32Array(this.bytes);

  write(camera: SplatCamera, picture: PictureBuffers, near: number, background: ArrayLike<number>, capacity: number): void {
    const { width, height, fx, fy, cx, cy, view } = camera;
    const floats = this.#floats;
    const words = this.#words;
    floats.set(view, 0);
    // The camera is at −Rᵀ t.
    for (let axis = 0; axis < 3; axis++) {
      const column = 4 * axis;
      floats[16 + axis] = -(view[column] * view[12] + view[column + 1] * view[13] + view[column + 2] * view[14]);
      floats[20 + axis] = background[axis];
    }
    floats[19] = near;
    words[23] = capacity;
    floats[24] = fx;
    floats[25] = fy;
    floats[26] = cx;
    floats[27] = cy;
    floats[28] = (SLOPE * width) / (2 * fx);
    floats[29] = (SLOPE * height) / (2 * fy);
    words[30] = width;
    words[31] = height;
    words[32] = picture.columns;
    words[33] = picture.rows;
  }
}
