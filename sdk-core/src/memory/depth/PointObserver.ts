import { createPrediction, near } from '../Prediction.js';
import { CONFIDENCE_START } from '../TemporalMemoryBank.js';
import type { BlockDepth } from './BlockDepth.js';
import { colourAt } from './colourAt.js';
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
 * that one knows, and gives what is new a depth.
 *
 * @example
 * ```ts
 * const observer = new PointObserver(fixed, field);
 * const outcome = observer.take(points, block, u, v, r, g, b, 8, 1 / 12.5, -1, frame);
 * ```
 */
export class PointObserver {
  /** What memory said of the last point before it was taken. */
  confidence = 0;
  squaredError = 0;
  private readonly world = createPrediction();
  private readonly screen = createPrediction();

  constructor(
    private readonly fixed: FixedLayer,
    private readonly field: DepthField,
  ) {}

  /**
   * Takes one point of the nearness `measured` (−1 when none was), of a block whose depth is known as `block`; `refined` is the likeliest
   * colour of it, −1 where nothing but the sample tells.
   */
  take(
    points: PointPicture,
    block: BlockDepth,
    u: number,
    v: number,
    r: number,
    g: number,
    b: number,
    bits: number,
    measured: number,
    refined: number,
    frame: number,
  ): number {
    const { world, screen, fixed } = this;
    const at = v * points.width + u;
    const half = (1 << (8 - bits)) / 2;
    const tolerance = MOTION_STEPS + half;
    this.readWorld(points, at, u, v);
    const asWorld = world.confidence !== 0 && near(world, r, g, b, tolerance);
    const asScreen = fixed.read(at, screen) !== 0 && near(screen, r, g, b, tolerance);
    const shown = fixed.shows(at, u, v) ? screen : world;
    const matched = shown === screen ? asScreen : asWorld;
    const outcome = shown.confidence === 0 ? 0 : matched ? 1 : -1;
    this.confidence = shown.confidence;
    const dr = beyond(r - shown.r, half);
    const dg = beyond(g - shown.g, half);
    const db = beyond(b - shown.b, half);
    this.squaredError = shown.confidence === 0 ? 0 : (dr * dr + dg * dg + db * db) / 3;
    if (world.confidence !== 0 && screen.confidence !== 0) {
      if (asWorld !== asScreen) fixed.weigh(at, u, v, asScreen ? WEIGHT : -WEIGHT, asScreen ? BLOCK_WEIGHT : -BLOCK_WEIGHT);
      if (measured >= 0 && fixed.nearness[at] >= 0) {
        const worldDepth = sameDepth(measured, points.nearness[at]);
        if (worldDepth !== sameDepth(measured, fixed.nearness[at]))
          fixed.weigh(at, u, v, worldDepth ? -WEIGHT : WEIGHT, worldDepth ? -DEPTH_WEIGHT : DEPTH_WEIGHT);
      }
    }
    if (refined >= 0) {
      r = refined >> 16;
      g = (refined >> 8) & 255;
      b = refined & 255;
    }
    fixed.take(at, r, g, b, measured, asScreen, screen, frame);
    if (fixed.shows(at, u, v)) {
      // What hangs on the screen is not of the world behind it.
      if (asWorld) points.forget(at);
      return outcome;
    }
    const q = this.nearnessOf(points, at, block, u, v, r, g, b, measured, asWorld);
    if (!asWorld) {
      points.write(at, q, (r << 16) | (g << 8) | b, CONFIDENCE_START, frame);
      return outcome;
    }
    const gain = refined < 0 && half > 0.5 ? SPREAD / (SPREAD + half * half) : 1;
    const red = Math.round(world.r + gain * (r - world.r));
    const green = Math.round(world.g + gain * (g - world.g));
    const blue = Math.round(world.b + gain * (b - world.b));
    const sure = Math.min(255, Math.max(CONFIDENCE_START, world.confidence + CONFIDENCE_GAIN));
    points.write(at, q, (red << 16) | (green << 8) | blue, sure, frame);
    return outcome;
  }

  /** What memory shows at the pixel, red highest; −1 where it knows nothing. */
  shownAt(points: PointPicture, u: number, v: number): number {
    const { fixed, screen } = this;
    const at = v * points.width + u;
    if (fixed.shows(at, u, v)) {
      fixed.read(at, screen);
      return (screen.r << 16) | (screen.g << 8) | screen.b;
    }
    return points.spot[at] === 0 ? -1 : colourAt(points, at, u, v);
  }

  private readWorld(points: PointPicture, at: number, u: number, v: number): void {
    const { world } = this;
    world.confidence = points.confidence(at);
    if (world.confidence === 0) return;
    const c = colourAt(points, at, u, v);
    world.r = c >> 16;
    world.g = (c >> 8) & 255;
    world.b = c & 255;
  }

  /** The nearness of a point: measured, else on its block's plane, else as carried, else as the sample most like it. */
  private nearnessOf(
    points: PointPicture,
    at: number,
    block: BlockDepth,
    u: number,
    v: number,
    r: number,
    g: number,
    b: number,
    measured: number,
    asWorld: boolean,
  ): number {
    if (measured >= 0) return measured;
    if (block.estimated) return this.field.between(u, v);
    if (block.flat) return block.at(u, v, r, g, b);
    if (asWorld) return points.nearness[at];
    const like = block.at(u, v, r, g, b);
    if (like >= 0) return like;
    return points.spot[at] !== 0 ? points.nearness[at] : this.field.at(u, v);
  }
}

function sameDepth(a: number, b: number): boolean {
  return a <= b * SAME_DEPTH && b <= a * SAME_DEPTH;
}

/** The part of a difference that lies outside a cell of half this size. */
function beyond(difference: number, half: number): number {
  if (half <= 0.5) return difference;
  return difference > half ? difference - half : difference < -half ? difference + half : 0;
}
