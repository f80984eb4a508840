import type { PixelFrame } from '@sgaps/protocol';
import type { ObjectLayer } from './ObjectLayer.js';
import { createPrediction, type Prediction } from './Prediction.js';
import type { Scene } from './Scene.js';

/** Samples noted in a frame at most. */
const CAPACITY = 1 << 14;
const BLOCK_KIND = 8;

/**
 * What the samples of the last frame said against memory, before it learnt from them: for each point its place, the squared
 * error of what memory would have shown, and how sure memory was. Overwritten by the next frame, in no snapshot.
 *
 * @example
 * ```ts
 * const { count, u, v, squaredError } = decoder.memory.innovations;
 * for (let i = 0; i < count; i++) history.observe(history.blockAt(u[i], v[i]), squaredError[i], decoder.frameId);
 * ```
 */
export class InnovationLog {
  /** Points noted. */
  count = 0;
  readonly u = new Uint16Array(CAPACITY);
  readonly v = new Uint16Array(CAPACITY);
  /** Mean over the channels of (sample − prediction)², 8-bit steps²; what lies within the sample's quantisation cell counts as 0. */
  readonly squaredError = new Float32Array(CAPACITY);
  /** Memory's confidence there, 1 … 255; 0 where it knew nothing, and then the error says nothing. */
  readonly confidence = new Uint8Array(CAPACITY);
  private readonly here = createPrediction();
  private readonly best = createPrediction();

  constructor(private readonly patches: Pick<ObjectLayer, 'predict'>) {}

  /** Notes the points of a frame that shows `scene`, which has not been learnt from yet. */
  read({ samples, values }: PixelFrame, scene: Scene): void {
    this.count = 0;
    for (let i = 0; i < samples.count && this.count < CAPACITY; i++) {
      const kind = samples.kind[i];
      if (kind !== 0 && kind !== BLOCK_KIND) continue;
      const u = samples.u[i];
      const v = samples.v[i];
      // A quarter of a block's pixels tell how far off it was.
      if (kind === BLOCK_KIND && ((u | v) & 1) !== 0) continue;
      const { best } = this;
      this.predict(scene, u, v, best);
      const half = values.bits[i] >= 8 ? 0 : (1 << (8 - values.bits[i])) / 2;
      const dr = beyond(values.rgb[3 * i] - best.r, half);
      const dg = beyond(values.rgb[3 * i + 1] - best.g, half);
      const db = beyond(values.rgb[3 * i + 2] - best.b, half);
      const n = this.count++;
      this.u[n] = u;
      this.v[n] = v;
      this.confidence[n] = best.confidence;
      this.squaredError[n] = best.confidence === 0 ? 0 : (dr * dr + dg * dg + db * db) / 3;
    }
  }

  /** Forgets what was noted. */
  clear(): void {
    this.count = 0;
  }

  /** Notes a point of which something else has told how far off memory was. */
  add(u: number, v: number, confidence: number, squaredError: number): void {
    if (this.count === CAPACITY) return;
    const n = this.count++;
    this.u[n] = u;
    this.v[n] = v;
    this.confidence[n] = confidence;
    this.squaredError[n] = squaredError;
  }

  /** What would be drawn at the pixel: the foremost object that knows it, else the likeliest scroll layer, else the scenery. */
  private predict({ objects, layers }: Scene, u: number, v: number, out: Prediction): void {
    const { here, patches } = this;
    out.confidence = 0;
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      if (patches.predict(placed, u, v, out) !== 0) return;
    }
    let best = Number.NEGATIVE_INFINITY;
    for (const layer of layers) {
      layer.locate(u, v);
      if (layer.predict(here) === 0) continue;
      const score = layer.prior + here.evidence + (here.confidence >> 3);
      if (score <= best) continue;
      best = score;
      out.r = here.r;
      out.g = here.g;
      out.b = here.b;
      out.confidence = here.confidence;
    }
    if (out.confidence !== 0) return;
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (!placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      if (patches.predict(placed, u, v, out) !== 0) return;
    }
  }
}

function beyond(innovation: number, half: number): number {
  return innovation > half ? innovation - half : innovation < -half ? innovation + half : 0;
}
