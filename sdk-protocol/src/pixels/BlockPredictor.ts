import { BLOCK_SAMPLES } from '../samples/SampleSet.js';
import type { BlockPlace } from './BlockPlace.js';
import { type BlockPlanes, Prediction } from './BlockPlanes.js';
import type { MotionModel } from './MotionModel.js';
import { MotionPrediction } from './MotionPrediction.js';
import { MotionSearch } from './MotionSearch.js';

/** What a motion costs in sums of differences of four times the brightness, in steps (1/8): a neighbour's, and one of its own. */
const MERGE_BIAS = 0.6;
const MOTION_BIAS = 1.6;

/**
 * Predicts a block by what was sent before: the encoder chooses between what was sent of its place, the mean beside it and a motion;
 * both sides read what the motion points to.
 *
 * @example
 * ```ts
 * const prediction = predictor.choose(rgb, 0, place, true, 128, motion, planes);
 * if (prediction === Prediction.motion) motion.code(encoder, predictor.motionX, predictor.motionY);
 * ```
 */
export class BlockPredictor {
  private readonly moved = new MotionPrediction();
  private readonly search = new MotionSearch();
  private readonly brightness = new Int32Array(BLOCK_SAMPLES);

  /** Motion that `choose` found, quarter pixels, −80 … 79. */
  get motionX(): number {
    return this.search.x;
  }

  /** Motion that `choose` found, quarter pixels, −80 … 79. */
  get motionY(): number {
    return this.search.y;
  }

  /** Reads what this motion (quarter pixels) points to into the planes. */
  read(place: BlockPlace, motionX: number, motionY: number, planes: BlockPlanes): void {
    this.moved.read(place, motionX, motionY, planes.moved);
  }

  /**
   * What of place, mean and motion is nearest to the truth (encoder only); what a motion points to is in the planes then.
   *
   * @param rgb The block's 64 colours, 3 bytes each, from `first` on; the planes hold them as truth.
   * @param known True where all of the place was sent before; the planes hold it as canvas then.
   * @param step Luma step, in 1/8.
   * @param motion Has the candidates of the block.
   */
  choose(
    rgb: Uint8Array,
    first: number,
    place: BlockPlace,
    known: boolean,
    step: number,
    motion: MotionModel,
    planes: BlockPlanes,
  ): Prediction {
    const [luma] = planes.truth;
    const [sent] = planes.canvas;
    let mean = 0;
    for (let j = 0; j < BLOCK_SAMPLES; j++) mean += luma[j];
    mean = (mean / BLOCK_SAMPLES) | 0;
    let plain = 0;
    for (let j = 0; j < BLOCK_SAMPLES; j++) plain += Math.abs(luma[j] - mean);
    let changed = Number.POSITIVE_INFINITY;
    if (known) {
      changed = 0;
      for (let j = 0; j < BLOCK_SAMPLES; j++) changed += Math.abs(luma[j] - sent[j]);
    }
    let best = Math.min(plain, changed);
    const still = plain < changed ? Prediction.mean : Prediction.place;
    if (!place.moves || best < step) return still;
    const { search, brightness } = this;
    for (let j = 0, p = first; j < BLOCK_SAMPLES; j++, p += 3) brightness[j] = rgb[p] + 2 * rgb[p + 1] + rgb[p + 2];
    search.open(place);
    search.begin(brightness);
    for (let k = 0; k < motion.candidates; k++) search.consider(brightness, motion.candidateX[k], motion.candidateY[k]);
    if (search.error > 4 * step) search.refine(brightness, MOTION_BIAS * step);
    best -= (MERGE_BIAS * step) / 4;
    if (search.error / 4 >= best) return still;
    this.read(place, search.x, search.y, planes);
    return Prediction.motion;
  }
}
