import { CONFIDENCE_START } from '../TemporalMemoryBank.js';
import type { BlockDepth } from './BlockDepth.js';
import { colourAt, readColours } from './colourAt.js';
import { isNear, squaredError, towards } from './colours.js';
import type { DepthField } from './DepthField.js';
import type { FixedLayer } from './FixedLayer.js';
import type { Look } from './Look.js';
import { type PointPicture, SURE_SHIFT } from './PointPicture.js';

// Constants of this file, which hot loops read for free, unlike what is imported.
const SURE = SURE_SHIFT;
const START = CONFIDENCE_START;
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
 * Takes looks at points in (S10): decides of each pixel whether it shows the world or what hangs on the screen, confirms or replaces
 * what that one knows, and gives what is new a depth. Colours are whole numbers, red highest.
 *
 * @example
 * ```ts
 * const observer = new PointObserver(fixed, field);
 * observer.tell(points, look, known);
 * observer.take(points, look, block, null, frame, (u, v, outcome) => cuts.note(u, v, outcome < 0));
 * ```
 */
export class PointObserver {
  constructor(
    private readonly fixed: FixedLayer,
    private readonly field: DepthField,
  ) {}

  /** Tells what memory shows of a look's pixels; where it knows nothing, `out` takes the samples. */
  tell(points: PointPicture, { left, top, size, sample, row }: Look, out: Int32Array): void {
    const { fixed } = this;
    const { width, height } = points;
    for (let y = 0, k = 0; y < size; y++) {
      const v = Math.min(top + y, height - 1);
      readColours(points, v, left, Math.min(left + size, width), row);
      for (let x = 0; x < size; x++, k++) {
        const u = Math.min(left + x, width - 1);
        const at = v * width + u;
        const colour = fixed.shows(at, u, v) ? fixed.colour(at) : row[u - left];
        out[k] = colour < 0 ? sample[k] : colour;
      }
    }
  }

  /**
   * Takes a look at a block whose depth is known as `block`; `likely` has the likeliest colours of its pixels, null where nothing but the
   * samples tells. `note` hears of each pixel whether it was as known.
   */
  take(
    points: PointPicture,
    look: Look,
    block: BlockDepth,
    likely: Int32Array | null,
    frame: number,
    note: PointOutcome | undefined,
  ): void {
    const { fixed } = this;
    const { left, top, size, half, sample, nearness } = look;
    const { spot, width, height } = points;
    const { confidence } = fixed.bank;
    const colours = likely ?? sample;
    const tolerance = MOTION_STEPS + half;
    const gain = likely === null && half > 0.5 ? SPREAD / (SPREAD + half * half) : 1;
    for (let y = 0, k = 0; y < size; y++) {
      const v = Math.min(top + y, height - 1);
      for (let x = 0; x < size; x++, k++) {
        const u = Math.min(left + x, width - 1);
        const at = v * width + u;
        const seen = sample[k];
        const colour = colours[k];
        const measured = nearness[k];
        const worldKnown = spot[at] >> SURE;
        const world = worldKnown === 0 ? 0 : colourAt(points, at, u, v);
        const asWorld = worldKnown !== 0 && isNear(world, seen, tolerance);
        const screenKnown = confidence[at];
        const screen = fixed.colour(at);
        const asScreen = screenKnown !== 0 && isNear(screen, seen, tolerance);
        if (note) {
          const onScreen = fixed.shows(at, u, v);
          const known = onScreen ? screenKnown : worldKnown;
          if (known === 0) note(u, v, 0, 0, 0);
          else note(u, v, (onScreen ? asScreen : asWorld) ? 1 : -1, known, squaredError(seen, onScreen ? screen : world, half));
        }
        if (worldKnown !== 0 && screenKnown !== 0) this.weigh(points, at, u, v, asWorld, asScreen, measured);
        fixed.take(at, colour, measured, asScreen, screen, frame);
        if (fixed.shows(at, u, v)) {
          // What hangs on the screen is not of the world behind it.
          if (asWorld) points.forget(at);
          continue;
        }
        const q = measured >= 0 ? measured : this.nearnessOf(points, at, block, u, v, colour, asWorld);
        if (asWorld) {
          const sure = Math.min(255, Math.max(START, worldKnown + CONFIDENCE_GAIN));
          points.write(at, q, gain === 1 ? colour : towards(world, colour, gain), sure, frame);
        } else points.write(at, q, colour, START, frame);
      }
    }
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
