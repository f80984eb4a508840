import { codeSigned, createModel, type RangeCoder, resetModel, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { FLOAT_MODEL, FloatGrid } from './FloatGrid.js';
import { CameraColumn as C, CAMERA_ROW, CAMERA3D_FLOATS, CAMERA3D_ROW, type QuantisedState } from './QuantisedState.js';

const COUNT = 0;
const COUNT3D = 1;
const CHANGED = 2;
const MASK = CHANGED + 2;
const NUMBERS = MASK + 9 * 2;
const CHANGED3D = NUMBERS + 9 * SIGNED_MODEL;
const PLACE3D = CHANGED3D + 3;
const NUMBERS3D = PLACE3D + 1;
const FLOAT_CHANGED = NUMBERS3D + SIGNED_MODEL;
const FLOATS = FLOAT_CHANGED + CAMERA3D_FLOATS * 2;
const SIZE = FLOATS + 4 * FLOAT_MODEL;

/**
 * Codes the cameras of a frame against those of the last: 2D views against constant velocity, matrices float by float
 * against constant velocity.
 *
 * @example
 * ```ts
 * cameras.code(coder, previous, current);
 * ```
 */
export class CameraCoder {
  /** Adaptive probabilities, for a snapshot. */
  readonly model = createModel(SIZE);
  /** The last step of each matrix entry, for a snapshot. */
  readonly speeds = new Float32Array(LIMITS.cameras * CAMERA3D_FLOATS);
  private readonly empty = new Int32Array(CAMERA_ROW);

  /** Forgets everything. */
  reset(): void {
    resetModel(this.model);
    this.speeds.fill(0);
  }

  /** Codes `current`'s cameras against `previous`'s. @throws SgapsError on malformed bytes */
  code(coder: RangeCoder, previous: QuantisedState, current: QuantisedState): void {
    current.cameraCount = this.count(coder, COUNT, previous.cameraCount, current.cameraCount);
    for (let i = 0; i < current.cameraCount; i++) {
      const row = i * CAMERA_ROW;
      if (i < previous.cameraCount) this.code2d(coder, previous.cameras, row, current.cameras, row);
      else this.code2d(coder, this.empty, 0, current.cameras, row);
    }
    current.camera3dCount = this.count(coder, COUNT3D, previous.camera3dCount, current.camera3dCount);
    for (let i = 0; i < current.camera3dCount; i++) this.code3d(coder, previous, current, i, i < previous.camera3dCount);
  }

  private count(coder: RangeCoder, context: number, before: number, now: number): number {
    if (coder.bit(this.model, context, now === before ? 1 : 0) === 1) return before;
    return coder.uniform(now, LIMITS.cameras + 1);
  }

  private code2d(coder: RangeCoder, from: Int32Array, old: number, to: Int32Array, row: number): void {
    const { model } = this;
    const history = from[old + C.history];
    let differs = false;
    for (let k = 0; k < 9; k++) differs ||= to[row + k] !== expected(from, old, k);
    const changed = coder.bit(model, CHANGED + (history !== 0 ? 1 : 0), differs ? 1 : 0);
    let mask = 0;
    for (let k = 0; k < 9; k++) {
      const guess = expected(from, old, k);
      const context = MASK + 2 * k + ((history >>> k) & 1);
      const one = changed === 1 ? coder.bit(model, context, to[row + k] !== guess ? 1 : 0) : 0;
      const difference = one === 1 ? codeSigned(coder, model, NUMBERS + k * SIGNED_MODEL, (to[row + k] - guess) | 0) : 0;
      to[row + k] = (guess + difference) | 0;
      mask |= one << k;
    }
    if (to[row + C.rotation] < 0 || to[row + C.rotation] > 65535 || to[row + C.width] < 0 || to[row + C.height] < 0) {
      throw SgapsError.malformed('2D camera');
    }
    to[row + C.speedX] = from === this.empty ? 0 : (to[row + C.viewX] - from[old + C.viewX]) | 0;
    to[row + C.speedY] = from === this.empty ? 0 : (to[row + C.viewY] - from[old + C.viewY]) | 0;
    to[row + C.history] = mask;
  }

  private code3d(coder: RangeCoder, previous: QuantisedState, current: QuantisedState, index: number, known: boolean): void {
    const { model, speeds } = this;
    const to = current.cameras3d;
    const row = index * CAMERA3D_ROW;
    let placed = false;
    for (let k = 0; k < CAMERA3D_ROW; k++) placed ||= to[row + k] !== (known ? previous.cameras3d[row + k] : 0);
    const moved = coder.bit(model, PLACE3D, placed ? 1 : 0);
    for (let k = 0; k < CAMERA3D_ROW; k++) {
      const before = known ? previous.cameras3d[row + k] : 0;
      to[row + k] = (before + (moved === 1 ? codeSigned(coder, model, NUMBERS3D, (to[row + k] - before) | 0) : 0)) | 0;
    }
    if (to[row + 3] < 0 || to[row + 4] < 0) throw SgapsError.malformed('3D camera');
    for (let half = 0; half < 2; half++) {
      const start = index * CAMERA3D_FLOATS + 16 * half;
      let differs = false;
      for (let k = start; k < start + 16; k++) differs ||= current.floats[k] !== (known ? previous.floats[k] : 0);
      const changed = coder.bit(model, CHANGED3D + half, differs ? 1 : 0);
      for (let k = 0; k < 16; k++) {
        const at = start + k;
        const before = known ? previous.floats[at] : 0;
        if (!known) speeds[at] = 0;
        const moving = speeds[at] !== 0 ? 1 : 0;
        const context = FLOAT_CHANGED + 2 * (16 * half + k) + moving;
        const one = changed === 1 ? coder.bit(model, context, current.floats[at] !== before ? 1 : 0) : 0;
        if (one === 1) {
          const models = FLOATS + (2 * half + (k >= 12 ? 1 : 0)) * FLOAT_MODEL;
          current.floats[at] = FloatGrid.code(coder, model, models, current.floats[at], before + speeds[at]);
        } else current.floats[at] = before;
        const speed = current.floats[at] - before;
        speeds[at] = Number.isFinite(speed) ? speed : 0;
      }
    }
  }
}

function expected(from: Int32Array, old: number, column: number): number {
  if (column === C.viewX) return (from[old + C.viewX] + from[old + C.speedX]) | 0;
  if (column === C.viewY) return (from[old + C.viewY] + from[old + C.speedY]) | 0;
  return from[old + column];
}
