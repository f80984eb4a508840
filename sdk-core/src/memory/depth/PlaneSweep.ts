import { type ByteReader, type ByteWriter, type Camera3D, levelOf, type PixelFrame } from '@sgaps/protocol';
import { readArray, writeArray } from '../../snapshot/snapshotBytes.js';
import { pixelMotion } from './CameraMotion.js';
import type { DepthField } from './DepthField.js';
import { chainSteps, undoStep } from './rigidStep.js';

/** Looks so many frames back. */
const AGES = 12;
/** Planes tried: the ways, in pixels, that a picture of the farthest place looked from would have moved by, fewer the farther. */
const WAYS = Float64Array.from({ length: 32 }, (_, k) => (k <= 16 ? k : k + ((k - 16) * (k - 16)) / 8));
/** Pixels of a block compared, and how many of them something must be known of. */
const COMPARED = 16;
const KNOWN = 10;
/** Steps of luma that a pixel's way off the depth around a block counts as, and the most pixels counted. */
const SMOOTH = 0.35;
const MOST_OFF = 8;
/** Share of the mean difference over all planes that the best may have to be trusted, less some steps; and the planes needed. */
const TRUSTED = 0.5;
const TRUSTED_STEPS = 1;
const LEAST_PLANES = 6;
/** Blocks whose luma spreads less, in steps, say nothing. */
const FLAT = 8;
/** What was thought is good enough when it is off by no more than this share of the block's contrast. */
const GOOD = 0.06;
/** Blocks searched over all planes in a frame, at most. */
const SEARCHES = 96;

/**
 * Finds the depth of blocks that nobody measured (`depthEstimation`): tries planes of growing nearness and takes the one on which what was
 * sampled in the frames before looks like what is seen now.
 *
 * @example
 * ```ts
 * sweep.move(step, camera);
 * const q = sweep.find(lumas, left, top, field);
 * sweep.add(frame);
 * ```
 */
