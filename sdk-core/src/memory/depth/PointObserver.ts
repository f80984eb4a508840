import { BLOCK_SAMPLES } from '@sgaps/protocol';
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
  /** Of the pixels of a look: the colour the screen was known to have, −1 none, and 1 where it is as that. */
  private readonly screen = new Int32Array(BLOCK_SAMPLES);
  private readonly asScreen = new Uint8Array(BLOCK_SAMPLES);

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
    const { left, top, size } = look;
    const whole = left + size <= points.width && top + size <= points.height;
    // Samples that repeat the edge are of one pixel, which learns from one after the other.
    const step = whole ? size * size : 1;
    for (let k = 0; k < size * size; k += step) {
      this.compareScreen(points, look, k, k + step);
      this.takeWorld(points, look, k, k + step, block, likely, frame, note);
      this.takeScreen(points, look, k, k + step, likely ?? look.sample, frame);
    }
  }

  /** Finds out of pixels `first` to before `end` of a look whether they are as the screen was known to be. */
  private compareScreen({ width, height }: PointPicture, look: Look, first: number, end: number): void {
    const { screen, asScreen, fixed } = this;
    const { left, top, shift, half, sample } = look;
    const { confidence } = fixed.bank;
    const tolerance = MOTION_STEPS + half;
    const last = (1 << shift) - 1;
    for (let k = first; k < end; k++) {
      const at = Math.min(top + (k >> shift), height - 1) * width + Math.min(left + (k & last), width - 1);
      const colour = confidence[at] === 0 ? -1 : fixed.colour(at);
      screen[k] = colour;
      asScreen[k] = colour >= 0 && isNear(colour, sample[k], tolerance) ? 1 : 0;
    }
  }

  /** Lets the world learn from pixels `first` to before `end` of a look, one after the other, where they are not the screen's. */
  private takeWorld(
    points: PointPicture,
    look: Look,
    first: number,
    end: number,
    block: BlockDepth,
    likely: Int32Array | null,
    frame: number,
    note: PointOutcome | undefined,
  ): void {
    const { fixed, screen } = this;
    const { left, top, shift, half, sample, nearness } = look;
    const { spot, width, height } = points;
    const colours = likely ?? sample;
    const tolerance = MOTION_STEPS + half;
    const gain = likely === null && half > 0.5 ? SPREAD / (SPREAD + half * half) : 1;
    const last = (1 << shift) - 1;
    for (let k = first; k < end; k++) {
      const u = Math.min(left + (k & last), width - 1);
      const v = Math.min(top + (k >> shift), height - 1);
      const at = v * width + u;
      const known = spot[at] >> SURE;
      const world = known === 0 ? -1 : colourAt(points, at, u, v);
      const asWorld = known !== 0 && isNear(world, sample[k], tolerance);
      const asScreen = this.asScreen[k] !== 0;
      if (note) {
        const onScreen = screen[k] >= 0 && fixed.earned(at, u, v);
        const shown = onScreen ? screen[k] : world;
        if (shown < 0) note(u, v, 0, 0, 0);
        else {
          const sure = onScreen ? fixed.bank.confidence[at] : known;
          note(u, v, (onScreen ? asScreen : asWorld) ? 1 : -1, sure, squaredError(sample[k], shown, half));
        }
      }
      if (world >= 0 && screen[k] >= 0) this.weigh(points, at, u, v, asWorld, asScreen, nearness[k]);
      if (fixed.earned(at, u, v)) {
        // What hangs on the screen is not of the world behind it.
        if (asWorld) points.forget(at);
        continue;
      }
      const colour = asWorld && gain !== 1 ? towards(world, colours[k], gain) : colours[k];
      const q = nearness[k] >= 0 ? nearness[k] : this.nearnessOf(points, at, block, u, v, colours[k], asWorld);
      points.write(at, q, colour, asWorld ? Math.min(255, Math.max(START, known + CONFIDENCE_GAIN)) : START, frame);
    }
  }

  /** Lets the screen learn from pixels `first` to before `end` of a look that were compared with it. */
  private takeScreen(
    { width, height }: PointPicture,
    { left, top, shift, nearness }: Look,
    first: number,
    end: number,
    colours: Int32Array,
    frame: number,
  ): void {
    const { screen, asScreen, fixed } = this;
    const last = (1 << shift) - 1;
    for (let k = first; k < end; k++) {
      const at = Math.min(top + (k >> shift), height - 1) * width + Math.min(left + (k & last), width - 1);
      fixed.take(at, colours[k], nearness[k], asScreen[k] !== 0, screen[k], frame);
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
