import type { ByteReader, ByteWriter, Camera3D, CaptureGrid, FrameState, PixelFrame } from '@sgaps/protocol';
import { ALL_FEATURES, type LoopFeatures } from '../../features.js';
import { readArray, readState, writeArray, writeState } from '../../snapshot/snapshotBytes.js';
import { type Composition, type DrawDetail, FULL_DETAIL } from '../Composition.js';
import { agreement } from './agreement.js';
import { type BackwardMotion, traceBack } from './BackwardMotion.js';
import { type CameraMotion, isPerspective, pixelMotion, sameCamera, viewStep } from './CameraMotion.js';
import { DepthField } from './DepthField.js';
import { DepthPainter } from './DepthPainter.js';
import { DepthReader } from './DepthReader.js';
import { FixedLayer } from './FixedLayer.js';
import { PlaneSweep } from './PlaneSweep.js';
import type { PointOutcome } from './PointObserver.js';
import { PointPicture } from './PointPicture.js';
import { PointWarp } from './PointWarp.js';
import { undoStep } from './rigidStep.js';

/** Share of the known blocks looked at that must be contradicted for a cut. */
const CUT = 0.85;
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
  private readonly reader: DepthReader;
  private readonly painter: DepthPainter;
  private camera: Camera3D | null = null;
  /** Of the frame before. */
  private previous: Camera3D | null = null;
  private readonly step = new Float64Array(12);
  private readonly lastStep = Float64Array.from(STILL);
  private readonly motion: CameraMotion = new Float64Array(12);
  private readonly sweep: PlaneSweep | null;

  constructor({ width, height }: CaptureGrid, { depthEstimation }: LoopFeatures = ALL_FEATURES) {
    this.points = new PointPicture(width, height);
    this.spare = new PointPicture(width, height);
    this.fixed = new FixedLayer(width, height);
    this.field = new DepthField(width, height);
    this.warp = new PointWarp(width, height);
    this.painter = new DepthPainter(width);
    this.sweep = depthEstimation ? new PlaneSweep(width, height) : null;
    this.reader = new DepthReader(this.fixed, this.field, this.sweep);
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
    this.previous = before;
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

  /** Finds where the picture of each pixel of the frame carried to was in the frame before; nothing changes while the camera stands still, and looks as wide. */
  traceBack(into: BackwardMotion): void {
    const { camera, previous, lastStep, step, motion } = this;
    if (!camera || !previous || sameCamera(previous, camera)) return;
    undoStep(lastStep, step);
    pixelMotion(camera, previous, step, motion);
    traceBack(motion, this.field, this.points, into);
  }

  /** Takes the samples of a frame that was carried to; `note` hears of each point whether it was as known. */
  read(frame: PixelFrame, note?: PointOutcome): void {
    this.reader.read(frame, this.points, note);
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
}
