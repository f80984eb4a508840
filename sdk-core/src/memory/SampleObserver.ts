import { BLOCK_KIND, BLOCK_SAMPLES, levelOf, type PixelFrame, type SampleSet, type SampleValues } from '@sgaps/protocol';
import type { ColourSample } from './ColourSample.js';
import { EARNED } from './evidence.js';
import type { InnovationLog } from './InnovationLog.js';
import { LayerWindow } from './LayerWindow.js';
import type { ObserverParts } from './ObserverParts.js';
import { observeMean } from './observeMean.js';
import { observeObject } from './observeObject.js';
import type { PlacedObject } from './PlacedObject.js';
import { copyPrediction, createPrediction, near, type Prediction } from './Prediction.js';
import { readColour } from './readColour.js';
import type { Scene } from './Scene.js';
import { SceneryWindow } from './SceneryWindow.js';
import { CONFIDENCE_START } from './TemporalMemoryBank.js';

const OBJECT_CHANGED = -2;
/** The same for what is only known from a mean. */
const COARSE_STEPS = 40;

/**
 * Takes a frame's samples in (S10): decides for each whether it shows an object, the scenery behind the world or a scroll
 * layer, confirms or replaces what that one knows, and reports what was contradicted. Blocks are taken whole: what is the same
 * for all of a block's pixels is found once.
 *
 * @example
 * ```ts
 * const observer = new SampleObserver({ grid, patches, dynamic, suspects, cuts, regions, brightness, mostLayers: 2 });
 * observer.read(frame, { frame: frame.frameId, layers, objects, hasScenery: false }, innovations);
 * ```
 */
export class SampleObserver {
  private readonly parts: ObserverParts;
  private readonly windows: LayerWindow[] = [];
  private readonly scenery: SceneryWindow;
  /** Objects that touch the window, foremost first. */
  private readonly fronts: PlacedObject[] = [];
  private readonly verdicts: Int8Array;
  /** What the scroll layers say of a pixel, and what lies behind the objects there. */
  private readonly scroll = createPrediction();
  private readonly below = createPrediction();
  private readonly shown = createPrediction();
  private readonly sample: ColourSample = { r: 0, g: 0, b: 0, half: 0.5, tolerance: 0, exact: true };
  private scene: Scene = { frame: 0, layers: [], objects: [], hasScenery: false };

  constructor(parts: ObserverParts) {
    this.parts = parts;
    this.scenery = new SceneryWindow(parts.patches);
    for (let k = 0; k < parts.mostLayers; k++) this.windows.push(new LayerWindow());
    this.verdicts = new Int8Array(parts.mostLayers);
  }

