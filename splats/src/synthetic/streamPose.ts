import { SgapsError } from '@sgaps/protocol';
import { levelsOf, type StreamGrid, widthsOf } from '../stream/StreamGrid.js';
import type { StreamManifest } from '../stream/StreamManifest.js';

/** How a made-up stream's room stands at a frame: turned about the upright axis through the origin, then moved. */
export interface StreamPose {
  /** Radians. */
  readonly turn: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** The pose of a frame of `makeStream`; it comes again after 60 frames. */
export function streamPose(frame: number): StreamPose {
  const part = (2 * Math.PI * frame) / 60;
  return { turn: 0.4 * Math.sin(part), x: 0.3 * Math.sin(2 * part), y: 0.1 * (Math.cos(part) - 1), z: 0.2 * Math.sin(part) };
}

/** Where a point of frame 0 is, at `at` in `positions`. */
export function placePoint(
  { turn, x, y, z }: StreamPose,
  positions: Float32Array | Float64Array,
  at: number,
): [number, number, number] {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [a, b, c] = positions.subarray(at, at + 3);
  return [cos * a + sin * c + x, b + y, cos * c - sin * a + z];
}

/**
 * Sets the first four numbers of each corner of the first level: how far what is there goes from one pose to the next, and the quaternion's part for the turn. A rigid
 * motion's translation changes evenly over the place, so that what lies between corners is exact.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for a grid that cannot say it.
 */
export function rigidFeatures(
  grid: StreamGrid,
  { low, high }: StreamManifest['bounds'],
  from: StreamPose,
  to: StreamPose,
  tables: Float32Array,
): void {
  const [{ cells, isDense }] = levelsOf(grid);
  const narrow = widthsOf(grid)
    .slice(1, -1)
    .some((width) => width < 8);
  if (!isDense || grid.features < 4 || narrow)
    throw new SgapsError(
      'ARGUMENT_INVALID',
      'A made-up stream needs a first level without hashes, 4 features and layers 8 wide.',
    );
  const turn = to.turn - from.turn;
  const [cos, sin, half] = [Math.cos(turn), Math.sin(turn), Math.tan(turn / 2)];
  const corner = (index: number, axis: number) => low[axis] + (index * (high[axis] - low[axis])) / cells;
  let at = 0;
  for (let k = 0; k <= cells; k++)
    for (let j = 0; j <= cells; j++)
      for (let i = 0; i <= cells; i++, at += grid.features) {
        const [x, z] = [corner(i, 0) - from.x, corner(k, 2) - from.z];
        tables[at] = cos * x + sin * z - x + to.x - from.x;
        tables[at + 1] = to.y - from.y;
        tables[at + 2] = cos * z - sin * x - z + to.z - from.z;
        tables[at + 3] = half;
      }
}
