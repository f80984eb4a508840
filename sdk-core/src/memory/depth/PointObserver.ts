import { CONFIDENCE_START } from '../TemporalMemoryBank.js';
import type { BlockDepth } from './BlockDepth.js';
import { colourAt } from './colourAt.js';
import { isNear, squaredError, towards } from './colours.js';
import type { DepthField } from './DepthField.js';
import type { FixedLayer } from './FixedLayer.js';
import type { PointPicture } from './PointPicture.js';

/** Motion score above which a sample contradicts memory (S10), in 8-bit steps per channel. */
const MOTION_STEPS = 14;
const CONFIDENCE_GAIN = 26;
/** Two depths within this ratio may be the same thing. */
const SAME_DEPTH = 1.06;
/** Evidence of a sample that only one of the two explains: for its pixel, and for its block by colour or by depth. */
const WEIGHT = 24;
const BLOCK_WEIGHT = 4;
const DEPTH_WEIGHT = 16;
/** Variance of a prediction, 8-bit steps². */
const SPREAD = 40;

/**
 * Hears of each point: 1 as known, −1 contradicted, 0 nothing was known; memory's confidence there, and the mean over the channels of
 * (sample − prediction)², what lies within the sample's quantisation cell counting as 0.
 *
 * @example
 * ```ts
 * depth.read(frame, (u, v, outcome, confidence, squaredError) => cuts.note(u, v, outcome < 0));
 * ```
 */
export type PointOutcome = (u: number, v: number, outcome: number, confidence: number, squaredError: number) => void;

/**
 * Takes single points in (S10): decides whether each shows the world or what hangs on the screen, confirms or replaces what
 * that one knows, and gives what is new a depth. Colours are whole numbers, red highest.
 *
 * @example
 * ```ts
 * const observer = new PointObserver(fixed, field);
 * const outcome = observer.take(points, block, u, v, colour, 0.5, 1 / 12.5, -1, frame);
 * ```
 */
export class PointObserver {
  /** What memory said of the last point before it was taken. */
  confidence = 0;
  squaredError = 0;

  constructor(
    private readonly fixed: FixedLayer,
    private readonly field: DepthField,
  ) {}

  /**
   * Takes one point of the nearness `measured` (−1 when none was), of a block whose depth is known as `block`; `half` is half its
   * quantisation cell, `refined` the likeliest colour of it, −1 where nothing but the sample tells.
   */
  take(
    points: PointPicture,
    block: BlockDepth,
    u: number,
    v: number,
    sample: number,
    half: number,
    measured: number,
    refined: number,
    frame: number,
  ): number {
    const { fixed } = this;
    const at = v * points.width + u;
    const tolerance = MOTION_STEPS + half;
    const worldKnown = points.confidence(at);
    const world = worldKnown === 0 ? 0 : colourAt(points, at, u, v);
    const asWorld = worldKnown !== 0 && isNear(world, sample, tolerance);
    const screenKnown = fixed.bank.confidence[at];
    const screen = fixed.colour(at);
    const asScreen = screenKnown !== 0 && isNear(screen, sample, tolerance);
    const onScreen = fixed.shows(at, u, v);
    const known = onScreen ? screenKnown : worldKnown;
    const outcome = known === 0 ? 0 : (onScreen ? asScreen : asWorld) ? 1 : -1;
    this.confidence = known;
    this.squaredError = known === 0 ? 0 : squaredError(sample, onScreen ? screen : world, half);
    if (worldKnown !== 0 && screenKnown !== 0) this.weigh(points, at, u, v, asWorld, asScreen, measured);
    const colour = refined < 0 ? sample : refined;
    fixed.take(at, colour, measured, asScreen, screen, frame);
    if (fixed.shows(at, u, v)) {
      // What hangs on the screen is not of the world behind it.
      if (asWorld) points.forget(at);
      return outcome;
    }
    const q = measured >= 0 ? measured : this.nearnessOf(points, at, block, u, v, colour, asWorld);
    if (!asWorld) {
      points.write(at, q, colour, CONFIDENCE_START, frame);
      return outcome;
    }
    const learnt = refined < 0 && half > 0.5 ? towards(world, colour, SPREAD / (SPREAD + half * half)) : colour;
    const sure = Math.min(255, Math.max(CONFIDENCE_START, worldKnown + CONFIDENCE_GAIN));
    points.write(at, q, learnt, sure, frame);
    return outcome;
  }

  /** What memory shows at the pixel, red highest; −1 where it knows nothing. */
  shownAt(points: PointPicture, u: number, v: number): number {
    const { fixed } = this;
    const at = v * points.width + u;
    if (fixed.shows(at, u, v)) return fixed.colour(at);
    return points.spot[at] === 0 ? -1 : colourAt(points, at, u, v);
  }

  /** Weighs the world against the screen where both are known, by colour and by depth. */
  private weigh(
    points: PointPicture,
    at: number,
    u: number,
    v: number,
    asWorld: boolean,
    asScreen: boolean,
    measured: number,
  ): void {
    const { fixed } = this;
    if (asWorld !== asScreen) fixed.weigh(at, u, v, asScreen ? WEIGHT : -WEIGHT, asScreen ? BLOCK_WEIGHT : -BLOCK_WEIGHT);
    if (measured < 0 || fixed.nearness[at] < 0) return;
    const worldDepth = sameDepth(measured, points.nearness[at]);
    if (worldDepth !== sameDepth(measured, fixed.nearness[at]))
      fixed.weigh(at, u, v, worldDepth ? -WEIGHT : WEIGHT, worldDepth ? -DEPTH_WEIGHT : DEPTH_WEIGHT);
  }

  /** The nearness of a point that was not measured: on its block's plane, else as carried, else as the sample most like it. */
  private nearnessOf(
    points: PointPicture,
    at: number,
    block: BlockDepth,
    u: number,
    v: number,
    colour: number,
    asWorld: boolean,
  ): number {
    if (block.estimated) return this.field.between(u, v);
    if (block.flat) return block.plane(u, v);
    if (asWorld) return points.nearness[at];
    const like = block.like(u, v, colour);
    if (like >= 0) return like;
    return points.spot[at] !== 0 ? points.nearness[at] : this.field.at(u, v);
  }
}

function sameDepth(a: number, b: number): boolean {
  return a <= b * SAME_DEPTH && b <= a * SAME_DEPTH;
}
