import type { SplatCamera } from '../camera/SplatCamera.js';
import type { RecordedCamera } from './ReplayFrame.js';

/** How far from turning only a view may be: recordings round their numbers. */
const TOLERANCE = 5e-3;
/** Focal lengths, in pictures: beyond, a camera sees everything or nothing. */
const LEAST_FOCAL = 0.01;
const MOST_FOCAL = 1000;

/**
 * A recorded camera in the space of splats, in which y is down: the game's (x, y, z) is (x, −y, z) there where the game is left-handed, as Babylon is, and (x, −y, −z)
 * where it is right-handed.
 *
 * @param width pixels of the whole picture.
 * @param height pixels of the whole picture.
 * @returns null for a camera that is none: not perspective, without a view that turns and moves only, or with numbers that are not finite.
 * @example
 * ```ts
 * const camera = replayCamera(frame.state.cameras3d[0], 320, 180);
 * if (camera) draw(renderReference(cloud, camera));
 * ```
 */
export function replayCamera(recorded: RecordedCamera, width: number, height: number): SplatCamera | null {
  const { view, projection } = recorded;
  if (view.length < 16 || projection.length < 16) return null;
  for (let at = 0; at < 16; at++) if (!Number.isFinite(view[at]) || !Number.isFinite(projection[at])) return null;
  const forward = projection[11];
  if (Math.abs(forward) !== 1 || projection[15] !== 0) return null;
  const flip = [1, -1, forward];
  const turned = new Float32Array(16);
  // Row vectors have their matrix stored as column vectors have theirs; both spaces' axes are flipped.
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 3; row++)
      turned[4 * column + row] = view[4 * column + row] * flip[row] * (column < 3 ? flip[column] : 1);
  turned[15] = 1;
  if (!turnsOnly(turned)) return null;
  const { x, y, width: across, height: down } = recorded;
  const fx = (projection[0] * across) / 2;
  const fy = (projection[5] * down) / 2;
  const cx = x + (across / 2) * (1 + forward * projection[8]);
  const cy = y + (down / 2) * (1 - forward * projection[9]);
  const isFocal = (focal: number, side: number) => focal >= LEAST_FOCAL * side && focal <= MOST_FOCAL * side;
  if (!isFocal(fx, width) || !isFocal(fy, height) || !Number.isFinite(cx + cy)) return null;
  return { width, height, fx, fy, cx, cy, view: turned };
}

/**
 * How near to a recorded camera its game drew nothing, the game's unit: as its projection tells, or half of that where its depth runs from 0 to 1, which a projection does
 * not tell from one that runs from −1.
 *
 * @example
 * ```ts
 * const truth = renderReference(cloud, camera, { near: Math.max(0.05, recordedNear(recorded)) });
 * ```
 */
export function recordedNear({ projection }: RecordedCamera): number {
  const near = Math.abs(projection[14]) / (Math.abs(projection[10]) + 1);
  return Number.isFinite(near) ? near : 0;
}

function turnsOnly(view: Float32Array): boolean {
  const dot = (a: number, b: number) => view[a] * view[b] + view[a + 1] * view[b + 1] + view[a + 2] * view[b + 2];
  for (const a of [0, 4, 8]) for (const b of [0, 4, 8]) if (!(Math.abs(dot(a, b) - (a === b ? 1 : 0)) < TOLERANCE)) return false;
  const [a, b, c, , d, e, f, , g, h, i] = view;
  return a * (e * i - f * h) - d * (b * i - c * h) + g * (b * f - c * e) > 0;
}