  /** Takes all samples of a frame that shows `scene` in; `log` hears what they say against memory before it learns. */
  read({ samples, values }: PixelFrame, scene: Scene, log: InnovationLog | null): void {
    const { width, height } = this.parts.grid;
    const { rgb, bits } = values;
    this.scene = scene;
    // What an object shows in one place is learnt in another: what they show is compared before anything is learnt.
    if (log !== null && scene.objects.length > 0) this.compareObjects(samples, values, log);
    for (let i = 0; i < samples.count; i++) {
      const kind = samples.kind[i];
      const u = samples.u[i];
      const v = samples.v[i];
      if (kind === 0) {
        const touched = this.findObjects(u, v, 1, 1);
        this.open(u, v, 1, 1);
        this.takePixel(0, u, v, rgb, i, bits[i], true, touched ? null : log);
      } else if (kind === BLOCK_KIND) {
        const columns = Math.min(8, width - u);
        const rows = Math.min(8, height - v);
        const touched = this.findObjects(u, v, columns, rows);
        this.open(u, v, columns, rows);
        for (let y = 0; y < rows; y++) {
          for (let x = 0, n = 8 * y; x < columns; x++, n++) {
            // A quarter of a block's pixels tell how far off memory was.
            const counts = (((u + x) | (v + y)) & 1) === 0;
            this.takePixel(n, u + x, v + y, rgb, i + n, bits[i + n], counts, touched ? null : log);
          }
        }
        i += BLOCK_SAMPLES - 1;
      } else if (readColour(this.sample, this.parts.brightness, u, v, rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], bits[i])) {
        observeMean(scene.layers, this.parts.grid, u, v, levelOf(kind), this.sample, scene.frame);
      }
    }
  }

  /** Lets `log` hear of the samples in windows that objects touch. */
  private compareObjects({ count, u, v, kind }: SampleSet, { rgb, bits }: SampleValues, log: InnovationLog): void {
    const { width, height } = this.parts.grid;
    for (let i = 0; i < count; i++) {
      if (levelOf(kind[i]) !== 0) continue;
      const side = kind[i] === BLOCK_KIND ? 8 : 1;
      const columns = Math.min(side, width - u[i]);
      const rows = Math.min(side, height - v[i]);
      if (this.findObjects(u[i], v[i], columns, rows)) {
        this.open(u[i], v[i], columns, rows);
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            const j = i + side * y + x;
            if (side > 1 && ((u[j] | v[j]) & 1) !== 0) continue;
            this.predictBehind(8 * y + x, u[j], v[j]);
            log.note(u[j], v[j], rgb[3 * j], rgb[3 * j + 1], rgb[3 * j + 2], bits[j], this.shownAt(u[j], v[j]));
          }
        }
      }
      i += side * side - 1;
    }
  }

  /** Finds the objects that touch a window of pixels; false when there are none. */
  private findObjects(u: number, v: number, columns: number, rows: number): boolean {
    const { objects, hasScenery } = this.scene;
    const { fronts } = this;
    fronts.length = 0;
    for (let o = objects.length - 1; o >= 0; o--) {
      const { scenery, left, right, top, bottom } = objects[o];
      if (!scenery && u < right && u + columns > left && v < bottom && v + rows > top) fronts.push(objects[o]);
    }
    if (hasScenery) this.scenery.open(objects, u, v, u + columns, v + rows);
    return fronts.length > 0 || (hasScenery && this.scenery.count > 0);
  }

  /** Turns to a window of pixels whose objects were found. */
  private open(u: number, v: number, columns: number, rows: number): void {
    const { layers } = this.scene;
    for (let k = 0; k < layers.length; k++) this.windows[k].open(layers[k], u, v, columns, rows);
  }

  /** Takes sample i, which shows pixel n of the window. */
  private takePixel(
    n: number,
    u: number,
    v: number,
    rgb: Uint8Array,
    i: number,
    bits: number,
    counts: boolean,
    log: InnovationLog | null,
  ): void {
    const r = rgb[3 * i];
    const g = rgb[3 * i + 1];
    const b = rgb[3 * i + 2];
    const covered = this.predictBehind(n, u, v);
    if (counts && log !== null) log.note(u, v, r, g, b, bits, this.shownAt(u, v));
    if (!readColour(this.sample, this.parts.brightness, u, v, r, g, b, bits)) return;
    const outcome = this.takePoint(n, u, v, covered);
    if (outcome === 0) return;
    // As many as say how far off memory was tell what share of the samples it was wrong about.
    if (!counts) return;
    this.parts.cuts.note(u, v, outcome < 0);
    if (outcome !== OBJECT_CHANGED) this.parts.regions.note(u, v, outcome < 0);
  }

  /**
   * What lies behind the objects, into `below`: the scroll layers where they have earned it, else the scenery. True where there
   * is scenery.
   */
  private predictBehind(n: number, u: number, v: number): boolean {
    const { scroll, below } = this;
    this.predictScroll(n);
    const covered = this.scene.hasScenery && this.scenery.count > 0 && this.scenery.predict(u, v);
    const { backdrop } = this.scenery;
    const front =
      scroll.confidence !== 0 && (!covered || backdrop.confidence === 0 || scroll.evidence >= EARNED) ? scroll : backdrop;
    below.confidence = 0;
    if (covered || scroll.confidence !== 0) copyPrediction(front, below);
    return covered;
  }

  /** What the likeliest scroll layer says, into `scroll`. */
  private predictScroll(n: number): void {
    const { scroll, windows } = this;
    const { layers } = this.scene;
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < layers.length; k++) {
      const { confidence, evidence } = windows[k];
      const known = confidence[n];
      if (known === 0 || (k > 0 && evidence[n] < EARNED)) continue;
      const score = layers[k].prior + evidence[n] + (known >> 3);
      if (score <= most) continue;
      most = score;
      best = k;
    }
    scroll.confidence = 0;
    if (best < 0) return;
    const window = windows[best];
    scroll.r = window.r[n];
    scroll.g = window.g[n];
    scroll.b = window.b[n];
    scroll.confidence = window.confidence[n];
    scroll.evidence = window.evidence[n];
  }

  /** What is shown at the pixel: the foremost object that knows it, else what lies behind. */
  private shownAt(u: number, v: number): Prediction {
    for (const placed of this.fronts) {
      if (u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      if (this.parts.patches.predict(placed, u, v, this.shown) !== 0) return this.shown;
    }
    return this.below;
  }

  /** Returns 1 confirmed, −1 contradicted, −2 an object contradicted, 0 nothing was known. */
  private takePoint(n: number, u: number, v: number, covered: boolean): number {
    const { frame } = this.scene;
    for (const placed of this.fronts) {
      if (u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      const outcome = observeObject(placed, u, v, this.sample, this.below, frame);
      if (outcome === 'outside' || outcome === 'behind') continue;
      if (outcome === 'new') return 0;
      if (outcome === 'same') return 1;
      this.parts.dynamic.contradict(u, v, frame);
      return OBJECT_CHANGED;
    }
    return covered ? this.takeBehind(n, u, v) : this.takeScroll(n, u, v);
  }

  /** A sample behind all objects where scenery lies behind the scroll layers: decides which of the two it shows. */
  private takeBehind(n: number, u: number, v: number): number {
    const { scroll, sample, scenery } = this;
    const { backdrop } = scenery;
    const { frame } = this.scene;
    const { r, g, b, tolerance } = sample;
    const asScroll = scroll.confidence !== 0 && near(scroll, r, g, b, tolerance);
    copyPrediction(scroll, this.below);
    if (backdrop.confidence === 0) {
      // Nobody can tell yet whose it is: both learn it, motion will tell them apart.
      scenery.teach(u, v, sample, true, frame);
      return this.takeScroll(n, u, v);
    }
    if (near(backdrop, r, g, b, tolerance)) {
      if (scroll.confidence !== 0 && !asScroll) this.weigh(n, -24);
      const known = scenery.teach(u, v, sample, true, frame);
      if (asScroll) this.takeScroll(n, u, v);
      if (known > 0) this.parts.dynamic.confirm(u, v);
      return known;
    }
    // Something stands before a known backdrop: the world's own content.
    this.weigh(n, asScroll ? 24 : 12);
    scenery.teach(u, v, sample, !asScroll && scroll.confidence === 0, frame);
    return this.takeScroll(n, u, v);
  }

  /** Gives the sample to the scroll layers; weighs those that are right against those that are not. */
  private takeScroll(n: number, u: number, v: number): number {
    const { sample, below, verdicts, windows } = this;
    const { dynamic, suspects } = this.parts;
    const { frame, layers } = this.scene;
    const { r, g, b } = sample;
    const known = below.confidence;
    let agree = false;
    let disagree = false;
    for (let k = 0; k < layers.length; k++) {
      const verdict = windows[k].teach(n, r, g, b, sample.half, sample.tolerance, frame);
      verdicts[k] = verdict;
      if (verdict > 0) agree = true;
      else if (verdict < 0) disagree = true;
    }
    if (agree && disagree) for (let k = 0; k < layers.length; k++) if (verdicts[k] !== 0) windows[k].weigh(n, 24 * verdicts[k]);
    if (known === 0) return 0;
    const owner = near(below, r, g, b, known < CONFIDENCE_START ? COARSE_STEPS : sample.tolerance);
    if (known < CONFIDENCE_START) {
      if (!owner) suspects.add(u, v);
      return 0;
    }
    if (owner) {
      dynamic.confirm(u, v);
      return 1;
    }
    dynamic.contradict(u, v, frame);
    suspects.add(u, v);
    return -1;
  }

  private weigh(n: number, amount: number): void {
    for (let k = 0; k < this.scene.layers.length; k++) this.windows[k].weigh(n, amount);
  }
}
