import { type SplatCamera, splatCamera } from '../camera/SplatCamera.js';
import { lookAt } from './lookAt.js';

/**
 * A camera in the room of `makeScatter`, which looks at the things in its middle.
 *
 * @param width pixels, 1 to 4096.
 * @param height pixels, 1 to 4096.
 * @param turn how far it has gone around them, radians. Default 0.
 * @throws SgapsError `ARGUMENT_INVALID` for a picture of no such size.
 * @example
 * ```ts
 * const camera = scatterCamera(1280, 720, 0.1 * second);
 * ```
 */
export function scatterCamera(width: number, height: number, turn = 0): SplatCamera {
  const view = lookAt([4.2 * Math.sin(turn), -0.6, -5.6 * Math.cos(turn)], [0, 0.7, 0]);
  const focal = 0.8 * width;
  const intrinsics = new Float32Array(16);
  intrinsics[0] = focal;
  intrinsics[5] = focal;
  intrinsics[8] = width / 2;
  intrinsics[9] = height / 2;
  return splatCamera({ view, intrinsics }, width, height);
}
