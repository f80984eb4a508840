import type { ColourSample } from './ColourSample.js';
import { EARNED } from './evidence.js';
import type { ObjectLayer } from './ObjectLayer.js';
import { observeObject } from './observeObject.js';
import type { PlacedObject } from './PlacedObject.js';
import { createPrediction, type Prediction } from './Prediction.js';
import type { Scene } from './Scene.js';
import { SceneryWindow } from './SceneryWindow.js';
import { SIDE, type WindowColours } from './WindowColours.js';
import type { WindowFindings } from './WindowFindings.js';
import { createWindowPrediction, isNear, readPrediction, type WindowPrediction } from './WindowPrediction.js';

/**
 * What lies before and behind the scroll layers under a window of pixels: objects, foremost first, and scenery.
 *
 * @example
 * ```ts
 * const front = new FrontWindow(patches);
 * if (front.open(scene, 16, 24, 8, 8)) {
 *   front.predict(scroll, 1);
 *   front.teach(colours, scroll, findings);
 * }
 * ```
 */
export class FrontWindow {
  private readonly fronts: PlacedObject[] = [];
  private readonly scenery: SceneryWindow;
  private frame = 0;
  private u = 0;
  private v = 0;
  private columns = 0;
  private rows = 0;
  /** What lies behind the objects: what the scroll layers say, and the scenery where there is some. */
  private below: WindowPrediction;
  private readonly mixed = createWindowPrediction();
  private readonly shown = createPrediction();
  private readonly sample: ColourSample = { r: 0, g: 0, b: 0, half: 0.5, tolerance: 0, exact: true };

  constructor(private readonly patches: Pick<ObjectLayer, 'predict'>) {
    this.scenery = new SceneryWindow();
    this.below = this.mixed;
  }

  /** Turns to a window: finds the objects and the scenery that touch it; false when there are none. */
  open({ frame, objects, hasScenery }: Scene, u: number, v: number, columns: number, rows: number): boolean {
    const { fronts, scenery } = this;
    this.frame = frame;
    this.u = u;
    this.v = v;
    this.columns = columns;
    this.rows = rows;
    fronts.length = 0;
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (!placed.scenery && u < placed.right && u + columns > placed.left && v < placed.bottom && v + rows > placed.top)
        fronts.push(placed);
    }
    if (hasScenery) scenery.open(objects, u, v, columns, rows);
    else scenery.close();
    return fronts.length > 0 || scenery.count > 0;
  }

  /** Finds what lies behind the objects: the scroll layers where they have earned it, else the scenery. `step` 2 is for the pixels of even u and v. */
  predict(scroll: WindowPrediction, step: 1 | 2): void {
    const { scenery, mixed, columns } = this;
    this.below = scroll;
    if (scenery.count === 0) return;
    this.below = mixed;
    scenery.predict(step);
    const { backdrop, covered } = scenery;
    for (let y = 0; y < this.rows; y++) {
      for (let n = SIDE * y, end = n + columns; n < end; n++) {
        const isScroll =
          covered[n] === 0 || (scroll.confidence[n] !== 0 && (backdrop.confidence[n] === 0 || scroll.evidence[n] >= EARNED));
        const from = isScroll ? scroll : backdrop;
        mixed.r[n] = from.r[n];
        mixed.g[n] = from.g[n];
        mixed.b[n] = from.b[n];
        mixed.confidence[n] = from.confidence[n];
      }
    }
  }

  /** What is shown at pixel n: the foremost object that knows it, else what lies behind; the object is reused. */
  shownAt(n: number): Prediction {
    const u = this.u + (n & (SIDE - 1));
    const v = this.v + (n >> 3);
    for (const placed of this.fronts) {
      if (u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      if (this.patches.predict(placed, u, v, this.shown) !== 0) return this.shown;
    }
    return readPrediction(this.below, n, this.shown);
  }

  /** Takes in the samples of the window, and says in `findings` which of them the scroll layers are to be shown. */
  teach(colours: WindowColours, scroll: WindowPrediction, findings: WindowFindings): void {
    const { fronts, scenery, u, v, columns, rows } = this;
    for (let k = 0; k < fronts.length; k++)
      observeObject(fronts[k], u, v, columns, rows, colours, this.below, findings, this.frame);
    if (scenery.count === 0) return;
    for (let y = 0; y < rows; y++) {
      for (let n = SIDE * y, end = n + columns; n < end; n++)
        if (findings.takes[n] !== 0 && scenery.covered[n] !== 0) this.teachBehind(n, colours, scroll, findings);
    }
  }

  /** A sample behind all objects where scenery lies behind the scroll layers: decides which of the two it shows. */
  private teachBehind(
    n: number,
    colours: WindowColours,
    scroll: WindowPrediction,
    { takes, said, weighs, motions }: WindowFindings,
  ): void {
    const { sample, scenery, frame } = this;
    const isScrollKnown = scroll.confidence[n] !== 0;
    const asScroll = isScrollKnown && isNear(scroll, n, colours);
    colours.get(n, sample);
    if (scenery.backdrop.confidence[n] === 0) {
      // Nobody can tell yet whose it is: both learn it, motion will tell them apart.
      scenery.teach(n, sample, true, false, frame);
      return;
    }
    if (isNear(scenery.backdrop, n, colours)) {
      if (isScrollKnown && !asScroll) weighs[n] = -24;
      said[n] = scenery.teach(n, sample, true, true, frame);
      if (said[n] > 0) motions[n] = 1;
      if (!asScroll) takes[n] = 0;
      return;
    }
    // Something stands before a known backdrop: the world's own content.
    weighs[n] = asScroll ? 24 : 12;
    scenery.teach(n, sample, !asScroll && !isScrollKnown, false, frame);
  }
}
