import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { FloatGrid } from './FloatGrid.js';
import type { FrameState, StateSchema, TrackedObject } from './FrameState.js';
import type { NameTable } from './NameTable.js';

/** Columns of a 2D camera's row of integers; the last three are the codec's memory. */
export const CameraColumn = {
  id: 0,
  viewX: 1,
  viewY: 2,
  zoom: 3,
  rotation: 4,
  x: 5,
  y: 6,
  width: 7,
  height: 8,
  speedX: 9,
  speedY: 10,
  history: 11,
} as const;
/** Integers of one 2D camera. */
export const CAMERA_ROW = 12;

/** Columns of an object's row of integers; from `speedX` on they are the codec's memory. */
export const ObjectColumn = {
  id: 0,
  texture: 1,
  frame: 2,
  x: 3,
  y: 4,
  width: 5,
  height: 6,
  originX: 7,
  originY: 8,
  rotation: 9,
  flips: 10,
  alpha: 11,
  tint: 12,
  scrollFactorX: 13,
  scrollFactorY: 14,
  tileX: 15,
  tileY: 16,
  tag: 17,
  speedX: 18,
  speedY: 19,
  spin: 20,
  tileSpeedX: 21,
  tileSpeedY: 22,
  history: 23,
} as const;
/** Integers of one object. */
export const OBJECT_ROW = 24;

/** Integers of one 3D camera (id, viewport) and floats (view, projection). */
export const CAMERA3D_ROW = 5;
export const CAMERA3D_FLOATS = 32;

const CAMERA_TURN = 65536;
const OBJECT_TURN = 4096;
const FAR = 1 << 30;

/**
 * A frame's state as the integers that travel (steps in `FrameState`), in arrays reused from frame to frame.
 *
 * @example
 * ```ts
 * const state = new QuantisedState(schema);
 * state.read(gameState, names);
 * const seenByTheServer = state.toFrameState(names);
 * ```
 */
export class QuantisedState {
  cameraCount = 0;
  readonly cameras = new Int32Array(LIMITS.cameras * CAMERA_ROW);
  camera3dCount = 0;
  readonly cameras3d = new Int32Array(LIMITS.cameras * CAMERA3D_ROW);
  readonly floats = new Float32Array(LIMITS.cameras * CAMERA3D_FLOATS);
  objectCount = 0;
  readonly objects = new Int32Array(LIMITS.objects * OBJECT_ROW);
  readonly values: Int32Array;
  private readonly steps: Float64Array;

  /** @throws SgapsError `LIMIT_EXCEEDED`, `ARGUMENT_INVALID` for a schema that cannot be coded. */
  constructor(schema: StateSchema) {
    assertStateSchema(schema);
    this.values = new Int32Array(schema.values.length);
    this.steps = Float64Array.from(schema.values, (field) => (field.type === 'int' ? 1 : (field.step ?? 1 / 256)));
  }

  /** Forgets the frame. */
  reset(): void {
    this.cameraCount = 0;
    this.camera3dCount = 0;
    this.objectCount = 0;
    this.values.fill(0);
  }

  /**
   * Quantises a game's state. Never throws: numbers that are not finite or too large are clamped (NaN is 0), cameras
   * beyond `LIMITS.cameras` and the furthest-back objects beyond `LIMITS.objects` are left out.
   */
  read(state: FrameState, names: NameTable): void {
    this.cameraCount = Math.min(state.cameras.length, LIMITS.cameras);
    for (let i = 0; i < this.cameraCount; i++) {
      const camera = state.cameras[i];
      const row = i * CAMERA_ROW;
      const to = this.cameras;
      to[row] = camera.id | 0;
      to[row + 1] = fixed(camera.viewX, 64, -FAR, FAR);
      to[row + 2] = fixed(camera.viewY, 64, -FAR, FAR);
      to[row + 3] = fixed(camera.zoom, 4096, -FAR, FAR);
      to[row + 4] = turn(camera.rotation, CAMERA_TURN);
      to[row + 5] = fixed(camera.x, 1, -FAR, FAR);
      to[row + 6] = fixed(camera.y, 1, -FAR, FAR);
      to[row + 7] = fixed(camera.width, 1, 0, FAR);
      to[row + 8] = fixed(camera.height, 1, 0, FAR);
    }
    this.camera3dCount = Math.min(state.cameras3d.length, LIMITS.cameras);
    for (let i = 0; i < this.camera3dCount; i++) {
      const camera = state.cameras3d[i];
      const row = i * CAMERA3D_ROW;
      this.cameras3d[row] = camera.id | 0;
      this.cameras3d[row + 1] = fixed(camera.x, 1, -FAR, FAR);
      this.cameras3d[row + 2] = fixed(camera.y, 1, -FAR, FAR);
      this.cameras3d[row + 3] = fixed(camera.width, 1, 0, FAR);
      this.cameras3d[row + 4] = fixed(camera.height, 1, 0, FAR);
      const at = i * CAMERA3D_FLOATS;
      for (let k = 0; k < 16; k++) {
        this.floats[at + k] = FloatGrid.snap(camera.view[k]);
        this.floats[at + 16 + k] = FloatGrid.snap(camera.projection[k]);
      }
    }
    const first = Math.max(0, state.objects.length - LIMITS.objects);
    this.objectCount = state.objects.length - first;
    for (let i = 0; i < this.objectCount; i++) this.readObject(state.objects[first + i], i * OBJECT_ROW, names);
    for (let i = 0; i < this.values.length; i++)
      this.values[i] = fixed(state.values[i] ?? 0, 1 / this.steps[i], -0x7fffffff, 0x7fffffff);
  }

