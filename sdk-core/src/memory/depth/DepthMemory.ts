import {
  BLOCK_KIND,
  BLOCK_SAMPLES,
  type ByteReader,
  type ByteWriter,
  type Camera3D,
  type CaptureGrid,
  type FrameState,
  levelOf,
  type PixelFrame,
} from '@sgaps/protocol';
import { ALL_FEATURES, type LoopFeatures } from '../../features.js';
import { readArray, readState, writeArray, writeState } from '../../snapshot/snapshotBytes.js';
import { type Composition, type DrawDetail, FULL_DETAIL } from '../Composition.js';
import { MEAN_CONFIDENCE } from '../TemporalMemoryBank.js';
import { agreement } from './agreement.js';
import { BlockDepth, nearnessOf } from './BlockDepth.js';
import { BlockRefiner } from './BlockRefiner.js';
import { type CameraMotion, isPerspective, pixelMotion, sameCamera, viewStep } from './CameraMotion.js';
import { DepthField } from './DepthField.js';
import { DepthPainter } from './DepthPainter.js';
import { FixedLayer } from './FixedLayer.js';
import { PlaneSweep } from './PlaneSweep.js';
import { PointObserver, type PointOutcome } from './PointObserver.js';
import { PointPicture } from './PointPicture.js';
import { PointWarp } from './PointWarp.js';

/** Share of the known blocks looked at that must be contradicted for a cut. */
/** A mean that is off by more than so many steps shows something else than what was known. */
const MOST_SHIFT = 48;
const CUT = 0.85;
/** A block that moves with the world, or not, looks at most this share as unlike; and the evidence that gives. */
const CLEARLY = 0.7;
const SWEEP_WEIGHT = 48;
/** A step of the view that goes nowhere. */
const STILL = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
/** A step this many times the one before, and … */
const LEAP = 4;
/** … that moves the picture by this many pixels more is doubted: worlds are re-centred now and then. */
const LEAP_PIXELS = 4;

/**
 * Memory of a 3D game: points of the world with colour and depth, carried from frame to frame by the camera's matrices, and
 * beside them what hangs on the screen (DESIGN.md, "Layered memory").
 *
 * @example
 * ```ts
 * const depth = new DepthMemory({ width: 320, height: 180 });
 * depth.carry(frame);
 * depth.read(frame, (u, v, outcome) => note(u, v, outcome));
 * depth.draw(frame.state, frame.frameId, composition, FULL_DETAIL);
 * ```
 */
export class DepthMemory {
  private points: PointPicture;
  private spare: PointPicture;
  private readonly fixed: FixedLayer;
  private readonly field: DepthField;
  private readonly warp: PointWarp;
  private readonly observer: PointObserver;
  private readonly painter: DepthPainter;
  private readonly block = new BlockDepth();
  private readonly refiner = new BlockRefiner();
  private camera: Camera3D | null = null;
  private readonly step = new Float64Array(12);
  private readonly lastStep = Float64Array.from(STILL);
  private readonly motion: CameraMotion = new Float64Array(12);
  private readonly sweep: PlaneSweep | null;
  private readonly luma = new Uint8Array(BLOCK_SAMPLES);

  constructor(
    private readonly grid: CaptureGrid,
    { depthEstimation }: LoopFeatures = ALL_FEATURES,
  ) {
    const { width, height } = grid;
    this.points = new PointPicture(width, height);
    this.spare = new PointPicture(width, height);
    this.fixed = new FixedLayer(width, height);
    this.field = new DepthField(width, height);
    this.warp = new PointWarp(width, height);
    this.painter = new DepthPainter(width);
    this.sweep = depthEstimation ? new PlaneSweep(width, height) : null;
    this.observer = new PointObserver(this.fixed, this.field);
  }

  /** The last step of the view, re-centring of the world taken out; null when it stood still. */
  get cameraStep(): Float64Array | null {
    return this.lastStep.every((value, k) => value === STILL[k]) ? null : this.lastStep;
  }

  /** True for states of a game seen by one perspective camera. */
  static follows({ cameras, cameras3d }: FrameState): boolean {
    return cameras.length === 0 && cameras3d.length > 0 && isPerspective(cameras3d[0]);
  }

  /**
   * True when so large a share of the known blocks looked at is contradicted that the scene is another. Near things that turn in contradict
   * much of a frame without a cut, and what is wrong is replaced sample by sample anyway.
   */
  static isCut(contradicted: number): boolean {
    return contradicted > CUT;
  }