export class PlaneSweep {
  /** Mean difference of luma of the last block found on the best plane, and had it stood still on the screen; −1 unknown. */
  planeCost = -1;
  fixedCost = -1;
  /** The last block found is where it looks clearly most alike. */
  trusted = false;
  /** The newest sample of each pixel, and the frame it was of, counted by `tick`. */
  private readonly luma: Uint8Array;
  private readonly stamp: Int32Array;
  private tick = 1;
  /** Steps of the view from `age` frames ago to now, youngest first, and how pixels of now lay then. */
  private readonly since = Array.from({ length: AGES + 1 }, () => new Float64Array(12));
  private readonly motions = Array.from({ length: AGES + 1 }, () => new Float64Array(12));
  private readonly back = new Float64Array(12);
  private readonly projection = new Float32Array(16);
  /** Nearness by which the picture of the farthest place looked from moves one pixel; 0 none. */
  private unit = 0;
  private ages = 0;
  private searches = 0;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.luma = new Uint8Array(width * height);
    this.stamp = new Int32Array(width * height);
  }

  /** A frame on: the view has taken a step to `camera`. */
  move(step: Float64Array, camera: Camera3D): void {
    const { since, motions, projection, back } = this;
    if (projection.some((value, k) => value !== camera.projection[k])) this.clear();
    projection.set(camera.projection);
    this.tick++;
    this.searches = 0;
    if (this.ages < AGES) this.ages++;
    let farthest = 0;
    for (let age = this.ages; age > 0; age--) {
      if (age === 1) since[1].set(step);
      else chainSteps(since[age - 1], step, since[age]);
      undoStep(since[age], back);
      pixelMotion(camera, camera, back, motions[age]);
      const [, , , , , , , , , x, y, z] = back;
      farthest = Math.max(farthest, Math.sqrt(x * x + y * y + z * z));
    }
    const focal = 0.5 * camera.width * Math.abs(camera.projection[0]);
    this.unit = farthest > 0 ? 1 / (focal * farthest) : 0;
  }

  /** Remembers the points and blocks of the frame of now, for the frames to come. */
  add({ samples: { u, v, kind, count }, values: { rgb } }: Pick<PixelFrame, 'samples' | 'values'>): void {
    const { luma, stamp, tick, width } = this;
    for (let i = 0, p = 0; i < count; i++, p += 3) {
      if (levelOf(kind[i]) !== 0) continue;
      const at = v[i] * width + u[i];
      luma[at] = (rgb[p] + 2 * rgb[p + 1] + rgb[p + 2]) >> 2;
      stamp[at] = tick;
    }
  }

  /**
   * Nearness of the 8×8 block at (left, top) whose luma is `block`, row by row; near what the field says around it, unless what is
   * seen speaks against that.
   */
  find(block: Uint8Array, left: number, top: number, field: DepthField): number {
    const { unit } = this;
    const usual = field.usual(left + 4, top + 4);
    this.fixedCost = -1;
    this.planeCost = -1;
    this.trusted = false;
    const contrast = contrastOf(block);
    if (unit === 0 || contrast < FLAT) return usual;
    this.fixedCost = this.still(block, left, top);
    let best = Number.POSITIVE_INFINITY;
    let found = usual;
    let sum = 0;
    let count = 0;
    const planes = this.searches++ < SEARCHES ? WAYS.length : 0;
    for (let k = -2; k < planes; k++) {
      const q = k === -2 ? usual : k === -1 ? field.at(left + 4, top + 4) : WAYS[k] * unit;
      const cost = this.cost(block, left, top, q);
      if (cost < 0) continue;
      if (k >= 0) {
        sum += cost;
        count++;
      } else if (cost <= GOOD * contrast) {
        this.planeCost = cost;
        this.trusted = true;
        return q;
      }
      const off = Math.abs(q - usual) / unit;
      const total = cost + SMOOTH * (off > MOST_OFF ? MOST_OFF : off);
      if (total >= best) continue;
      best = total;
      found = q;
      this.planeCost = cost;
    }
    // A plane on which the block looks hardly more alike than on the others says nothing.
    this.trusted = count >= LEAST_PLANES && this.planeCost < TRUSTED * (sum / count) - TRUSTED_STEPS;
    return this.trusted ? found : usual;
  }

  /** Compares the block with what was sampled before, were its nearness `q`: `planeCost` and `fixedCost` tell. */
  judge(block: Uint8Array, left: number, top: number, q: number): void {
    const worth = this.unit !== 0 && contrastOf(block) >= FLAT;
    this.planeCost = worth ? this.cost(block, left, top, q) : -1;
    this.fixedCost = worth ? this.still(block, left, top) : -1;
  }

  /** Forgets what was sampled. */
  clear(): void {
    this.stamp.fill(0);
    this.tick = 1;
    this.ages = 0;
    this.unit = 0;
  }

  /** Writes all that is known. */
  save(writer: ByteWriter): void {
    writeArray(writer, this.projection);
    writer.i32(this.tick);
    writer.u8(this.ages);
    writer.u16(this.searches);
    writer.f64(this.unit);
    for (const step of this.since) writeArray(writer, step);
    for (const motion of this.motions) writeArray(writer, motion);
    writeArray(writer, this.luma);
    writeArray(writer, this.stamp);
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    readArray(reader, this.projection, 'sweep projection');
    this.tick = reader.i32('sweep frame');
    this.ages = Math.min(AGES, reader.u8('sweep ages'));
    this.searches = reader.u16('sweep searches');
    this.unit = reader.f64('sweep unit');
    for (const step of this.since) readArray(reader, step, 'sweep step');
    for (const motion of this.motions) readArray(reader, motion, 'sweep motion');
    readArray(reader, this.luma, 'sweep luma');
    readArray(reader, this.stamp, 'sweep stamps');
  }

  /** Mean difference of luma had the block not moved on the screen; −1 where too little is known. */
  private still(block: Uint8Array, left: number, top: number): number {
    const { width, height, luma, stamp, tick } = this;
    const oldest = tick - this.ages;
    let sum = 0;
    let count = 0;
    for (let n = 0; n < COMPARED; n++) {
      const j = 2 * (n >> 2) + (n & 1);
      const i = 2 * (n & 3) + ((n >> 2) & 1);
      if (left + i >= width || top + j >= height) continue;
      const at = (top + j) * width + left + i;
      if (stamp[at] < oldest || stamp[at] === tick) continue;
      sum += Math.abs(luma[at] - block[8 * j + i]);
      count++;
    }
    return count < KNOWN ? -1 : sum / count;
  }

  /** Mean difference of luma on the plane of nearness `q`, over all frames before that sampled where it then lay; −1 where too few did. */
  private cost(block: Uint8Array, left: number, top: number, q: number): number {
    const { width, height, luma, stamp, tick, motions } = this;
    let sum = 0;
    let count = 0;
    for (let age = 1; age <= this.ages; age++) {
      const motion = motions[age];
      const x0 = motion[2] + q * motion[9];
      const y0 = motion[5] + q * motion[10];
      const w0 = motion[8] + q * motion[11];
      const wanted = tick - age;
      const scale = 1 / (motion[6] * (left + 3.5) + motion[7] * (top + 3.5) + w0);
      const cx = (motion[0] * (left + 3.5) + motion[1] * (top + 3.5) + x0) * scale;
      const cy = (motion[3] * (left + 3.5) + motion[4] * (top + 3.5) + y0) * scale;
      if (!(cx >= 3 && cy >= 3 && cx < width - 4 && cy < height - 4)) continue;
      const middle = (cy | 0) * width + (cx | 0);
      const near = 3 * width;
      if (
        stamp[middle] !== wanted &&
        stamp[middle - near - 3] !== wanted &&
        stamp[middle - near + 3] !== wanted &&
        stamp[middle + near - 3] !== wanted &&
        stamp[middle + near + 3] !== wanted
      )
        continue;
      for (let n = 0; n < COMPARED; n++) {
        const j = 2 * (n >> 2) + (n & 1);
        const i = 2 * (n & 3) + ((n >> 2) & 1);
        const u = left + i;
        const v = top + j;
        const w = motion[6] * u + motion[7] * v + w0;
        if (w <= 0) continue;
        const x = (motion[0] * u + motion[1] * v + x0) / w;
        const y = (motion[3] * u + motion[4] * v + y0) / w;
        if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) continue;
        const at = (y | 0) * width + (x | 0);
        if (stamp[at] !== wanted || stamp[at + 1] !== wanted || stamp[at + width] !== wanted || stamp[at + width + 1] !== wanted)
          continue;
        const fx = x - (x | 0);
        const fy = y - (y | 0);
        const upper = luma[at] + fx * (luma[at + 1] - luma[at]);
        const lower = luma[at + width] + fx * (luma[at + width + 1] - luma[at + width]);
        sum += Math.abs(upper + fy * (lower - upper) - block[8 * j + i]);
        count++;
      }
    }
    return count < KNOWN ? -1 : sum / count;
  }
}

/** From the darkest to the brightest of the block. */
function contrastOf(block: Uint8Array): number {
  let least = 255;
  let most = 0;
  for (let k = 0; k < block.length; k++) {
    if (block[k] < least) least = block[k];
    if (block[k] > most) most = block[k];
  }
  return most - least;
}
