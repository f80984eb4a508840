import type { CameraMotion } from './CameraMotion.js';
import type { DepthField } from './DepthField.js';
import type { PointPicture } from './PointPicture.js';

/** Parts of a pixel in which motion is told. */
export const MOTION_PARTS = 16;
/** What `motionKnown` says of where a pixel was: nothing; that it stood still, by want of a better word; that its block or the camera said so. */
export const KNOWN = { nowhere: 0, guessed: 128, coded: 255 } as const;
/** Nearer than this share of its depth is at the camera or behind it. */
const BEHIND = 1e-3;

/** Where the picture of each pixel was in the frame before, relative to where it is, in `MOTION_PARTS` of a pixel. */
export interface BackwardMotion {
  readonly motionX: Int16Array;
  readonly motionY: Int16Array;
  /** `KNOWN`. */
  readonly motionKnown: Uint8Array;
}

/** Where all pixels were by the motion from this view to the one before, each as near as its point or else its block. */
export function traceBack(motion: CameraMotion, field: DepthField, points: PointPicture, into: BackwardMotion): void {
  const { width, height, spot, nearness } = points;
  const { motionX, motionY, motionKnown } = into;
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = motion;
  for (let v = 0, at = 0; v < height; v++) {
    for (let u = 0; u < width; u++, at++) {
      const q = spot[at] !== 0 ? nearness[at] : field.at(u, v);
      const w = m6 * u + m7 * v + m8 + q * m11;
      const x = (m0 * u + m1 * v + m2 + q * m9) / w;
      const y = (m3 * u + m4 * v + m5 + q * m10) / w;
      if (w > BEHIND && x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1) {
        motionX[at] = Math.round(MOTION_PARTS * (x - u));
        motionY[at] = Math.round(MOTION_PARTS * (y - v));
        motionKnown[at] = KNOWN.coded;
      } else motionKnown[at] = KNOWN.nowhere;
    }
  }
}
