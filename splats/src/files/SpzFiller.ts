import type { SplatAttribute } from '@adobe/spz';
import { SgapsError } from '@sgaps/protocol';
import { type HarmonicDegree, harmonicsOf, makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { setRotation } from '../cloud/setRotation.js';
import { sigmoid, unfitSplat } from './splatValues.js';

/** By the library's numbers: floats of a splat (but for harmonics), and their names. */
const FLOATS = [3, 1, 3, 3, 4];
const NAMES = ['position', 'opacity', 'colour', 'scale', 'rotation', 'harmonics'];
const [POSITIONS, ALPHAS, COLOURS, SCALES, ROTATIONS] = [0, 1, 2, 3, 4];
const HARMONICS = 5;

/** Makes a cloud of the pieces that the SPZ library decodes. It throws nothing before `end`, since its callers are C++. */
export class SpzFiller {
  private cloud: SplatCloud | null = null;
  private count = 0;
  private degree: HarmonicDegree = 0;
  /** Splats that came, by attribute. */
  private readonly came = new Uint32Array(HARMONICS + 1);
  private problem: SgapsError | null = null;

  begin(count: number, degree: number): void {
    this.count = count;
    this.degree = degree as HarmonicDegree;
  }

  /** Floats of an attribute from a splat on. They are the library's and hold for this call only. */
  add(attribute: SplatAttribute, first: number, data: Float32Array): void {
    const floats = attribute === HARMONICS ? 3 * (harmonicsOf(this.degree) - 1) : FLOATS[attribute];
    if (this.problem || floats === 0 || floats === undefined) return;
    const splats = data.length / floats;
    if (first + splats > this.count) {
      this.problem = SgapsError.malformed('SPZ file: it has more splats than it says');
      return;
    }
    // Only now: the library has decompressed as much as the file claimed.
    this.cloud ??= makeCloud(this.count, this.degree);
    this.came[attribute] += splats;
    const unfit = this.unfit(attribute, data);
    if (unfit >= 0) this.problem = unfitSplat(first + Math.floor(unfit / floats), NAMES[attribute], data[unfit]);
    else this.put(this.cloud, attribute, first, data);
  }

  /** @throws SgapsError where the file was not whole. */
  end(): SplatCloud {
    if (this.problem) throw this.problem;
    const attributes = this.degree > 0 ? HARMONICS + 1 : HARMONICS;
    for (let attribute = 0; attribute < attributes; attribute++)
      if (this.came[attribute] !== this.count) throw SgapsError.truncated(`the ${NAMES[attribute]}s of an SPZ file`);
    return this.cloud ?? makeCloud(0, this.degree);
  }

  /** Where the first number is that no splat can have, or −1. A byte of 0 or 255 is a logit of −∞ or ∞, an opacity of 0 or 1. */
  private unfit(attribute: number, data: Float32Array): number {
    for (let at = 0; at < data.length; at++)
      if (attribute === ALPHAS ? Number.isNaN(data[at]) : !Number.isFinite(data[at])) return at;
      else if (attribute === SCALES && Math.fround(Math.exp(data[at])) === Number.POSITIVE_INFINITY) return at;
    return -1;
  }

  private put(cloud: SplatCloud, attribute: number, first: number, data: Float32Array): void {
    const { positions, scales, rotations, opacities, harmonics } = cloud;
    const coefficients = 3 * harmonicsOf(cloud.degree);
    if (attribute === POSITIONS) positions.set(data, 3 * first);
    else if (attribute === ALPHAS) for (let at = 0; at < data.length; at++) opacities[first + at] = sigmoid(data[at]);
    else if (attribute === SCALES) for (let at = 0; at < data.length; at++) scales[3 * first + at] = Math.exp(data[at]);
    else if (attribute === ROTATIONS)
      for (let at = 0; at < data.length; at += 4)
        setRotation(rotations, 4 * first + at, data[at + 3], data[at], data[at + 1], data[at + 2]);
    else if (attribute === COLOURS)
      for (let at = 0; at < data.length; at += 3) harmonics.set(data.subarray(at, at + 3), coefficients * (first + at / 3));
    else
      for (let at = 0, splat = first; at < data.length; at += coefficients - 3, splat++)
        harmonics.set(data.subarray(at, at + coefficients - 3), coefficients * splat + 3);
  }
}
