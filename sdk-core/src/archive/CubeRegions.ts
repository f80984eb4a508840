import type { FrameState } from '@sgaps/protocol';
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
const FEATURES = 5;
const TEXTURE = 3;
/** `TrackedObject.tag` of tier 0. */
const CRITICAL_TAG = 1;

/**
 * The region of each cube of a group, and the regions' order of importance (H6, H7, H17): from the game's tags and what does not scroll, the rest by clustering of
 * brightness, colour, texture and place in the group's first picture as it was decoded. Both ends find the same; nothing is sent.
 */
export class CubeRegions {
  readonly region: Int32Array;
  readonly rank = new Int32Array(REGIONS);

  constructor(
    private readonly columns: number,
    private readonly cubes: number,
  ) {
    this.region = new Int32Array(cubes);
  }

  /** Finds the regions of a group from its first picture, null while that is not known, and from what the game said of it. */
  find(first: PaddedPicture | null, state: FrameState | null): void {
    const features = new Float64Array(this.cubes * FEATURES);
    this.region.fill(0);
    if (first) {
      this.readFeatures(first, features);
      this.cluster(features);
    }
    if (state) this.takeTags(state);
    this.order(features);
  }

  /** By cube: brightness, two colours, texture, and how far down it is; each about 0 … 1. */
  private readFeatures(first: PaddedPicture, features: Float64Array): void {
    for (let cube = 0; cube < this.cubes; cube++) {
      const start = first.at(CUBE * (cube % this.columns), CUBE * Math.floor(cube / this.columns));
      const at = cube * FEATURES;
      for (let plane = 0; plane < PLANES; plane++) {
        const values = first.planes[plane];
        let sum = 0;
        let texture = 0;
        for (let row = 0; row < CUBE; row++) {
          const from = start + row * first.stride;
          for (let i = from; i < from + CUBE; i++) {
            sum += values[i];
            texture += Math.abs(values[i] - values[i + 1]);
          }
        }
        features[at + plane] = sum / (1530 * CUBE * CUBE);
        features[at + TEXTURE] += texture / (200 * CUBE * CUBE);
      }
      features[at + TEXTURE + 1] = Math.floor(cube / this.columns) / (this.cubes / this.columns);
    }
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

  /** The game's own first, then those with most texture. */
  private order(features: Float64Array): void {
    const weights = new Float64Array(REGIONS);
    const counts = new Float64Array(REGIONS);
    for (let cube = 0; cube < this.cubes; cube++) {
      weights[this.region[cube]] += features[cube * FEATURES + TEXTURE];
      counts[this.region[cube]]++;
    }
    for (let r = 0; r < REGIONS; r++) weights[r] = r >= CRITICAL ? 10 + r : weights[r] / Math.max(1, counts[r]);
    const order = Array.from({ length: REGIONS }, (_, r) => r).sort((a, b) => weights[b] - weights[a] || a - b);
    order.forEach((r, place) => {
      this.rank[r] = place;
    });
  }
}
