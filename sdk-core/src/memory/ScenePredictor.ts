import { levelOf, type PixelFrame } from '@sgaps/protocol';
import type { ColourPairs } from './ColourPairs.js';
import { EARNED } from './evidence.js';
import type { ObjectLayer } from './ObjectLayer.js';
import { copyPrediction, createPrediction } from './Prediction.js';
import type { Scene } from './Scene.js';
import { CONFIDENCE_START } from './TemporalMemoryBank.js';

/**
 * What memory says of single pixels of a scene; the layers stay located at the last one.
 *
 * @example
 * ```ts
 * const predictor = new ScenePredictor(patches);
 * predictor.show(scene);
 * const covered = predictor.predictBehind(10, 20);
 * ```
 */
export class ScenePredictor {
  /** What the scroll layers say. */
  readonly scroll = createPrediction();
  /** What the scenery says. */
  readonly backdrop = createPrediction();
  /** What lies behind the objects, or what is shown, objects and all. */
  readonly below = createPrediction();
  private readonly here = createPrediction();
  private scene: Scene = { frame: 0, layers: [], objects: [], hasScenery: false };

  constructor(private readonly patches: ObjectLayer) {}

  /** Turns to a scene. */
  show(scene: Scene): void {
    this.scene = scene;
  }

  /** Compares every `stride`-th point of a frame with what memory says of it. */
  compare({ samples, values }: PixelFrame, scene: Scene, stride: number, pairs: ColourPairs): void {
    this.show(scene);
    pairs.clear();
    for (let i = 0; i < samples.count; i += stride) {
      if (levelOf(samples.kind[i]) !== 0 || !this.predict(samples.u[i], samples.v[i])) continue;
      const { rgb } = values;
      pairs.add(samples.u[i], samples.v[i], this.below, rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
    }
  }

  /** What memory shows at the pixel, objects and all, into `below`; false where it is not sure. */
  private predict(u: number, v: number): boolean {
    const { objects } = this.scene;
    this.predictBehind(u, v);
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      if (placed.alpha < 0.98 || this.patches.predict(placed, u, v, this.here) === 0) continue;
      copyPrediction(this.here, this.below);
      break;
    }
    return this.below.confidence >= CONFIDENCE_START;
  }

  /**
   * What lies behind the objects, into `below`: the scroll layers where they have earned it, else the scenery. True where
   * there is scenery.
   */
  predictBehind(u: number, v: number): boolean {
    const { below } = this;
    const scrolled = this.predictScroll(u, v);
    const covered = this.scene.hasScenery && this.predictScenery(u, v);
    const front =
      scrolled && (!covered || this.backdrop.confidence === 0 || this.scroll.evidence >= EARNED) ? this.scroll : this.backdrop;
    below.r = front.r;
    below.g = front.g;
    below.b = front.b;
    below.confidence = scrolled || covered ? front.confidence : 0;
    return covered;
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
}