  /** The state as both sides see it, in fresh objects. */
  toFrameState(names: NameTable): FrameState {
    const cameras = Array.from({ length: this.cameraCount }, (_, i) => {
      const row = this.cameras.subarray(i * CAMERA_ROW, (i + 1) * CAMERA_ROW);
      return {
        id: row[0],
        viewX: row[1] / 64,
        viewY: row[2] / 64,
        zoom: row[3] / 4096,
        rotation: angle(row[4], CAMERA_TURN),
        x: row[5],
        y: row[6],
        width: row[7],
        height: row[8],
      };
    });
    const cameras3d = Array.from({ length: this.camera3dCount }, (_, i) => {
      const [id, x, y, width, height] = this.cameras3d.subarray(i * CAMERA3D_ROW, (i + 1) * CAMERA3D_ROW);
      const at = i * CAMERA3D_FLOATS;
      return { id, view: this.floats.slice(at, at + 16), projection: this.floats.slice(at + 16, at + 32), x, y, width, height };
    });
    const objects: TrackedObject[] = [];
    for (let i = 0; i < this.objectCount; i++) objects.push(this.toObject(i * OBJECT_ROW, names));
    return { cameras, cameras3d, objects, values: Array.from(this.values, (value, i) => value * this.steps[i]) };
  }

  private readObject(object: TrackedObject, row: number, names: NameTable): void {
    const to = this.objects;
    to[row] = object.id | 0;
    to[row + 1] = names.indexOf(object.texture);
    to[row + 2] = names.indexOf(object.frame);
    to[row + 3] = fixed(object.x, 64, -FAR, FAR);
    to[row + 4] = fixed(object.y, 64, -FAR, FAR);
    to[row + 5] = fixed(object.width, 64, 0, FAR);
    to[row + 6] = fixed(object.height, 64, 0, FAR);
    to[row + 7] = fixed(object.originX, 256, -FAR, FAR);
    to[row + 8] = fixed(object.originY, 256, -FAR, FAR);
    to[row + 9] = turn(object.rotation, OBJECT_TURN);
    to[row + 10] = (object.flipX ? 1 : 0) | (object.flipY ? 2 : 0);
    to[row + 11] = fixed(object.alpha, 255, 0, 255);
    to[row + 12] = object.tint & 0xffffff;
    to[row + 13] = fixed(object.scrollFactorX, 256, -FAR, FAR);
    to[row + 14] = fixed(object.scrollFactorY, 256, -FAR, FAR);
    to[row + 15] = fixed(object.tileX, 16, -FAR, FAR);
    to[row + 16] = fixed(object.tileY, 16, -FAR, FAR);
    to[row + 17] = fixed(object.tag, 1, 0, 4);
  }

  private toObject(row: number, names: NameTable): TrackedObject {
    const from = this.objects;
    return {
      id: from[row] >>> 0,
      texture: names.nameAt(from[row + 1]),
      frame: names.nameAt(from[row + 2]),
      x: from[row + 3] / 64,
      y: from[row + 4] / 64,
      width: from[row + 5] / 64,
      height: from[row + 6] / 64,
      originX: from[row + 7] / 256,
      originY: from[row + 8] / 256,
      rotation: angle(from[row + 9], OBJECT_TURN),
      flipX: (from[row + 10] & 1) !== 0,
      flipY: (from[row + 10] & 2) !== 0,
      alpha: from[row + 11] / 255,
      tint: from[row + 12],
      scrollFactorX: from[row + 13] / 256,
      scrollFactorY: from[row + 14] / 256,
      tileX: from[row + 15] / 16,
      tileY: from[row + 16] / 16,
      tag: from[row + 17],
    };
  }
}

/**
 * Checks a schema that came from outside.
 *
 * @example
 * ```ts
 * assertStateSchema({ values: [{ name: 'health', type: 'int' }] });
 * ```
 */
export function assertStateSchema(schema: StateSchema): void {
  if (!Array.isArray(schema.values)) throw new SgapsError('ARGUMENT_INVALID', 'A state schema needs a list of values.');
  if (schema.values.length > LIMITS.values) throw SgapsError.limit('named values', schema.values.length, LIMITS.values);
  for (const { name, type, step } of schema.values) {
    if (typeof name !== 'string' || name.length === 0 || name.length > LIMITS.nameLength) {
      throw new SgapsError('ARGUMENT_INVALID', `A named value needs a name of 1 to ${LIMITS.nameLength} characters.`);
    }
    if (type !== 'int' && type !== 'float')
      throw new SgapsError('ARGUMENT_INVALID', `Named value ${name} must be 'int' or 'float'.`);
    if (step !== undefined && !(step >= 1e-9 && step <= 1e9)) {
      throw new SgapsError('ARGUMENT_INVALID', `Step ${step} of named value ${name} is outside 1e-9 … 1e9.`);
    }
  }
}

/** Nearest integer to value · scale within low … high; NaN is 0. */
function fixed(value: number, scale: number, low: number, high: number): number {
  const scaled = Math.round(value * scale);
  return scaled > low ? (scaled < high ? scaled | 0 : high) : scaled <= low ? low : 0;
}

/** An angle as 0 … steps − 1 of a turn. */
function turn(radians: number, steps: number): number {
  const part = (radians / (2 * Math.PI)) * steps;
  return Number.isFinite(part) ? Math.round(part % steps) & (steps - 1) : 0;
}

/** The angle of a turn's step, −π … π. */
function angle(step: number, steps: number): number {
  return ((step < steps / 2 ? step : step - steps) * 2 * Math.PI) / steps;
}
