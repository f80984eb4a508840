import { BLOCK_KIND, BLOCK_SAMPLES, levelOf, type PixelFrame } from '@sgaps/protocol';
import { MEAN_CONFIDENCE } from '../TemporalMemoryBank.js';
import { BlockDepth } from './BlockDepth.js';
import { BlockRefiner } from './BlockRefiner.js';
import { colourAt } from './colourAt.js';
import { shifted } from './colours.js';
import type { DepthField } from './DepthField.js';
import type { FixedLayer } from './FixedLayer.js';
import { Look } from './Look.js';
import type { PlaneSweep } from './PlaneSweep.js';
import { PointObserver, type PointOutcome } from './PointObserver.js';
import type { PointPicture } from './PointPicture.js';

/** A mean that is off by more than so many steps shows something else than what was known. */
const MOST_SHIFT = 48;
/** A block that moves with the world, or not, looks at most this share as unlike; and the evidence that gives. */
const CLEARLY = 0.7;
const SWEEP_WEIGHT = 48;

/**
 * Takes the samples of frames into a memory in depth: blocks and points, which tell of single pixels, and means of many.
 *
 * @example
 * ```ts
 * const reader = new DepthReader(fixed, field, sweep);
 * reader.read(frame, points, (u, v, outcome) => note(u, v, outcome));
 * ```
 */
export class DepthReader {
  private readonly block = new BlockDepth();
  private readonly look = new Look();
  private readonly refiner = new BlockRefiner();
  private readonly luma = new Uint8Array(BLOCK_SAMPLES);
  private readonly observer: PointObserver;

  constructor(
    private readonly fixed: FixedLayer,
    private readonly field: DepthField,
    private readonly sweep: PlaneSweep | null,
  ) {
    this.observer = new PointObserver(fixed, field);
  }

  /** Takes the samples of a frame to whose view the points were carried; `note` hears of each point whether it was as known. */
  read(frame: PixelFrame, points: PointPicture, note?: PointOutcome): void {
    const { u, v, kind, count } = frame.samples;
    const { rgb } = frame.values;
    for (let i = 0; i < count; ) {
      const end = Math.min(count, i + ((kind[i] & BLOCK_KIND) !== 0 ? BLOCK_SAMPLES : 1));
      const level = levelOf(kind[i]);
      if (level > 0) for (let k = i; k < end; k++) this.takeMean(points, u[k], v[k], level, colourOf(rgb, k), frame.frameId);
      else if (end - i === BLOCK_SAMPLES) this.take(frame, points, i, BLOCK_SAMPLES, note);
      else for (let k = i; k < end; k++) this.take(frame, points, k, 1, note);
      i = end;
    }
    this.sweep?.add(frame);
  }

  /** Takes `length` samples from the first on: the pixels of a block, or a single one. */
  private take(frame: PixelFrame, points: PointPicture, first: number, length: number, note: PointOutcome | undefined): void {
    const { block, observer, look, refiner } = this;
    const { values, frameId } = frame;
    look.open(frame, first, length);
    block.clear();
    if (values.depth) this.readDepth(frame, first, length);
    if (this.sweep && length > 1) this.estimate(this.sweep);
    const refined = length > 1 && values.bits[first] < 8 && this.refine(points, values.rgb, first);
    observer.take(points, look, block, refined ? refiner.known : null, frameId, note);
  }

  /** Reads what was measured of the depth of a block. */
  private readDepth({ samples: { u, v } }: PixelFrame, first: number, length: number): void {
    const { block, look } = this;
    for (let k = 0; k < length; k++)
      if (look.nearness[k] >= 0) block.add(u[first + k], v[first + k], look.nearness[k], look.sample[k]);
    block.fit();
  }

  /** Brings what is known of a block within what a coarse look at it says; false where the two do not go together. */
  private refine(points: PointPicture, rgb: Uint8Array, first: number): boolean {
    const { observer, refiner, look } = this;
    observer.tell(points, look, refiner.known);
    return refiner.refine(rgb, 3 * first, look.half);
  }

  /** Finds the depth of a block that nobody measured, and whether the block moves with the world or hangs on the screen. */
  private estimate(sweep: PlaneSweep): void {
    const { luma, field, block, fixed } = this;
    const { left, top, sample } = this.look;
    const u = left + 4;
    const v = top + 4;
    for (let k = 0; k < BLOCK_SAMPLES; k++) luma[k] = lumaOf(sample[k]);
    if (block.count > 0) {
      sweep.judge(luma, left, top, block.at(u, v, sample[0]));
    } else {
      field.set(u, v, sweep.find(luma, left, top, field), sweep.trusted);
      block.estimated = true;
    }
    const { planeCost, fixedCost } = sweep;
    if (planeCost < 0 || fixedCost < 0) return;
    if (fixedCost < CLEARLY * planeCost - 1) fixed.weighBlock(u, v, SWEEP_WEIGHT);
    else if (planeCost < CLEARLY * fixedCost - 1 && (block.count > 0 || sweep.trusted)) fixed.weighBlock(u, v, -SWEEP_WEIGHT);
  }

  /**
   * A mean fills what is unknown under it; what is known is shifted as a whole, so that its detail stays (the innovation of the low
   * frequencies), unless it was so far off that its detail must be another's.
   */
  private takeMean(points: PointPicture, u0: number, v0: number, level: number, colour: number, frame: number): void {
    const { fixed } = this;
    const { width, height } = points;
    const right = Math.min(width, u0 + (1 << level));
    const bottom = Math.min(height, v0 + (1 << level));
    const confidence = MEAN_CONFIDENCE[level];
    let n = 0;
    let dr = 0;
    let dg = 0;
    let db = 0;
    for (let v = v0; v < bottom; v++) {
      for (let u = u0, at = v * width + u0; u < right; u++, at++) {
        const shown = points.confidence(at) > confidence || fixed.shows(at, u, v) ? this.shownAt(points, at, u, v) : -1;
        if (shown < 0) continue;
        n++;
        dr += (colour >> 16) - (shown >> 16);
        dg += ((colour >> 8) & 255) - ((shown >> 8) & 255);
        db += (colour & 255) - (shown & 255);
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
    for (let v = v0; v < bottom; v++) {
      for (let u = u0, at = v * width + u0; u < right; u++, at++) {
        if (fixed.shows(at, u, v)) continue;
        const known = points.confidence(at);
        if (known <= confidence || (whole && !shifts))
          points.write(at, known !== 0 ? points.nearness[at] : this.field.at(u, v), colour, confidence, frame);
        else if (shifts) points.colour[at] = shifted(points.colour[at], dr, dg, db);
      }
    }
  }

  /** What memory shows at the pixel, red highest; −1 where it knows nothing. */
  private shownAt(points: PointPicture, at: number, u: number, v: number): number {
    if (this.fixed.shows(at, u, v)) return this.fixed.colour(at);
    return points.spot[at] === 0 ? -1 : colourAt(points, at, u, v);
  }
}

/** Colour of sample i, red highest. */
function colourOf(rgb: Uint8Array, i: number): number {
  return (rgb[3 * i] << 16) | (rgb[3 * i + 1] << 8) | rgb[3 * i + 2];
}

/** Luma of a colour. */
function lumaOf(colour: number): number {
  return ((colour >> 16) + 2 * ((colour >> 8) & 255) + (colour & 255)) >> 2;
}
