import type { ColourSample } from './ColourSample.js';
import { observeScenery, relearnScenery } from './observeScenery.js';
import type { PlacedObject } from './PlacedObject.js';
import { predictPatch } from './predictPatch.js';
import { PIXELS, SIDE } from './WindowColours.js';
import { createWindowPrediction } from './WindowPrediction.js';

/**
 * The scenery under a window of pixels, nearest first: what it says of them, and what samples teach it.
 *
 * @example
 * ```ts
 * const scenery = new SceneryWindow();
 * scenery.open(objects, 16, 24, 8, 8);
 * scenery.predict(1);
 * if (scenery.covered[9] !== 0) scenery.teach(9, sample, true, false, frame);
 * ```
 */
export class SceneryWindow {
  /** What the scenery says of each pixel. */
  readonly backdrop = createWindowPrediction();
  /** 1 where there is scenery. */
  readonly covered = new Uint8Array(PIXELS);
  private readonly placed: PlacedObject[] = [];
  private u = 0;
  private v = 0;
  private columns = 0;
  private rows = 0;

  /** Pieces of scenery that touch the window. */
  get count(): number {
    return this.placed.length;
  }

  /** Turns to the window at (u, v). */
  open(objects: readonly PlacedObject[], u: number, v: number, columns: number, rows: number): void {
    const { placed } = this;
    this.u = u;
    this.v = v;
    this.columns = columns;
    this.rows = rows;
    placed.length = 0;
    for (let o = objects.length - 1; o >= 0; o--) {
      const object = objects[o];
      if (object.scenery && u < object.right && u + columns > object.left && v < object.bottom && v + rows > object.top)
        placed.push(object);
    }
  }

  /** Turns to a window without scenery. */
  close(): void {
    this.placed.length = 0;
  }

  /** Finds what the scenery says of the window; with `step` 2, of its pixels of even u and v. */
  predict(step: 1 | 2): void {
    const { placed, backdrop, covered } = this;
    backdrop.confidence.fill(0);
    covered.fill(0);
    for (let k = 0; k < placed.length; k++)
      predictPatch(placed[k], this.u, this.v, this.columns, this.rows, backdrop, covered, step);
  }

  /**
   * Gives the sample of pixel n to the scenery, nearest first; `own` false when it is known to show something before it,
   * `matched` when it is as the scenery has it. Returns 1 where it was as known, −1 where it was not, 0 where nothing was known.
   */
  teach(n: number, sample: ColourSample, own: boolean, matched: boolean, frame: number): number {
    const u = this.u + (n & (SIDE - 1));
    const v = this.v + (n >> 3);
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
