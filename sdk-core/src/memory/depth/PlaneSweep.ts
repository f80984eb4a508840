import type { ByteReader, ByteWriter, Camera3D } from '@sgaps/protocol';
import { readArray, readState, writeArray, writeState } from '../../snapshot/snapshotBytes.js';
import { type CameraMotion, pixelMotion } from './CameraMotion.js';
import type { DepthField } from './DepthField.js';
import { VALUE_SHIFT } from '../TemporalMemoryBank.js';
import type { FixedLayer } from './FixedLayer.js';
import type { PointPicture } from './PointPicture.js';
import { chainSteps, undoStep } from './rigidStep.js';

/** Planes tried: the ways, in pixels, that the reference picture would have moved by, fewer the farther. */
const WAYS = Float64Array.from({ length: 32 }, (_, k) => (k <= 16 ? k : 16 + (k - 16) + ((k - 16) * (k - 16)) / 8));
/** Mean way of the picture, in pixels, or frames, after which a newer reference is taken. */
const MOST_MOVED = 6;
const MOST_FRAMES = 6;
/** Points of the reference looked at within this many frames count. */
const FRESH = 8;
/** Pixels of a block compared, of 64, and how many of them the reference must know. */
const COMPARED = 16;
const KNOWN = 10;
/** Steps of luma that a pixel's way off the depth around a block counts as, and the most pixels counted. */
const SMOOTH = 0.35;
const MOST_OFF = 8;

/** Share of the mean difference over all planes that the best may have to be trusted, less some steps; and the planes needed. */
const TRUSTED = 0.5;
const TRUSTED_STEPS = 1;
const LEAST_PLANES = 6;

/**
 * Finds the depth of blocks that nobody measured (`depthEstimation`): tries planes of growing nearness and takes the one on which a
 * picture remembered from a while ago looks like what is seen now.
 *
 * @example
 * ```ts
 * sweep.move(step, camera);
 * const q = sweep.find(lumas, left, top, guess);
 * sweep.renew(points, field, camera, frame);
 * ```
 */
