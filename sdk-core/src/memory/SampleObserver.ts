import { type CaptureGrid, levelOf, type PixelFrame } from '@sgaps/protocol';
import type { ColourPairs } from './ColourPairs.js';
import type { ColourSample } from './ColourSample.js';
import type { CutDetector } from './CutDetector.js';
import type { DynamicMemory } from './DynamicMemory.js';
import { EARNED } from './evidence.js';
import type { ObjectLayer } from './ObjectLayer.js';
import { observeObject } from './observeObject.js';
import { observeScenery, relearnScenery } from './observeScenery.js';
import type { PhotometricModel } from './PhotometricModel.js';
import type { PlacedObject } from './PlacedObject.js';
import { createPrediction, near } from './Prediction.js';
import type { RegionCut } from './RegionCut.js';
import type { ScrollLayer } from './ScrollLayer.js';
import type { SuspectMap } from './SuspectMap.js';
import { CONFIDENCE_START, MEAN_CONFIDENCE } from './TemporalMemoryBank.js';

/** Motion score above which a sample contradicts memory (S10), in 8-bit steps per channel. */
const MOTION_STEPS = 14;
const OBJECT_CHANGED = -2;
/** The same on the screen while that is darker than memory. */
const FADED_STEPS = 4;
/** The same for what is only known from a mean. */
const COARSE_STEPS = 40;

/**
 * What lies on the screen in one frame: everything a sample of it may be of.
 *
 * @example
 * ```ts
 * const scene: Scene = { frame: 12, layers: [screen, world], objects: [], hasScenery: false };
 * ```
 */
export interface Scene {
  readonly frame: number;
  /** Scroll layers in sight, placed, the dominant one first. */
  readonly layers: readonly ScrollLayer[];
  /** Tracked objects, back to front. */
  readonly objects: readonly PlacedObject[];
  /** Some of the objects are scenery. */
  readonly hasScenery: boolean;
}

/**
 * What a sample observer teaches, and what it reports to.
 *
 * @example
 * ```ts
 * const parts: ObserverParts = { grid, patches, dynamic, suspects, cuts, regions, brightness, mostLayers: 2 };
 * ```
 */
export interface ObserverParts {
  readonly grid: CaptureGrid;
  readonly patches: ObjectLayer;
  readonly dynamic: DynamicMemory;
  readonly suspects: SuspectMap;
  readonly cuts: CutDetector;
  readonly regions: RegionCut;
  /** How brightly the screen shows what memory has. */
  readonly brightness: PhotometricModel;
  /** Scroll layers there can be at most. */
  readonly mostLayers: number;
}

/**
 * Takes a frame's samples in (S10): decides for each whether it shows an object, the scenery behind the world or a scroll
 * layer, confirms or replaces what that one knows, and reports what was contradicted.
 *
 * @example
 * ```ts
 * const observer = new SampleObserver({ grid, patches, dynamic, suspects, cuts, regions, brightness, mostLayers: 2 });
 * observer.read(frame, { frame: frame.frameId, layers, objects, hasScenery: false });
 * ```
 */
export class SampleObserver {
  private readonly grid: CaptureGrid;
  private readonly patches: ObjectLayer;
  private readonly dynamic: DynamicMemory;
  private readonly suspects: SuspectMap;
  private readonly cuts: CutDetector;
  private readonly regions: RegionCut;
  private readonly brightness: PhotometricModel;
  private readonly verdicts: Int8Array;
  private readonly here = createPrediction();
  private readonly scroll = createPrediction();
  private readonly backdrop = createPrediction();
  private readonly below = createPrediction();
  private readonly sample: ColourSample = { r: 0, g: 0, b: 0, tolerance: 0, exact: true };
  /** Half of the sample's quantisation cell, in memory's steps. */
  private half = 0.5;
  private scene: Scene = { frame: 0, layers: [], objects: [], hasScenery: false };

  constructor({ grid, patches, dynamic, suspects, cuts, regions, brightness, mostLayers }: ObserverParts) {
    this.grid = grid;
    this.patches = patches;
    this.dynamic = dynamic;
    this.suspects = suspects;
    this.cuts = cuts;
    this.regions = regions;
    this.brightness = brightness;
    this.verdicts = new Int8Array(mostLayers);
  }

  /** Takes all samples of a frame that shows `scene` in. */
  read({ samples, values }: PixelFrame, scene: Scene): void {
    this.scene = scene;
    for (let i = 0; i < samples.count; i++) {
      const kind = levelOf(samples.kind[i]);
      const r = values.rgb[3 * i];
      const g = values.rgb[3 * i + 1];
      const b = values.rgb[3 * i + 2];
      const u = samples.u[i];
      const v = samples.v[i];
      if (!this.readColour(u, v, r, g, b, values.bits[i])) continue;
      if (kind > 0) {
        this.takeMean(u, v, kind);
        continue;
      }
      const outcome = this.takePoint(u, v);
      if (outcome === 0) continue;
      this.cuts.note(u, v, outcome < 0);
      if (outcome !== OBJECT_CHANGED) this.regions.note(u, v, outcome < 0);
    }
  }

