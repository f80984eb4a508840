import type { ColourSample } from './ColourSample.js';
import type { ObjectLayer } from './ObjectLayer.js';
import { observeScenery, relearnScenery } from './observeScenery.js';
import type { PlacedObject } from './PlacedObject.js';
import { createPrediction, near } from './Prediction.js';

/**
 * The scenery under a window of pixels, nearest first: what it says of them, and what samples teach it.
 *
 * @example
 * ```ts
 * const scenery = new SceneryWindow(patches);
 * scenery.open(objects, 16, 24, 24, 32);
 * if (scenery.predict(17, 25)) scenery.teach(17, 25, sample, true, frame);
 * ```
 */
export class SceneryWindow {
  /** What the scenery says of the pixel predicted last. */
  readonly backdrop = createPrediction();
  private readonly placed: PlacedObject[] = [];

  constructor(private readonly patches: Pick<ObjectLayer, 'predict'>) {}

  /** Pieces of scenery that touch the window. */
  get count(): number {
    return this.placed.length;
  }

  /** Turns to the window from (left, top) to (right, bottom), exclusive. */
  open(objects: readonly PlacedObject[], left: number, top: number, right: number, bottom: number): void {
    const { placed } = this;
    placed.length = 0;
    for (let o = objects.length - 1; o >= 0; o--) {
      const object = objects[o];
      if (object.scenery && left < object.right && right > object.left && top < object.bottom && bottom > object.top)
        placed.push(object);
    }
  }

  /** What the scenery says of the pixel, into `backdrop`; false where there is none. */
  predict(u: number, v: number): boolean {
    this.backdrop.confidence = 0;
    let covered = false;
    for (const placed of this.placed) {
      if (u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      covered = true;
      if (this.patches.predict(placed, u, v, this.backdrop) !== 0) break;
    }
    return covered;
  }

  /**
   * Gives the sample of the pixel predicted last to the scenery, nearest first; `own` false when it is known to show something
   * before it. Returns 1 where it was as known, −1 where it was not, 0 where nothing was known.
   */
  teach(u: number, v: number, sample: ColourSample, own: boolean, frame: number): number {
    const { backdrop } = this;
    const matched = backdrop.confidence !== 0 && near(backdrop, sample.r, sample.g, sample.b, sample.tolerance);
    let learnt = false;
    let last: PlacedObject | null = null;
    for (const placed of this.placed) {
      if (u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      const outcome = observeScenery(placed, u, v, sample, own, matched, frame);
      if (outcome === 'same') return 1;
      if (outcome === 'learnt') learnt = true;
      if (outcome !== 'outside') last = placed;
    }
    if (learnt || !own || !last) return 0;
    // Nothing lies behind the last: it must be what is seen.
    relearnScenery(last, u, v, sample, frame);
    return -1;
  }
}