export class PlaneSweep {
  private readonly luma: Uint8Array;
  private readonly known: Uint8Array;
  /** From the reference's view to that of now. */
  private readonly since = new Float64Array(12);
  private readonly back = new Float64Array(12);
  private readonly motion: CameraMotion = new Float64Array(12);
  private camera: Camera3D | null = null;
  private taken = 0;
  /** Mean difference of luma of the last block found on the best plane, and had it stood still on the screen; −1 unknown. */
  planeCost = -1;
  fixedCost = -1;
  /** The last block found is where it looks clearly most alike. */
  trusted = false;
  /** Nearness by which the picture moves one pixel. */
  private unit = 0;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.luma = new Uint8Array(width * height);
    this.known = new Uint8Array(width * height);
  }

  /** The view has taken a step to `camera`. */
  move(step: Float64Array, camera: Camera3D): void {
    if (!this.camera) return;
    chainSteps(this.since, step, this.since);
    undoStep(this.since, this.back);
    pixelMotion(camera, this.camera, this.back, this.motion);
    const { since } = this;
    const way = Math.sqrt(since[9] * since[9] + since[10] * since[10] + since[11] * since[11]);
    const focal = 0.5 * camera.width * Math.abs(camera.projection[0]);
    this.unit = way > 0 ? 1 / (focal * way) : 0;
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
    if (!this.camera || unit === 0) return usual;
    this.fixedCost = this.still(block, left, top);
    let best = Number.POSITIVE_INFINITY;
    let found = usual;
    let sum = 0;
    let count = 0;
    for (let k = -2; k < WAYS.length; k++) {
      const q = k === -2 ? usual : k === -1 ? field.at(left + 4, top + 4) : WAYS[k] * unit;
      const cost = this.cost(block, left, top, q);
      if (cost < 0) continue;
      if (k >= 0) {
        sum += cost;
        count++;
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

  /** Takes a new reference when the old one has moved far, or there is none. */
  renew(points: PointPicture, fixed: FixedLayer, field: DepthField, camera: Camera3D, frame: number): void {
    if (this.camera && frame - this.taken < MOST_FRAMES && field.mean() <= MOST_MOVED * this.unit && this.inSight()) return;
    const { luma, known, width, height } = this;
    const { colour, confidence, seen } = points;
    const { bank } = fixed;
    for (let v = 0, at = 0; v < height; v++) {
      for (let u = 0; u < width; u++, at++) {
        const c = colour[at];
        if (fixed.shows(at, u, v)) {
          luma[at] = (bank.value[3 * at] + 2 * bank.value[3 * at + 1] + bank.value[3 * at + 2]) >> (2 + VALUE_SHIFT);
          known[at] = frame - bank.seen[at] <= FRESH ? 1 : 0;
        } else {
          luma[at] = ((c >> 16) + 2 * ((c >> 8) & 255) + (c & 255)) >> 2;
          known[at] = confidence[at] !== 0 && frame - seen[at] <= FRESH ? 1 : 0;
        }
      }
    }
    this.taken = frame;
    this.camera = camera;
    this.since.fill(0);
    this.since[0] = 1;
    this.since[4] = 1;
    this.since[8] = 1;
    this.unit = 0;
  }

  /** Forgets the reference. */
  clear(): void {
    this.camera = null;
    this.unit = 0;
  }

  /** Writes the reference. */
  save(writer: ByteWriter): void {
    writeState(writer, this.camera && { cameras: [], cameras3d: [this.camera], objects: [], values: [] });
    writeArray(writer, this.since);
    writeArray(writer, this.motion);
    writer.f64(this.unit);
    writer.i32(this.taken);
    writeArray(writer, this.luma);
    writeArray(writer, this.known);
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    this.camera = readState(reader)?.cameras3d[0] ?? null;
    readArray(reader, this.since, 'reference step');
    readArray(reader, this.motion, 'reference motion');
    this.unit = reader.f64('reference unit');
    this.taken = reader.i32('reference frame');
    readArray(reader, this.luma, 'reference');
    readArray(reader, this.known, 'reference');
  }

  /** True while what is infinitely far in the middle of the picture has not moved by more than a quarter of it. */
  private inSight(): boolean {
    const { width, height, motion } = this;
    const w = motion[6] * (width / 2) + motion[7] * (height / 2) + motion[8];
    if (w <= 0) return false;
    const x = (motion[0] * (width / 2) + motion[1] * (height / 2) + motion[2]) / w - width / 2;
    const y = (motion[3] * (width / 2) + motion[4] * (height / 2) + motion[5]) / w - height / 2;
    return Math.abs(x) < width / 6 && Math.abs(y) < height / 6;
  }

  /** Mean difference of luma had the block not moved on the screen; −1 where the reference knows too little. */
  private still(block: Uint8Array, left: number, top: number): number {
    const { width, height, luma, known } = this;
    let sum = 0;
    let count = 0;
    for (let n = 0; n < COMPARED; n++) {
      const j = 2 * (n >> 2) + (n & 1);
      const i = 2 * (n & 3) + ((n >> 2) & 1);
      if (left + i >= width || top + j >= height) continue;
      const at = (top + j) * width + left + i;
      if (known[at] === 0) continue;
      sum += Math.abs(luma[at] - block[8 * j + i]);
      count++;
    }
    return count < KNOWN ? -1 : sum / count;
  }

  /** Mean difference of luma on the plane; −1 where the reference knows too little. */
  private cost(block: Uint8Array, left: number, top: number, q: number): number {
    const { width, height, luma, known, motion } = this;
    let sum = 0;
    let count = 0;
    for (let n = 0; n < COMPARED; n++) {
      const j = 2 * (n >> 2) + (n & 1);
      const i = 2 * (n & 3) + ((n >> 2) & 1);
      const u = left + i;
      const v = top + j;
      const w = motion[6] * u + motion[7] * v + motion[8] + q * motion[11];
      if (w <= 0) continue;
      const x = (motion[0] * u + motion[1] * v + motion[2] + q * motion[9]) / w;
      const y = (motion[3] * u + motion[4] * v + motion[5] + q * motion[10]) / w;
      if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) continue;
      const at = (y | 0) * width + (x | 0);
      if (known[at] === 0 || known[at + 1] === 0 || known[at + width] === 0 || known[at + width + 1] === 0) continue;
      const fx = x - (x | 0);
      const fy = y - (y | 0);
      const upper = luma[at] + fx * (luma[at + 1] - luma[at]);
      const lower = luma[at + width] + fx * (luma[at + width + 1] - luma[at + width]);
      sum += Math.abs(upper + fy * (lower - upper) - block[8 * j + i]);
      count++;
    }
    return count < KNOWN ? -1 : sum / count;
  }
}
