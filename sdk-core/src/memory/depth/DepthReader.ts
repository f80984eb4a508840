import { BLOCK_KIND, BLOCK_SAMPLES, levelOf, type PixelFrame } from '@sgaps/protocol';
import { MEAN_CONFIDENCE } from '../TemporalMemoryBank.js';
import { BlockDepth, nearnessOf } from './BlockDepth.js';
import { BlockRefiner } from './BlockRefiner.js';
import { shifted } from './colours.js';
import type { DepthField } from './DepthField.js';
import type { FixedLayer } from './FixedLayer.js';
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
      if (level === 0) this.takePoints(frame, points, i, end, note);
      else for (let k = i; k < end; k++) this.takeMean(points, u[k], v[k], level, colourOf(rgb, k), frame.frameId);
      i = end;
    }
    if (!this.sweep) return;
    for (let i = 0; i < count; i++) if (levelOf(kind[i]) === 0) this.sweep.add(u[i], v[i], lumaOf(rgb, i));
  }

  /** Takes samples `first` to before `end`: the pixels of a block, or a single one. */
  private takePoints(frame: PixelFrame, points: PointPicture, first: number, end: number, note: PointOutcome | undefined): void {
    const { block, observer, refiner } = this;
    const { frameId } = frame;
    const { u, v } = frame.samples;
    const { rgb, bits, depth } = frame.values;
    block.clear();
    if (depth) this.readDepth(depth, frame, first, end);
    const whole = end - first === BLOCK_SAMPLES;
    if (this.sweep && whole) this.estimate(this.sweep, u[first], v[first], rgb, first);
    const refined = whole && bits[first] < 8 && this.refine(points, frame, first);
    const { known } = refiner;
    for (let i = first; i < end; i++) {
      const q = depth ? nearnessOf(depth[i]) : -1;
      const half = (1 << (8 - bits[i])) / 2;
      const likely = refined ? known[i - first] : -1;
      const outcome = observer.take(points, block, u[i], v[i], colourOf(rgb, i), half, q, likely, frameId);
      note?.(u[i], v[i], outcome, observer.confidence, observer.squaredError);
    }
  }

  /** Reads what was measured of the depth of a block. */
  private readDepth(depth: Uint16Array, { samples: { u, v }, values: { rgb } }: PixelFrame, first: number, end: number): void {
    const { block } = this;
    for (let k = first; k < end; k++) {
      const q = nearnessOf(depth[k]);
      if (q >= 0) block.add(u[k], v[k], q, colourOf(rgb, k));
    }
    block.fit();
  }

  /** Brings what is known of a block within what a coarse look at it says; false where the two do not go together. */
  private refine(points: PointPicture, { samples: { u, v }, values: { rgb, bits } }: PixelFrame, first: number): boolean {
    const { observer, refiner } = this;
    const { known } = refiner;
    for (let k = 0, i = first; k < BLOCK_SAMPLES; k++, i++) {
      const colour = observer.shownAt(points, u[i], v[i]);
      known[k] = colour < 0 ? colourOf(rgb, i) : colour;
    }
    return refiner.refine(rgb, 3 * first, (1 << (8 - bits[first])) / 2);
  }

  /** Finds the depth of a block that nobody measured, and whether the block moves with the world or hangs on the screen. */
  private estimate(sweep: PlaneSweep, left: number, top: number, rgb: Uint8Array, first: number): void {
    const { luma, field, block, fixed } = this;
    const u = left + 4;
    const v = top + 4;
    for (let k = 0; k < BLOCK_SAMPLES; k++) luma[k] = lumaOf(rgb, first + k);
    if (block.count > 0) {
      sweep.judge(luma, left, top, block.at(u, v, colourOf(rgb, first)));
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
    const { observer, fixed } = this;
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
        const shown = points.confidence(at) > confidence || fixed.shows(at, u, v) ? observer.shownAt(points, u, v) : -1;
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
}

/** Colour of sample i, red highest. */
function colourOf(rgb: Uint8Array, i: number): number {
  return (rgb[3 * i] << 16) | (rgb[3 * i + 1] << 8) | rgb[3 * i + 2];
}

/** Luma of sample i. */
function lumaOf(rgb: Uint8Array, i: number): number {
  return (rgb[3 * i] + 2 * rgb[3 * i + 1] + rgb[3 * i + 2]) >> 2;
}
