import type { CaptureGrid, FrameState } from '@sgaps/protocol';
import type { ModelOutput } from '../model/NeuralModel.js';
import { squaredError } from '../model/squaredError.js';

/** What comes in with a scrolling camera is off by this much, 8-bit steps². */
const NEW = 2000;
/** Frames for which a word counts: a model that is late has a say. */
export const MOST_WORD_AGE = 6;
/** Up to this squared error, 8-bit steps², doubt grows with every frame since, by this part of what lacks. */
const DOUBTFUL = 100;
const GROWTH = 0.1;

/**
 * The squared error that a model expects of a recent picture, carried to a frame to come (S3, S12).
 *
 * @example
 * ```ts
 * error.take(output, frameId, state);
 * if (error.carry(then, newestFrameId, importance)) look(importance);
 * ```
 */
export class ModelError {
  private readonly squared: Float32Array;
  private saidOf = -1;
  private viewX = 0;
  private viewY = 0;

  constructor(private readonly grid: CaptureGrid) {
    this.squared = new Float32Array(grid.width * grid.height);
  }

  /** The frame that the newest word is of; −1 where nothing was said yet. */
  get frameId(): number {
    return this.saidOf;
  }

  /** Takes what the model said of a frame. */
  take(output: ModelOutput, frameId: number, { cameras }: FrameState): void {
    this.saidOf = frameId;
    for (let at = 0; at < this.squared.length; at++) this.squared[at] = squaredError(output.logVariance[at]);
    this.viewX = Math.round(cameras[0]?.viewX ?? 0);
    this.viewY = Math.round(cameras[0]?.viewY ?? 0);
  }

  /**
   * Fills `out` (W·H, 8-bit steps²) with what is to be expected where a 2D camera stands then; false, and nothing done, where the model said nothing of frame
   * `newest`, nor of the six before it. The older its word, the less it is sure of anything.
   */
  carry(then: FrameState, newest: number, out: Float32Array): boolean {
    const age = newest - this.frameId;
    if (this.frameId < 0 || age < 0 || age > MOST_WORD_AGE) return false;
    const { width, height } = this.grid;
    const dx = Math.round(then.cameras[0]?.viewX ?? 0) - this.viewX;
    const dy = Math.round(then.cameras[0]?.viewY ?? 0) - this.viewY;
    const growth = GROWTH * age;
    for (let v = 0, at = 0; v < height; v++) {
      const row = v + dy;
      for (let u = 0; u < width; u++, at++) {
        const column = u + dx;
        const inside = row >= 0 && row < height && column >= 0 && column < width;
        const squared = inside ? this.squared[row * width + column] : NEW;
        out[at] = squared < DOUBTFUL ? squared + growth * (DOUBTFUL - squared) : squared;
      }
    }
    return true;
  }
}
