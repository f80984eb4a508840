import { SgapsError } from '@sgaps/protocol';
import { MOST_SPLATS, makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { setRotation } from '../cloud/setRotation.js';
import { BAND_0 } from '../reference/harmonics.js';
import { unfitSplat } from './splatValues.js';

/** Bytes of a splat. */
const ROW = 32;

/**
 * Splats of a `.splat` file (antimatter15): rows of 32 bytes without a header: position and scale as 6 floats, colour and opacity as 4 bytes, rotation as 4.
 * Harmonics are of degree 0.
 *
 * @throws SgapsError `BYTES_TRUNCATED` where the last row is cut or there is none, `BYTES_MALFORMED` for a position or scale that is not finite or a scale
 * below 0, `LIMIT_EXCEEDED` above 16 million.
 * @example
 * ```ts
 * const cloud = readSplat(await readFile('plush.splat'));
 * ```
 */
export function readSplat(bytes: Uint8Array): SplatCloud {
  if (bytes.length === 0 || bytes.length % ROW !== 0) throw SgapsError.truncated('a .splat file, which has rows of 32 bytes');
  const count = bytes.length / ROW;
  if (count > MOST_SPLATS) throw SgapsError.limit('splats', count, MOST_SPLATS);
  const cloud = makeCloud(count, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let splat = 0, at = 0; splat < count; splat++, at += ROW) {
    for (let axis = 0; axis < 3; axis++) {
      const position = view.getFloat32(at + 4 * axis, true);
      const scale = view.getFloat32(at + 12 + 4 * axis, true);
      if (!Number.isFinite(position)) throw unfitSplat(splat, 'xyz'[axis], position);
      if (!Number.isFinite(scale) || scale < 0) throw unfitSplat(splat, `scale_${axis}`, scale);
      cloud.positions[3 * splat + axis] = position;
      cloud.scales[3 * splat + axis] = scale;
      cloud.harmonics[3 * splat + axis] = (bytes[at + 24 + axis] / 255 - 0.5) / BAND_0;
    }
    cloud.opacities[splat] = bytes[at + 27] / 255;
    const [w, x, y, z] = [bytes[at + 28], bytes[at + 29], bytes[at + 30], bytes[at + 31]];
    setRotation(cloud.rotations, 4 * splat, w - 128, x - 128, y - 128, z - 128);
  }
  return cloud;
}