  /** Carries what is known to the view of this frame. Nothing to do while the camera stands still. */
  carry(frame: PixelFrame): void {
    const [camera] = frame.state.cameras3d;
    const before = this.camera;
    this.camera = camera;
    if (!before || sameCamera(before, camera)) {
      this.lastStep.set(STILL);
      if (before) this.sweep?.move(this.lastStep, camera);
      return;
    }
    const { step, lastStep, motion } = this;
    viewStep(before, camera, step);
    pixelMotion(before, camera, step, motion);
    this.warp.carry(this.points, motion, this.spare, FULL_DETAIL);
    if (this.leaps(camera)) {
      // Did the player jump, or was the world put elsewhere under him? What is seen tells.
      const jumped = agreement(this.spare, frame);
      const [x, y, z] = step.subarray(9);
      step.set(lastStep.subarray(9), 9);
      pixelMotion(before, camera, step, motion);
      this.warp.carry(this.points, motion, this.spare, FULL_DETAIL);
      if (agreement(this.spare, frame) <= jumped) {
        step.set([x, y, z], 9);
        pixelMotion(before, camera, step, motion);
        this.warp.carry(this.points, motion, this.spare, FULL_DETAIL);
      }
    }
    lastStep.set(step);
    const { points } = this;
    this.points = this.spare;
    this.spare = points;
    this.field.gather(this.points);
    this.sweep?.move(step, camera);
    if (this.sweep) this.field.fitPlane();
  }

  /** Takes the samples of a frame that was carried to; `note` hears of each point whether it was as known. */
  read({ frameId, samples, values }: PixelFrame, note?: PointOutcome): void {
    const { block, observer, points } = this;
    const { u, v, kind, count } = samples;
    const { rgb, bits, depth } = values;
    for (let i = 0; i < count; ) {
      const end = Math.min(count, i + ((kind[i] & BLOCK_KIND) !== 0 ? BLOCK_SAMPLES : 1));
      const level = levelOf(kind[i]);
      block.clear();
      if (depth && level === 0) {
        for (let k = i; k < end; k++) {
          const q = nearnessOf(depth[k]);
          if (q >= 0) block.add(u[k], v[k], q, rgb[3 * k], rgb[3 * k + 1], rgb[3 * k + 2]);
        }
        block.fit();
      }
      if (this.sweep && level === 0 && end - i === BLOCK_SAMPLES) this.estimate(this.sweep, u[i], v[i], rgb, i);
      const first = i;
      const refined = level === 0 && end - i === BLOCK_SAMPLES && bits[i] < 8 && this.refine(u, v, rgb, i, bits[i]);
      const { known } = this.refiner;
      for (; i < end; i++) {
        const p = 3 * i;
        if (level > 0) {
          this.takeMean(u[i], v[i], level, rgb[p], rgb[p + 1], rgb[p + 2], frameId);
          continue;
        }
        const q = depth ? nearnessOf(depth[i]) : -1;
        const k = p - 3 * first;
        const colour = refined ? (known[k] << 16) | (known[k + 1] << 8) | known[k + 2] : -1;
        const outcome = observer.take(points, block, u[i], v[i], rgb[p], rgb[p + 1], rgb[p + 2], bits[i], q, colour, frameId);
        note?.(u[i], v[i], outcome, observer.confidence, observer.squaredError);
      }
    }
    if (this.sweep) {
      for (let i = 0; i < count; i++) {
        if (levelOf(kind[i]) === 0) this.sweep.add(u[i], v[i], (rgb[3 * i] + 2 * rgb[3 * i + 1] + rgb[3 * i + 2]) >> 2);
      }
    }
  }

  /** Brings what is known of a block within what a coarse look at it says; false where the two do not go together. */
  private refine(u: Uint16Array, v: Uint16Array, rgb: Uint8Array, first: number, bits: number): boolean {
    const { observer, points, refiner } = this;
    const { known } = refiner;
    for (let k = 0, i = first; k < 3 * BLOCK_SAMPLES; k += 3, i++) {
      const colour = observer.shownAt(points, u[i], v[i]);
      known[k] = colour < 0 ? rgb[3 * i] : colour >> 16;
      known[k + 1] = colour < 0 ? rgb[3 * i + 1] : (colour >> 8) & 255;
      known[k + 2] = colour < 0 ? rgb[3 * i + 2] : colour & 255;
    }
    return refiner.refine(rgb, 3 * first, (1 << (8 - bits)) / 2);
  }

  /** Finds the depth of a block that nobody measured, and whether the block moves with the world or hangs on the screen. */
  private estimate(sweep: PlaneSweep, left: number, top: number, rgb: Uint8Array, first: number): void {
    const { luma, field, block, fixed } = this;
    const u = left + 4;
    const v = top + 4;
    for (let k = 0, p = 3 * first; k < BLOCK_SAMPLES; k++, p += 3) luma[k] = (rgb[p] + 2 * rgb[p + 1] + rgb[p + 2]) >> 2;
    if (block.count > 0) {
      sweep.judge(luma, left, top, block.at(u, v, rgb[3 * first], rgb[3 * first + 1], rgb[3 * first + 2]));
    } else {
      field.set(u, v, sweep.find(luma, left, top, field), sweep.trusted);
      block.estimated = true;
    }
    const { planeCost, fixedCost } = sweep;
    if (planeCost < 0 || fixedCost < 0) return;
    if (fixedCost < CLEARLY * planeCost - 1) fixed.weighBlock(u, v, SWEEP_WEIGHT);
    else if (planeCost < CLEARLY * fixedCost - 1 && (block.count > 0 || sweep.trusted)) fixed.weighBlock(u, v, -SWEEP_WEIGHT);
  }

