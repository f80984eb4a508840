import { createModel, type FrameState, type RangeCoder, resetModel } from '@sgaps/protocol';
import { CUBE } from './cube.js';
import { type PaddedPicture, PLANES } from './PaddedPicture.js';
import { screenPlace } from './StateTokens.js';

/** Regions that cubes are told apart by (H6). */
export const REGIONS = 8;
/** The last two are the game's own: what it calls critical, and what does not scroll. The others are found. */
const CRITICAL = 6;
const INTERFACE = 7;
const FOUND = 6;
const ROUNDS = 6;
const FEATURES = 6;
/** `TrackedObject.tag` of tier 0. */
const CRITICAL_TAG = 1;

/**
 * The region of each cube of a group, and the regions' order of importance (H6, H7, H17): from the game's tags and what does not scroll, the rest by clustering of
 * brightness, colour, texture, change and place. The encoder finds them and sends them, so both ends have the same.
 */
export class CubeRegions {
  readonly region: Int32Array;
  readonly rank = new Int32Array(REGIONS);
  private readonly model = createModel(REGIONS ** 3);

  constructor(
    private readonly columns: number,
    private readonly cubes: number,
  ) {
    this.region = new Int32Array(cubes);
  }

  reset(): void {
    resetModel(this.model);
    this.region.fill(0);
    this.rank.forEach((_, i) => {
      this.rank[i] = i;
    });
  }

  /** Each cube in the context of those left of it and above; then the order. */
  code(coder: RangeCoder): void {
    const { columns, region, rank, model } = this;
    for (let cube = 0; cube < this.cubes; cube++) {
      const left = cube % columns > 0 ? region[cube - 1] : 0;
      const above = cube >= columns ? region[cube - columns] : left;
      region[cube] = coder.symbol(model, REGIONS * (REGIONS * left + above), 3, region[cube]);
    }
    // A permutation, place by place.
    const rest = Array.from({ length: REGIONS }, (_, i) => i);
    for (let place = 0; place < REGIONS; place++) {
      const at = coder.uniform(Math.max(0, coder.encoding ? rest.findIndex((r) => rank[r] === place) : 0), rest.length);
      const [found] = rest.splice(at, 1);
      rank[found] = place;
    }
  }

  /** Finds the regions of a group from its first picture and its last (encoder only). */
  find(first: PaddedPicture, last: PaddedPicture, state: FrameState | null): void {
    const features = this.features(first, last);
    this.cluster(features);
    if (state) this.takeTags(state);
    this.order(features);
  }

  /** By cube: brightness, two colours, texture, change, and how far down it is; each about 0 … 1. */
  private features(first: PaddedPicture, last: PaddedPicture): Float64Array {
    const features = new Float64Array(this.cubes * FEATURES);
    for (let cube = 0; cube < this.cubes; cube++) {
      const start = first.at(CUBE * (cube % this.columns), CUBE * Math.floor(cube / this.columns));
      const at = cube * FEATURES;
      for (let plane = 0; plane < PLANES; plane++) {
        const values = first.planes[plane];
        let sum = 0;
        let texture = 0;
        let change = 0;
        for (let row = 0; row < CUBE; row++)
          for (let i = start + row * first.stride, end = i + CUBE; i < end; i++) {
            sum += values[i];
            texture += Math.abs(values[i] - values[i + 1]);
            change += Math.abs(values[i] - last.planes[plane][i]);
          }
        features[at + plane] = sum / (1530 * CUBE * CUBE);
        features[at + 3] += texture / (200 * CUBE * CUBE);
        features[at + 4] += change / (200 * CUBE * CUBE);
      }
      features[at + 5] = Math.floor(cube / this.columns) / (this.cubes / this.columns);
    }
    return features;
  }

  /** k-means from evenly spaced cubes. */
  private cluster(features: Float64Array): void {
    const centres = new Float64Array(FOUND * FEATURES);
    for (let k = 0; k < FOUND; k++) {
      const cube = Math.floor(((k + 0.5) * this.cubes) / FOUND);
      centres.set(features.subarray(cube * FEATURES, (cube + 1) * FEATURES), k * FEATURES);
    }
    for (let round = 0; round < ROUNDS; round++) {
      const sums = new Float64Array(centres.length);
      const counts = new Float64Array(FOUND);
      for (let cube = 0; cube < this.cubes; cube++) {
        let nearest = 0;
        let least = Number.POSITIVE_INFINITY;
        for (let k = 0; k < FOUND; k++) {
          let distance = 0;
          for (let f = 0; f < FEATURES; f++) distance += (features[cube * FEATURES + f] - centres[k * FEATURES + f]) ** 2;
          if (distance >= least) continue;
          least = distance;
          nearest = k;
        }
        this.region[cube] = nearest;
        counts[nearest]++;
        for (let f = 0; f < FEATURES; f++) sums[nearest * FEATURES + f] += features[cube * FEATURES + f];
      }
      for (let i = 0; i < sums.length; i++)
        if (counts[Math.floor(i / FEATURES)] > 0) centres[i] = sums[i] / counts[Math.floor(i / FEATURES)];
    }
  }

  private takeTags({ objects, cameras }: FrameState): void {
    for (const object of objects) {
      const isInterface = object.scrollFactorX === 0 && object.scrollFactorY === 0;
      if (object.tag !== CRITICAL_TAG && !isInterface) continue;
      const [x, y] = screenPlace(object, cameras[0]);
      const fromX = Math.max(0, Math.floor((x - object.width / 2) / CUBE));
      const fromY = Math.max(0, Math.floor((y - object.height / 2) / CUBE));
      const rows = this.cubes / this.columns;
      // What covers most of the screen is a backdrop.
      if (object.width * object.height > (this.cubes * CUBE * CUBE) / 4) continue;
      for (let row = fromY; row < rows && row * CUBE < y + object.height / 2; row++)
        for (let column = fromX; column < this.columns && column * CUBE < x + object.width / 2; column++)
          this.region[row * this.columns + column] = object.tag === CRITICAL_TAG ? CRITICAL : INTERFACE;
    }
  }

  /** The game's own first, then those with most texture and change. */
  private order(features: Float64Array): void {
    const weights = new Float64Array(REGIONS);
    const counts = new Float64Array(REGIONS);
    for (let cube = 0; cube < this.cubes; cube++) {
      weights[this.region[cube]] += features[cube * FEATURES + 3] + features[cube * FEATURES + 4];
      counts[this.region[cube]]++;
    }
    for (let r = 0; r < REGIONS; r++) weights[r] = r >= CRITICAL ? 10 + r : weights[r] / Math.max(1, counts[r]);
    const order = Array.from({ length: REGIONS }, (_, r) => r).sort((a, b) => weights[b] - weights[a] || a - b);
    order.forEach((r, place) => {
      this.rank[r] = place;
    });
  }
}