  /** Compares every `stride`-th point of a frame with what memory says of it. */
  compare({ samples, values }: PixelFrame, scene: Scene, stride: number, pairs: ColourPairs): void {
    this.scene = scene;
    pairs.clear();
    for (let i = 0; i < samples.count; i += stride) {
      if (levelOf(samples.kind[i]) !== 0 || !this.predict(samples.u[i], samples.v[i])) continue;
      const { rgb } = values;
      pairs.add(samples.u[i], samples.v[i], this.below, rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
    }
  }

  /** Turns to a sample: its colour as memory would have it. False when it says nothing of memory. */
  private readColour(u: number, v: number, r: number, g: number, b: number, bits: number): boolean {
    const { sample, brightness } = this;
    sample.r = r;
    sample.g = g;
    sample.b = b;
    this.half = (1 << (8 - bits)) / 2;
    sample.tolerance = MOTION_STEPS + this.half;
    sample.exact = bits >= 8;
    if (!brightness.engaged || brightness.isExempt(u, v)) return true;
    if (brightness.isImpossible(r, g, b)) return true;
    if (brightness.isVeiled()) return false;
    const { gain } = brightness;
    sample.r = brightness.beneath(r, 0);
    sample.g = brightness.beneath(g, 1);
    sample.b = brightness.beneath(b, 2);
    this.half = Math.max(0.5, this.half / gain);
    sample.tolerance = Math.max(MOTION_STEPS, FADED_STEPS / gain) + this.half;
    sample.exact = sample.exact && gain > 0.5;
    return true;
  }

  /** What memory shows at the pixel, objects and all, into `below`; false where it is not sure. */
  private predict(u: number, v: number): boolean {
    const { objects, hasScenery } = this.scene;
    const scrolled = this.predictScroll(u, v);
    const covered = hasScenery && this.predictScenery(u, v);
    this.chooseBelow(scrolled, covered);
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      if (placed.alpha < 0.98 || this.patches.predict(placed, u, v, this.here) === 0) continue;
      Object.assign(this.below, this.here);
      break;
    }
    return this.below.confidence >= CONFIDENCE_START;
  }

  /** Behind the objects: the scroll layers where they have earned it, else the scenery. */
  private chooseBelow(scrolled: boolean, covered: boolean): void {
    const { below } = this;
    const front =
      scrolled && (!covered || this.backdrop.confidence === 0 || this.scroll.evidence >= EARNED) ? this.scroll : this.backdrop;
    below.r = front.r;
    below.g = front.g;
    below.b = front.b;
    below.confidence = scrolled || covered ? front.confidence : 0;
  }

