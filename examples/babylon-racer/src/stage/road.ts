import type { Point, QuadMesh } from '../../../shared/babylon/QuadMesh.js';
import { ROAD, TRACK } from '../sim/Track.js';
import { VERGE } from './land.js';

/** Kerbs lie where the road bends more than this, radians a metre. */
const BENT = 0.011;
/** Metres of road between two cuts, and that a texture goes along before it repeats. */
const CUT = 4;
const LENGTHS = { asphalt: 16, verge: 16, kerb: 3, barrier: 16 };
const RAIL = 0.85;
const FINISH = 1.6;

/** The surfaces that the road is made of. */
export interface RoadSurfaces {
  readonly asphalt: QuadMesh;
  readonly verge: QuadMesh;
  readonly kerb: QuadMesh;
  readonly barrier: QuadMesh;
  readonly chequer: QuadMesh;
}

/** A point so many metres along, to the right and above the road. */
function roadPoint(along: number, across: number, above: number): Point {
  const { x, y, z, heading } = TRACK.at(along);
  return [x + Math.cos(heading) * across, y + above, z - Math.sin(heading) * across];
}

/** Lays asphalt, kerbs, verges and barriers around the circuit. */
export function addRoad(on: RoadSurfaces): void {
  // Whole repeats in a lap, so that nothing jumps at the line.
  const cuts = Math.round(TRACK.length / CUT);
  const turns = (length: number): number => Math.round(TRACK.length / length);
  for (let i = 0; i < cuts; i++) {
    const [from, to] = [(i / cuts) * TRACK.length, ((i + 1) / cuts) * TRACK.length];
    const strip = (mesh: QuadMesh, left: Edge, right: Edge, length: number, u = 1): void => {
      const [v0, v1] = [(i / cuts) * turns(length), ((i + 1) / cuts) * turns(length)];
      const corners = [
        roadPoint(from, ...left),
        roadPoint(from, ...right),
        roadPoint(to, ...right),
        roadPoint(to, ...left),
      ] as const;
      mesh.quad(corners, [0, v0, u, v1]);
    };
    strip(on.asphalt, [-ROAD.half, 0.02], [ROAD.half, 0.02], LENGTHS.asphalt);
    strip(on.verge, [-VERGE.end, -VERGE.above - 0.1], [-ROAD.half, 0], LENGTHS.verge, 2);
    strip(on.verge, [ROAD.half, 0], [VERGE.end, -VERGE.above - 0.1], LENGTHS.verge, 2);
    const bend = Math.max(...[-8, 0, 8].map((step) => Math.abs(TRACK.at(from + step).curvature)));
    if (bend > BENT) {
      strip(on.kerb, [-ROAD.kerb - 0.2, 0.04], [-ROAD.half + 0.1, 0.05], LENGTHS.kerb);
      strip(on.kerb, [ROAD.half - 0.1, 0.05], [ROAD.kerb + 0.2, 0.04], LENGTHS.kerb);
    }
    for (const side of [-ROAD.wall, ROAD.wall]) addRail(on.barrier, side, from, to, [i / cuts, (i + 1) / cuts]);
  }
  const line: [Edge, Edge] = [
    [-ROAD.half + 0.7, 0.05],
    [ROAD.half - 0.7, 0.05],
  ];
  on.chequer.quad(
    [
      roadPoint(-FINISH / 2, ...line[0]),
      roadPoint(-FINISH / 2, ...line[1]),
      roadPoint(FINISH / 2, ...line[1]),
      roadPoint(FINISH / 2, ...line[0]),
    ],
    [0, 0, 1.5, 1],
  );
}

/** Metres to the right, and above the road. */
type Edge = readonly [number, number];

/** A piece of the barrier, seen from the road. */
function addRail(mesh: QuadMesh, side: number, from: number, to: number, [start, end]: readonly [number, number]): void {
  const repeats = Math.round(TRACK.length / LENGTHS.barrier);
  const foot = -(VERGE.above * (ROAD.wall - ROAD.half)) / (VERGE.end - ROAD.half) - 0.15;
  const [a, b] = side < 0 ? [from, to] : [to, from];
  const [u0, u1] = side < 0 ? [start, end] : [end, start];
  mesh.quad(
    [roadPoint(a, side, foot), roadPoint(b, side, foot), roadPoint(b, side, RAIL + foot), roadPoint(a, side, RAIL + foot)],
    [u0 * repeats, 0, u1 * repeats, 1],
  );
}
