import type { ColourSample } from './ColourSample.js';
import { EARNED } from './evidence.js';
import type { ObjectLayer } from './ObjectLayer.js';
import { observeObject } from './observeObject.js';
import type { PlacedObject } from './PlacedObject.js';
import { createPrediction, near, type Prediction } from './Prediction.js';
import type { Scene } from './Scene.js';
import { SceneryWindow } from './SceneryWindow.js';
import { SIDE, type WindowColours } from './WindowColours.js';
import { OBJECT_CHANGED, type WindowFindings } from './WindowFindings.js';
import type { WindowPrediction } from './WindowPrediction.js';

/**
 * What lies before and behind the scroll layers under a window of pixels: objects, foremost first, and scenery.
 *
 * @example
 * ```ts
 * const front = new FrontWindow(patches);
 * if (front.open(scene, 16, 24, 8, 8)) front.teach(16, 24, 8, 8, colours, scroll, findings);
 * ```
 */
export class FrontWindow {
  private readonly fronts: PlacedObject[] = [];
  private readonly scenery: SceneryWindow;
  private scene: Scene = { frame: 0, layers: [], objects: [], hasScenery: false };
  /** What the scroll layers say of a pixel, and what lies behind the objects there. */
  private readonly scroll = createPrediction();
  private readonly below = createPrediction();
  private readonly shown = createPrediction();
  private readonly sample: ColourSample = { r: 0, g: 0, b: 0, half: 0.5, tolerance: 0, exact: true };

  constructor(private readonly patches: Pick<ObjectLayer, 'predict'>) {
    this.scenery = new SceneryWindow(patches);
  }

  /** Finds the objects and the scenery that touch the window; false when there are none. */
  open(scene: Scene, u: number, v: number, columns: number, rows: number): boolean {
    const { objects, hasScenery } = scene;
    const { fronts } = this;
    this.scene = scene;
    fronts.length = 0;
    for (let o = objects.length - 1; o >= 0; o--) {
      const { scenery, left, right, top, bottom } = objects[o];
      if (!scenery && u < right && u + columns > left && v < bottom && v + rows > top) fronts.push(objects[o]);
    }
    if (!hasScenery) return fronts.length > 0;
    this.scenery.open(objects, u, v, u + columns, v + rows);
    return fronts.length > 0 || this.scenery.count > 0;
  }

  /** What is shown at pixel n, (u, v): the foremost object that knows it, else what lies behind; the object is reused. */
  shownAt(n: number, u: number, v: number, scroll: WindowPrediction): Prediction {
    this.predictBehind(n, u, v, scroll);
    for (const placed of this.fronts) {
      if (u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      if (this.patches.predict(placed, u, v, this.shown) !== 0) return this.shown;
    }
    return this.below;
  }

  /** Takes in the samples of the window, and says in `findings` which of them the scroll layers are to be shown. */
  teach(
    u: number,
    v: number,
    columns: number,
    rows: number,
    colours: WindowColours,
    scroll: WindowPrediction,
    findings: WindowFindings,
  ): void {
    for (let y = 0; y < rows; y++) {
      for (let x = 0, n = SIDE * y; x < columns; x++, n++) {
        if (colours.tells[n] !== 0) this.teachPixel(n, u + x, v + y, colours, scroll, findings);
      }
    }
  }

  private teachPixel(
    n: number,
    u: number,
    v: number,
    colours: WindowColours,
    scroll: WindowPrediction,
    findings: WindowFindings,
  ): void {
    let covered = false;
    let isRead = false;
    for (const placed of this.fronts) {
      if (u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      if (!isRead) {
        covered = this.predictBehind(n, u, v, scroll);
        colours.get(n, this.sample);
        isRead = true;
      }
      const outcome = observeObject(placed, u, v, this.sample, this.below, this.scene.frame);
      if (outcome === 'outside' || outcome === 'behind') continue;
      findings.takes[n] = 0;
      findings.said[n] = outcome === 'new' ? 0 : outcome === 'same' ? 1 : OBJECT_CHANGED;
      if (outcome === 'changed') findings.motions[n] = -1;
      return;
    }
    if (this.scene.hasScenery && this.scenery.count > 0) {
      if (!isRead) {
        covered = this.predictBehind(n, u, v, scroll);
        colours.get(n, this.sample);
      }
      if (covered) this.teachBehind(n, u, v, findings);
    }
  }

  /**
   * What lies behind the objects, into `below`: the scroll layers where they have earned it, else the scenery. True where there
   * is scenery.
   */
  private predictBehind(n: number, u: number, v: number, layers: WindowPrediction): boolean {
    const { scroll, below } = this;
    scroll.r = layers.r[n];
    scroll.g = layers.g[n];
    scroll.b = layers.b[n];
    scroll.confidence = layers.confidence[n];
    scroll.evidence = layers.evidence[n];
    const covered = this.scene.hasScenery && this.scenery.count > 0 && this.scenery.predict(u, v);
    const { backdrop } = this.scenery;
    const front =
      scroll.confidence !== 0 && (!covered || backdrop.confidence === 0 || scroll.evidence >= EARNED) ? scroll : backdrop;
    below.confidence = 0;
    if (!covered && scroll.confidence === 0) return false;
    below.r = front.r;
    below.g = front.g;
    below.b = front.b;
    below.confidence = front.confidence;
    return covered;
  }

  /** A sample behind all objects where scenery lies behind the scroll layers: decides which of the two it shows. */
  private teachBehind(n: number, u: number, v: number, { takes, said, weighs, motions }: WindowFindings): void {
    const { scroll, sample, scenery } = this;
    const { backdrop } = scenery;
    const { frame } = this.scene;
    const { r, g, b, tolerance } = sample;
    const asScroll = scroll.confidence !== 0 && near(scroll, r, g, b, tolerance);
    if (backdrop.confidence === 0) {
      // Nobody can tell yet whose it is: both learn it, motion will tell them apart.
      scenery.teach(u, v, sample, true, frame);
      return;
    }
    if (near(backdrop, r, g, b, tolerance)) {
      if (scroll.confidence !== 0 && !asScroll) weighs[n] = -24;
      said[n] = scenery.teach(u, v, sample, true, frame);
      if (said[n] > 0) motions[n] = 1;
      if (!asScroll) takes[n] = 0;
      return;
    }
    // Something stands before a known backdrop: the world's own content.
    weighs[n] = asScroll ? 24 : 12;
    scenery.teach(u, v, sample, !asScroll && scroll.confidence === 0, frame);
  }
}