  /** Draws what is known of a frame with this state, of now or of a moment to come, as of frame `now`. */
  draw(state: FrameState, now: number, out: Composition, detail: DrawDetail): void {
    const [camera] = state.cameras3d;
    let { points } = this;
    if (this.camera && !sameCamera(this.camera, camera)) {
      viewStep(this.camera, camera, this.step);
      pixelMotion(this.camera, camera, this.step, this.motion);
      this.warp.carry(points, this.motion, this.spare, detail);
      points = this.spare;
    }
    this.painter.draw(points, this.fixed, now, out, detail);
  }

  /** Forgets everything. */
  clear(): void {
    this.points.clear();
    this.fixed.clear();
    this.field.clear();
    this.sweep?.clear();
    this.lastStep.set(STILL);
  }

  /** Writes all that is known; a restored memory behaves exactly alike. */
  save(writer: ByteWriter, frame: number): void {
    writeState(writer, this.camera && { cameras: [], cameras3d: [this.camera], objects: [], values: [] });
    writeArray(writer, this.lastStep);
    this.points.save(writer);
    this.fixed.save(writer, frame);
    this.field.save(writer);
    this.sweep?.save(writer);
  }

  /** Takes up what `save` wrote for the same grid. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader, frame: number): void {
    this.camera = readState(reader)?.cameras3d[0] ?? null;
    readArray(reader, this.lastStep, 'camera step');
    this.points.restore(reader);
    this.fixed.restore(reader, frame);
    this.field.restore(reader);
    this.sweep?.restore(reader);
  }

  /** True when the step just taken is far from the one before, and seen to be. */
  private leaps(camera: Camera3D): boolean {
    const { step, lastStep, field } = this;
    const last = Math.abs(lastStep[9]) + Math.abs(lastStep[10]) + Math.abs(lastStep[11]);
    const off = Math.abs(step[9] - lastStep[9]) + Math.abs(step[10] - lastStep[10]) + Math.abs(step[11] - lastStep[11]);
    const perUnit = 0.5 * camera.width * Math.abs(camera.projection[0]) * field.mean();
    return last > 0 && off > LEAP * last && off * perUnit > LEAP_PIXELS;
  }

  /**
   * A mean fills what is unknown under it; what is known is shifted as a whole, so that its detail stays (the innovation of the low
   * frequencies), unless it was so far off that its detail must be another's.
   */
  private takeMean(u0: number, v0: number, level: number, r: number, g: number, b: number, frame: number): void {
    const { width, height } = this.grid;
    const { points, observer } = this;
    const right = Math.min(width, u0 + (1 << level));
    const bottom = Math.min(height, v0 + (1 << level));
    const confidence = MEAN_CONFIDENCE[level];
    let n = 0;
    let dr = 0;
    let dg = 0;
    let db = 0;
    for (let v = v0; v < bottom; v++) {
      for (let u = u0, at = v * width + u0; u < right; u++, at++) {
        const shown = points.confidence(at) > confidence || this.fixed.shows(at, u, v) ? observer.shownAt(points, u, v) : -1;
        if (shown < 0) continue;
        n++;
        dr += r - (shown >> 16);
        dg += g - ((shown >> 8) & 255);
        db += b - (shown & 255);
      }
    }
    // A part that nobody knew tells nothing of the rest.
    const whole = n === (right - u0) * (bottom - v0);
    if (n > 0) {
      dr = Math.round(dr / n);
      dg = Math.round(dg / n);
      db = Math.round(db / n);
    }
    const shifts = whole && Math.max(Math.abs(dr), Math.abs(dg), Math.abs(db)) <= MOST_SHIFT;
    const colour = (r << 16) | (g << 8) | b;
    for (let v = v0; v < bottom; v++) {
      for (let u = u0, at = v * width + u0; u < right; u++, at++) {
        if (this.fixed.shows(at, u, v)) continue;
        const known = points.confidence(at);
        if (known <= confidence || (whole && !shifts)) {
          points.write(at, known !== 0 ? points.nearness[at] : this.field.at(u, v), colour, confidence, frame);
        } else if (shifts) {
          const c = points.colour[at];
          points.colour[at] = (clamp8((c >> 16) + dr) << 16) | (clamp8(((c >> 8) & 255) + dg) << 8) | clamp8((c & 255) + db);
        }
      }
    }
  }
}

function clamp8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
