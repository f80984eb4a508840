import { smooth } from '../../../shared/babylon/colour.js';
import { fractal } from '../../../shared/babylon/noise.js';
import { TRACK } from '../sim/Track.js';

/** Half the size of what there is of the valley, metres east and north. */
export const LAND = { x: 230, z: 190 };
/** The mown verge ends here, and lies so much above the land under it. */
export const VERGE = { end: 16, above: 0.7 };

/** How far the road's centre line is from a place, and how high it is there. */
export function roadNear(x: number, z: number): { distance: number; y: number } {
  let least = Number.POSITIVE_INFINITY;
  let y = 0;
  for (const place of TRACK.places) {
    const distance = (place.x - x) ** 2 + (place.z - z) ** 2;
    if (distance >= least) continue;
    least = distance;
    y = place.y;
  }
  return { distance: Math.sqrt(least), y };
}

/** Height of the ground: level beside the road, hills away from it, and mountains' feet at the valley's edge. */
export function landAt(x: number, z: number): number {
  const { distance, y } = roadNear(x, z);
  const hills = (fractal(x / 260 + 7, z / 260 + 7, 5, 4, 3) - 0.42) * 26;
  const rim = smooth(0.62, 1, Math.max(Math.abs(x) / LAND.x, Math.abs(z) / LAND.z)) * 26;
  const away = smooth(VERGE.end, 62, distance);
  return (y - VERGE.above) * (1 - away) + (hills + rim + y * 0.4) * away;
}