  /** Returns 1 confirmed, −1 contradicted, −2 an object contradicted, 0 nothing was known. */
  private takePoint(u: number, v: number): number {
    const { below, sample } = this;
    const { frame, objects, hasScenery } = this.scene;
    const scrolled = this.predictScroll(u, v);
    const covered = hasScenery && this.predictScenery(u, v);
    this.chooseBelow(scrolled, covered);
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      const outcome = observeObject(placed, u, v, sample, below, frame);
      if (outcome === 'outside' || outcome === 'behind') continue;
      if (outcome === 'new') return 0;
      if (outcome === 'same') return 1;
      this.dynamic.contradict(u, v, frame);
      return OBJECT_CHANGED;
    }
    if (!covered) return this.takeScroll(u, v);
    return this.takeBehind(u, v);
  }

  /** What the scroll layers say of the pixel, into `scroll`; the layers stay located there. */
  private predictScroll(u: number, v: number): boolean {
    const { here, scroll } = this;
    const { layers } = this.scene;
    scroll.confidence = 0;
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < layers.length; k++) {
      const layer = layers[k];
      layer.locate(u, v);
      if (layer.predict(here) === 0 || (k > 0 && here.evidence < EARNED)) continue;
      const score = layer.prior + here.evidence + (here.confidence >> 3);
      if (score <= best) continue;
      best = score;
      scroll.r = here.r;
      scroll.g = here.g;
      scroll.b = here.b;
      scroll.confidence = here.confidence;
      scroll.evidence = here.evidence;
    }
    return scroll.confidence !== 0;
  }

  /** What the scenery says of the pixel, into `backdrop`; false where there is none. */
  private predictScenery(u: number, v: number): boolean {
    const { objects } = this.scene;
    this.backdrop.confidence = 0;
    let covered = false;
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (!placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      covered = true;
      if (this.patches.predict(placed, u, v, this.backdrop) !== 0) break;
    }
    return covered;
  }

  /** A sample behind all objects where scenery lies behind the scroll layers: decides which of the two it shows. */
  private takeBehind(u: number, v: number): number {
    const { scroll, backdrop } = this;
    const { layers } = this.scene;
    const { r, g, b, tolerance } = this.sample;
    const asScroll = scroll.confidence !== 0 && near(scroll, r, g, b, tolerance);
    const asBackdrop = backdrop.confidence !== 0 && near(backdrop, r, g, b, tolerance);
    this.below.confidence = scroll.confidence;
    this.below.r = scroll.r;
    this.below.g = scroll.g;
    this.below.b = scroll.b;
    if (backdrop.confidence === 0) {
      // Nobody can tell yet whose it is: both learn it, motion will tell them apart.
      this.takeScenery(u, v, true);
      return this.takeScroll(u, v);
    }
    if (asBackdrop) {
      if (scroll.confidence !== 0 && !asScroll) for (const layer of layers) layer.weigh(-24);
      const known = this.takeScenery(u, v, true);
      if (asScroll) this.takeScroll(u, v);
      if (known > 0) this.dynamic.confirm(u, v);
      return known;
    }
    // Something stands before a known backdrop: the world's own content.
    for (const layer of layers) layer.weigh(asScroll ? 24 : 12);
    this.takeScenery(u, v, !asScroll && scroll.confidence === 0);
    return this.takeScroll(u, v);
  }

  /** Gives the sample to the scenery, nearest first; `own` false when it is known to show something before it. */
  private takeScenery(u: number, v: number, own: boolean): number {
    const { frame, objects } = this.scene;
    const matched =
      this.backdrop.confidence !== 0 && near(this.backdrop, this.sample.r, this.sample.g, this.sample.b, this.sample.tolerance);
    let learnt = false;
    let last: PlacedObject | null = null;
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (!placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      const outcome = observeScenery(placed, u, v, this.sample, own, matched, frame);
      if (outcome === 'same') return 1;
      if (outcome === 'learnt') learnt = true;
      if (outcome !== 'outside') last = placed;
    }
    if (learnt || !own || !last) return 0;
    // Nothing lies behind the last: it must be what is seen.
    relearnScenery(last, u, v, this.sample, frame);
    return -1;
  }

  /** Gives the sample to the scroll layers, which are still located there; weighs those that are right against those that are not. */
  private takeScroll(u: number, v: number): number {
    const { below, here, sample } = this;
    const { frame, layers } = this.scene;
    const { half } = this;
    const { r, g, b } = sample;
    const known = below.confidence;
    const { verdicts } = this;
    let agree = 0;
    let disagree = 0;
    for (let k = 0; k < layers.length; k++) {
      const layer = layers[k];
      verdicts[k] = 0;
      if (layer.predict(here) === 0) {
        layer.discover(r, g, b, CONFIDENCE_START, frame);
        continue;
      }
      const dr = projected(r - here.r, half);
      const dg = projected(g - here.g, half);
      const db = projected(b - here.b, half);
      if (Math.abs(dr) <= sample.tolerance && Math.abs(dg) <= sample.tolerance && Math.abs(db) <= sample.tolerance) {
        agree++;
        verdicts[k] = 1;
        // What was only known from a mean is now known itself.
        if (here.confidence < CONFIDENCE_START) layer.discover(r, g, b, CONFIDENCE_START, frame);
        else layer.confirm(dr, dg, db, frame);
      } else {
        disagree++;
        verdicts[k] = -1;
        layer.replace(r, g, b, CONFIDENCE_START, frame);
      }
    }
    if (agree > 0 && disagree > 0) {
      for (let k = 0; k < layers.length; k++) if (verdicts[k] !== 0) layers[k].weigh(24 * verdicts[k]);
    }
    if (known === 0) return 0;
    const tolerance = known < CONFIDENCE_START ? COARSE_STEPS : sample.tolerance;
    const owner = Math.abs(r - below.r) <= tolerance && Math.abs(g - below.g) <= tolerance && Math.abs(b - below.b) <= tolerance;
    if (known < CONFIDENCE_START) {
      if (!owner) this.suspects.add(u, v);
      return 0;
    }
    if (owner) {
      this.dynamic.confirm(u, v);
      return 1;
    }
    this.dynamic.contradict(u, v, frame);
    this.suspects.add(u, v);
    return -1;
  }

  /** A mean fills what is unknown under it and shifts what is only known from coarser looks. */
  private takeMean(u0: number, v0: number, kind: number): void {
    const { r, g, b } = this.sample;
    const { width, height } = this.grid;
    const { frame, layers } = this.scene;
    const right = Math.min(width, u0 + (1 << kind));
    const bottom = Math.min(height, v0 + (1 << kind));
    const confidence = MEAN_CONFIDENCE[kind];
    for (const layer of layers) {
      const { bank } = layer;
      for (let v = v0; v < bottom; v++) {
        for (let u = u0; u < right; u++) {
          const cell = layer.cellAt(u, v);
          if (bank.confidence[cell] <= confidence) bank.write(cell, r, g, b, confidence, frame);
        }
      }
    }
  }
}

/** The part of an innovation that lies outside the sample's quantisation cell (S15). */
function projected(innovation: number, half: number): number {
  if (half <= 0.5) return innovation;
  return innovation > half ? innovation - half : innovation < -half ? innovation + half : 0;
}
