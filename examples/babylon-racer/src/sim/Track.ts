import { turnBetween } from '../../../shared/turnBetween.js';

/** Metres from the centre line: edge of the asphalt, end of the kerbs, and the barrier. */
export const ROAD = { half: 6, kerb: 7, wall: 13.4 };

/** Metres between two samples of the centre line. */
const STEP = 2;
/** Passes that widen bends. */
const WIDER = 70;
/** Points that the road goes through: x, z, height. It begins on the start line's straight, eastwards. */
const THROUGH: readonly (readonly [number, number, number])[] = [
  [-30, -82, 0],
  [40, -82, 0],
  [88, -72, 1],
  [114, -40, 4],
  [102, -4, 7],
  [64, 8, 8],
  [40, 34, 6],
  [58, 64, 7],
  [36, 90, 9],
  [-4, 84, 8],
  [-20, 52, 4],
  [-42, 24, 2],
  [-78, 26, 3],
  [-106, 50, 5],
  [-134, 26, 5],
  [-128, -22, 2],
  [-112, -62, 0],
  [-76, -81, 0],
];

/** A place on the centre line. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
  /** Radians a metre, to the right. */
  readonly curvature: number;
  /** Metres of rise per metre. */
  readonly slope: number;
}

/** A closed road as a chain of places, two metres apart. */
class Track {
  readonly length: number;
  readonly places: readonly Place[];

  constructor() {
    const path = resample(widen(resample(curveThrough(THROUGH), STEP)), STEP);
    this.places = path.map((_, i) => placeOf(path, i));
    this.length = this.places.length * STEP;
  }

  /** Metres along, brought into one lap. */
  wrap(along: number): number {
    return along - this.length * Math.floor(along / this.length);
  }

  /** The place so many metres along; between two samples it is mixed. */
  at(along: number): Place {
    const at = this.wrap(along) / STEP;
    const i = Math.floor(at) % this.places.length;
    const [a, b] = [this.places[i], this.places[(i + 1) % this.places.length]];
    const t = at - Math.floor(at);
    const mix = (from: number, to: number): number => from + (to - from) * t;
    return {
      ...{ x: mix(a.x, b.x), y: mix(a.y, b.y), z: mix(a.z, b.z), slope: mix(a.slope, b.slope) },
      heading: a.heading + turnBetween(a.heading, b.heading) * t,
      curvature: mix(a.curvature, b.curvature),
    };
  }

  /** Where a point lies: metres along and to the right. Looks around `near`, metres along; everywhere without. */
  locate(x: number, z: number, near?: number): { along: number; across: number } {
    const { places } = this;
    const reach = near === undefined ? places.length / 2 : 6;
    const middle = Math.round(this.wrap(near ?? 0) / STEP);
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = Math.floor(middle - reach); i <= middle + reach; i++) {
      const place = places[(i + 2 * places.length) % places.length];
      const distance = (x - place.x) ** 2 + (z - place.z) ** 2;
      if (distance >= least) continue;
      least = distance;
      best = (i + 2 * places.length) % places.length;
    }
    const { x: px, z: pz, heading } = places[best];
    const [sin, cos] = [Math.sin(heading), Math.cos(heading)];
    const ahead = (x - px) * sin + (z - pz) * cos;
    return { along: this.wrap(best * STEP + ahead), across: (x - px) * cos - (z - pz) * sin };
  }
}

/** A closed Catmull-Rom curve, finely cut. */
function curveThrough(points: typeof THROUGH): number[][] {
  const count = points.length;
  return points.flatMap((_, i) => {
    const [a, b, c, d] = [-1, 0, 1, 2].map((step) => points[(i + step + count) % count]);
    return Array.from({ length: 40 }, (_, cut) => {
      const t = cut / 40;
      return [0, 1, 2].map(
        (k) =>
          0.5 *
          (2 * b[k] +
            (c[k] - a[k]) * t +
            (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t ** 2 +
            (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3),
      );
    });
  });
}

/** Makes the tightest bends wider: each point goes to where it lies between its neighbours, many times. */
function widen(path: number[][]): number[][] {
  let result = path;
  for (let pass = 0; pass < WIDER; pass++)
    result = result.map((point, i) => {
      const [before, after] = [result[(i + result.length - 1) % result.length], result[(i + 1) % result.length]];
      return point.map((value, axis) => value / 2 + (before[axis] + after[axis]) / 4);
    });
  return result;
}

/** The same curve in equal steps of about `step` metres; the last leads to the first again. */
function resample(curve: readonly (readonly number[])[], step: number): number[][] {
  const lengths = curve.map(([x, z], i) => {
    const [nextX, nextZ] = curve[(i + 1) % curve.length];
    return Math.hypot(nextX - x, nextZ - z);
  });
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const count = Math.round(total / step);
  const result: number[][] = [];
  let i = 0;
  let passed = 0;
  for (let k = 0; k < count; k++) {
    const wanted = (k / count) * total;
    while (passed + lengths[i] <= wanted) passed += lengths[i++];
    const t = (wanted - passed) / lengths[i];
    result.push(curve[i].map((from, axis) => from + (curve[(i + 1) % curve.length][axis] - from) * t));
  }
  return result;
}

function placeOf(path: readonly (readonly number[])[], i: number): Place {
  const point = (step: number) => path[(i + step + path.length) % path.length];
  const [x, z, y] = point(0);
  const heading = (from: number, to: number): number => Math.atan2(point(to)[0] - point(from)[0], point(to)[1] - point(from)[1]);
  return {
    ...{ x, y, z, heading: heading(-1, 1) },
    // Over six metres: what is cut of a curve is not smooth to the last bit.
    curvature: turnBetween(heading(-4, -2), heading(2, 4)) / (6 * STEP),
    slope: (point(2)[2] - point(-2)[2]) / (4 * STEP),
  };
}

/** The circuit of Apex Valley. */
export const TRACK = new Track();
