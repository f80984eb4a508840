import type { PaddedPicture } from './PaddedPicture.js';

/** Brightness at whole pixels, between columns, between rows, and between both: each as large as a plane of the picture. */
export type FinePlanes = readonly Int16Array[];

interface Kept {
  readonly stamp: number;
  readonly planes: FinePlanes;
}

const kept = new WeakMap<PaddedPicture, Kept>();

/**
 * Brightness at half pixels for motion search (encoder only), made when it is first asked for after the picture has changed. Drawing interpolates by itself: only it must be
 * exact.
 */
export function finePlanes(picture: PaddedPicture): FinePlanes {
  const known = kept.get(picture);
  if (known?.stamp === picture.stamp) return known.planes;
  const [whole] = picture.planes;
  const planes = known ? known.planes : [whole, ...[1, 2, 3].map(() => new Int16Array(whole.length))];
  const [, across, down, both] = planes;
  halve(whole, across, 1);
  halve(whole, down, picture.stride);
  halve(across, both, picture.stride);
  kept.set(picture, { stamp: picture.stamp, planes });
  return planes;
}

/** Values half way to the next, `step` places on. */
function halve(from: Int16Array, to: Int16Array, step: number): void {
  const end = from.length - 4 * step;
  for (let at = 3 * step; at < end; at++) {
    const outer = from[at - 3 * step] + from[at + 4 * step];
    const far = from[at - 2 * step] + from[at + 3 * step];
    const beside = from[at - step] + from[at + 2 * step];
    const near = from[at] + from[at + step];
    to[at] = (40 * near - 11 * beside + 4 * far - outer + 32) >> 6;
  }
}
