import {
  type ByteReader,
  type ByteWriter,
  type CaptureGrid,
  type FrameState,
  type PixelFrame,
  SgapsError,
  type TrackedObject,
} from '@sgaps/protocol';
import { readText, writeText } from '../snapshot/snapshotBytes.js';
import { DynamicMemory } from './DynamicMemory.js';
import { ObjectLayer, observeObject, observeScenery, type PlacedObject, relearnScenery } from './ObjectLayer.js';
import { EARNED, type Prediction, ScrollLayer } from './ScrollLayer.js';
import { CONFIDENCE_START } from './TemporalMemoryBank.js';

/** Motion score above which a sample contradicts memory (S10), in 8-bit steps per channel. */
const MOTION_STEPS = 14;
/** The same for what is only known from a mean. */
const COARSE_STEPS = 40;
/** Known, however much its surroundings change. */
const DOUBTED = 64;
/** An object drawn larger than this share of the screen is scenery: its own scroll layer, not a patch. */
const SCENERY_SHARE = 0.3;
const MAX_LAYERS = 2;
/** A frame in which more than this share of the known blocks looked at is contradicted starts a new scene, if it looked at so many. */
const CUT = 0.6;
const CUT_BLOCKS = 0.05;
/** Cells this near to a contradicted one lose confidence, grid pixels. */
const SUSPECT_RADIUS = 3;
/** Confidence of cells known only from a mean of 2^level squares. */
export const MEAN_CONFIDENCE = [CONFIDENCE_START, 110, 80, 56, 40];

/**
 * Everything memory says about one frame, as arrays over the grid, row by row from the top left; buffers are reused.
 *
 * @example
 * ```ts
 * const known = composition.confidence.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
 * ```
 */
export interface Composition {
  /** 8-bit RGB, 3 × W × H. */
  readonly rgb: Uint8ClampedArray;
  /** 0 unknown … 255 certain. */
  readonly confidence: Uint8Array;
  /** Frames since the content was last looked at, at most 255. */
  readonly age: Uint8Array;
  /** What the layer shown there has earned; a layer drawn over it must have earned more. Very low where something veils it. */
  readonly score: Int16Array;
}

interface SceneryLayer {
  readonly key: 'screen' | 'camera';
  layer: ScrollLayer | null;
  /** Offset at which the layer would have been the screen's: a layer is made once its motion differs. */
  originX: number;
  originY: number;
  x: number;
  y: number;
  present: boolean;
}

/**
 * An empty composition over a grid.
 *
 * @example
 * ```ts
 * const composition = createComposition({ width: 320, height: 180 });
 * ```
 */
export function createComposition(grid: CaptureGrid): Composition {
  const pixels = grid.width * grid.height;
  return {
    rgb: new Uint8ClampedArray(3 * pixels),
    confidence: new Uint8Array(pixels),
    age: new Uint8Array(pixels),
    score: new Int16Array(pixels),
  };
}

/**
 * All memory of a session: scroll layers for what moves as one, patches for tracked objects, and the dynamic memory
 * that says where neither can be trusted (DESIGN.md, "Layered memory"; S10).
 *
 * @example
 * ```ts
 * const memory = new LayeredMemory({ width: 320, height: 180 });
 * memory.observe(frame);
 * memory.compose(frame.state, composition);
 * ```
 */
export class LayeredMemory {
  readonly dynamic: DynamicMemory;
  readonly objects = new ObjectLayer();
  private readonly layers: SceneryLayer[] = [];
  private readonly screen: ScrollLayer;
  private frame = 0;
  private hasScenery = false;
  private readonly suspects = new Int32Array(4096);
  private suspectCount = 0;
  private readonly suspectMask: Uint8Array;
  private readonly suspectBounds: Uint8Array;
  /** Share of this frame's samples that contradicted confident memory. */
  contradicted = 0;

  constructor(private readonly grid: CaptureGrid) {
    this.dynamic = new DynamicMemory(grid.width, grid.height);
    this.suspectMask = new Uint8Array(grid.width * grid.height);
    this.suspectBounds = new Uint8Array(grid.height);
    this.blockLooks = new Int32Array(this.dynamic.heat.length);
    this.screen = new ScrollLayer(ringSide(grid.width), ringSide(grid.height));
    this.layers.push({ key: 'screen', layer: this.screen, originX: 0, originY: 0, x: 0, y: 0, present: true });
  }

  /** Takes a frame's samples in. */
  observe(frame: PixelFrame): void {
    this.frame = frame.frameId;
    this.dynamic.advance(frame.frameId);
    this.track(frame.state);
    this.takeSamples(frame, this.place(frame.state));
  }

  /** Draws what memory says of a frame with this state, of now or of a moment to come; `resampled` at sub-pixel phase. */
  compose(state: FrameState, out: Composition, resampled = true): void {
    const { width, height } = this.grid;
    const objects = this.place(state);
    out.age.fill(0);
    out.confidence.fill(0);
    out.score.fill(0);
    // Scenery front to back, then the scroll layers over it, then the objects back to front.
    for (let o = objects.length - 1; o >= 0; o--)
      if (objects[o].scenery) this.objects.compose(objects[o], width, this.frame, out, true, resampled);
    if (this.hasScenery) out.score.fill(-1000);
    this.rank();
    const contested = this.ranked.length > 1 || this.hasScenery;
    for (let k = 0; k < this.ranked.length; k++)
      this.ranked[k].compose(width, height, this.frame, out, { dominant: k === 0, contested, resampled });
    for (const placed of objects) if (!placed.scenery) this.objects.compose(placed, width, this.frame, out, false, resampled);
    this.cool(out);
  }

  /** Forgets the scenery, keeps what objects look like (scene cut). */
  forgetScenery(): void {
    for (const entry of this.layers) entry.layer?.clear();
    this.dynamic.clear();
  }

  /** Writes everything memory holds; a restored memory behaves exactly alike. */
  save(writer: ByteWriter): void {
    writer.i32(this.frame);
    this.dynamic.save(writer);
    this.objects.save(writer);
    writer.varint(this.layers.length);
    for (const entry of this.layers) {
      writeText(writer, entry.key);
      for (const value of [entry.originX, entry.originY, entry.x, entry.y]) writer.f64(value);
      writer.u8(entry.present ? 1 : 0);
      writer.u8(entry.layer ? 1 : 0);
      entry.layer?.save(writer);
    }
  }

  /** Takes up what `save` wrote for the same grid. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    this.frame = reader.i32('frame');
    this.dynamic.restore(reader);
    this.objects.restore(reader);
    const count = reader.varint('layer count', MAX_LAYERS);
    if (count === 0) throw SgapsError.malformed('snapshot: no screen layer');
    this.layers.length = 1;
    for (let i = 0; i < count; i++) {
      const key = readText(reader, 'layer key') === 'camera' ? 'camera' : 'screen';
      const originX = reader.f64('origin');
      const originY = reader.f64('origin');
      const x = reader.f64('place');
      const y = reader.f64('place');
      const present = reader.u8('presence') === 1;
      const layer = reader.u8('layer') === 1 ? (i === 0 ? this.screen : this.createLayer()) : null;
      layer?.restore(reader);
      if (i > 0) this.layers.push({ key, layer, originX, originY, x, y, present });
    }
  }

  private createLayer(): ScrollLayer {
    return new ScrollLayer(2 * ringSide(this.grid.width), 2 * ringSide(this.grid.height));
  }

  /** Lowers the confidence of what lies in blocks that keep changing. */
  private cool(out: Composition): void {
    const { width, height } = this.grid;
    const { heat, columns, rows } = this.dynamic;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const h = heat[y * columns + x];
        if (h < 0.05) continue;
        const factor = 1 - 0.6 * h;
        const right = Math.min(width, 8 * x + 8);
        const bottom = Math.min(height, 8 * y + 8);
        for (let v = 8 * y; v < bottom; v++) {
          for (let at = v * width + 8 * x; at < v * width + right; at++) {
            const c = out.confidence[at];
            if (c > DOUBTED) out.confidence[at] = Math.max(DOUBTED, c * factor);
          }
        }
      }
    }
  }

  /** Follows which surfaces move apart from the screen, and gives each its own layer once it does. */
  private track(state: FrameState): void {
    const { width, height } = this.grid;
    for (const entry of this.layers) entry.present = entry.key === 'screen';
    const camera = state.cameras[0];
    if (camera) this.follow('camera', camera.viewX, camera.viewY);
    for (const entry of this.layers) {
      if (entry.layer || !entry.present) continue;
      const dx = entry.x - entry.originX;
      const dy = entry.y - entry.originY;
      if (dx === 0 && dy === 0) continue;
      if (this.layers.some((other) => other.layer && other !== entry && other.present && moves(other, dx, dy))) continue;
      entry.layer = this.createLayer();
      // Until now the surface stood still on the screen: what the screen knows is the surface's too.
      this.screen.place(0, 0);
      entry.layer.place(entry.originX, entry.originY);
      entry.layer.fork(this.screen, width, height);
      entry.layer.prior = 16;
    }
  }

  private follow(key: 'camera', x: number, y: number): void {
    let entry = this.layers.find((candidate) => candidate.key === key);
    if (!entry) {
      entry = { key, layer: null, originX: x, originY: y, x, y, present: true };
      this.layers.push(entry);
    }
    entry.x = x;
    entry.y = y;
    entry.present = true;
  }

  private place(state: FrameState): PlacedObject[] {
    const { width, height } = this.grid;
    const camera = state.cameras[0];
    const viewX = camera?.viewX ?? 0;
    const viewY = camera?.viewY ?? 0;
    for (const entry of this.layers) {
      if (!entry.layer) continue;
      if (entry.key === 'screen') entry.layer.place(0, 0);
      else entry.layer.place(viewX, viewY);
    }
    const objects: PlacedObject[] = [];
    this.hasScenery = false;
    for (const object of state.objects) {
      const placed = this.objects.place(object, viewX, viewY, width, height, this.frame);
      if (!placed) continue;
      placed.scenery = isScenery(object, this.grid);
      if (placed.scenery) this.hasScenery = true;
      objects.push(placed);
    }
    return objects;
  }

  /** The layers in sight, the dominant one first. */
  private rank(): void {
    const { ranked } = this;
    ranked.length = 0;
    for (const entry of this.layers) if (entry.layer && entry.present) ranked.push(entry.layer);
    ranked.sort((a, b) => b.prior - a.prior);
  }
  private readonly ranked: ScrollLayer[] = [];

  private takeSamples(frame: PixelFrame, objects: readonly PlacedObject[]): void {
    this.suspectCount = 0;
    this.rank();
    this.readSamples(frame, objects);
    let confident = 0;
    let contradicted = 0;
    for (let b = 0; b < this.blockLooks.length; b++) {
      const looks = this.blockLooks[b] >> 8;
      if (looks === 0) continue;
      confident++;
      if (2 * (this.blockLooks[b] & 255) > looks) contradicted++;
    }
    this.contradicted = confident >= CUT_BLOCKS * this.blockLooks.length ? contradicted / confident : 0;
    if (this.contradicted > CUT) {
      this.forgetScenery();
      // What this frame showed is the first look at the new scene.
      this.readSamples(frame, objects);
      this.suspectCount = 0;
    }
    this.spreadSuspicion();
  }

  private readSamples({ samples, values }: PixelFrame, objects: readonly PlacedObject[]): void {
    this.blockLooks.fill(0);
    for (let i = 0; i < samples.count; i++) {
      const kind = samples.kind[i];
      if (kind > 4) continue;
      const r = values.rgb[3 * i];
      const g = values.rgb[3 * i + 1];
      const b = values.rgb[3 * i + 2];
      if (kind > 0) {
        this.takeMean(samples.u[i], samples.v[i], kind, r, g, b);
        continue;
      }
      const outcome = this.takePoint(samples.u[i], samples.v[i], r, g, b, values.bits[i], objects);
      // A block is contradicted when most of what was known in it is.
      if (outcome !== 0)
        this.blockLooks[(samples.v[i] >> 3) * this.dynamic.columns + (samples.u[i] >> 3)] += outcome < 0 ? 257 : 256;
    }
  }

  private readonly blockLooks: Int32Array;
  private readonly here: Prediction = { r: 0, g: 0, b: 0, confidence: 0, evidence: 0 };
  private readonly scroll: Prediction = { r: 0, g: 0, b: 0, confidence: 0, evidence: 0 };
  private readonly backdrop: Prediction = { r: 0, g: 0, b: 0, confidence: 0, evidence: 0 };
  private readonly below: Prediction = { r: 0, g: 0, b: 0, confidence: 0, evidence: 0 };
  private readonly sample = { r: 0, g: 0, b: 0, tolerance: 0, exact: true };

  /** Returns 1 confirmed, −1 contradicted, 0 nothing was known. */
  private takePoint(
    u: number,
    v: number,
    r: number,
    g: number,
    b: number,
    bits: number,
    objects: readonly PlacedObject[],
  ): number {
    const { below, sample, frame } = this;
    sample.r = r;
    sample.g = g;
    sample.b = b;
    sample.tolerance = MOTION_STEPS + (1 << (8 - bits)) / 2;
    sample.exact = bits >= 8;
    const scrolled = this.predictScroll(u, v);
    const covered = this.hasScenery && this.predictScenery(u, v, objects);
    // Behind the objects: the scroll layers where they have earned it, else the scenery.
    const front =
      scrolled && (!covered || this.backdrop.confidence === 0 || this.scroll.evidence >= EARNED) ? this.scroll : this.backdrop;
    below.r = front.r;
    below.g = front.g;
    below.b = front.b;
    below.confidence = scrolled || covered ? front.confidence : 0;
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      const outcome = observeObject(placed, u, v, sample, below, frame);
      if (outcome === 'outside' || outcome === 'behind') continue;
      if (outcome === 'new') return 0;
      if (outcome === 'same') return 1;
      this.dynamic.contradict(u, v, frame);
      return -1;
    }
    if (!covered) return this.takeScroll(u, v, r, g, b, bits);
    return this.takeBehind(u, v, r, g, b, bits, objects);
  }

  /** What the scroll layers say of the pixel, into `scroll`; the layers stay located there. */
  private predictScroll(u: number, v: number): boolean {
    const { here, scroll } = this;
    scroll.confidence = 0;
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < this.ranked.length; k++) {
      const layer = this.ranked[k];
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
  private predictScenery(u: number, v: number, objects: readonly PlacedObject[]): boolean {
    this.backdrop.confidence = 0;
    let covered = false;
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (!placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      covered = true;
      if (this.objects.predict(placed, u, v, this.backdrop) !== 0) break;
    }
    return covered;
  }

  /** A sample behind all objects where scenery lies behind the scroll layers: decides which of the two it shows. */
  private takeBehind(
    u: number,
    v: number,
    r: number,
    g: number,
    b: number,
    bits: number,
    objects: readonly PlacedObject[],
  ): number {
    const { scroll, backdrop } = this;
    const { tolerance } = this.sample;
    const asScroll = scroll.confidence !== 0 && near(scroll, r, g, b, tolerance);
    const asBackdrop = backdrop.confidence !== 0 && near(backdrop, r, g, b, tolerance);
    this.below.confidence = scroll.confidence;
    this.below.r = scroll.r;
    this.below.g = scroll.g;
    this.below.b = scroll.b;
    if (backdrop.confidence === 0) {
      // Nobody can tell yet whose it is: both learn it, motion will tell them apart.
      this.takeScenery(u, v, objects, true);
      return this.takeScroll(u, v, r, g, b, bits);
    }
    if (asBackdrop) {
      if (scroll.confidence !== 0 && !asScroll) for (const layer of this.ranked) layer.weigh(-24);
      const known = this.takeScenery(u, v, objects, true);
      if (asScroll) this.takeScroll(u, v, r, g, b, bits);
      if (known > 0) this.dynamic.confirm(u, v);
      return known;
    }
    // Something stands before a known backdrop: the world's own content.
    for (const layer of this.ranked) layer.weigh(asScroll ? 24 : 12);
    this.takeScenery(u, v, objects, !asScroll && scroll.confidence === 0);
    return this.takeScroll(u, v, r, g, b, bits);
  }

  /** Gives the sample to the scenery, nearest first; `own` false when it is known to show something before it. */
  private takeScenery(u: number, v: number, objects: readonly PlacedObject[], own: boolean): number {
    const matched =
      this.backdrop.confidence !== 0 && near(this.backdrop, this.sample.r, this.sample.g, this.sample.b, this.sample.tolerance);
    let learnt = false;
    let last: PlacedObject | null = null;
    for (let o = objects.length - 1; o >= 0; o--) {
      const placed = objects[o];
      if (!placed.scenery || u < placed.left || u >= placed.right || v < placed.top || v >= placed.bottom) continue;
      const outcome = observeScenery(placed, u, v, this.sample, own, matched, this.frame);
      if (outcome === 'same') return 1;
      if (outcome === 'learnt') learnt = true;
      if (outcome !== 'outside') last = placed;
    }
    if (learnt || !own || !last) return 0;
    // Nothing lies behind the last: it must be what is seen.
    relearnScenery(last, u, v, this.sample, this.frame);
    return -1;
  }

  private takeScroll(u: number, v: number, r: number, g: number, b: number, bits: number): number {
    const { below, here, sample, frame } = this;
    const half = (1 << (8 - bits)) / 2;
    const known = below.confidence;
    const { ranked, verdicts } = this;
    let agree = 0;
    let disagree = 0;
    // The layers are still located at (u, v).
    for (let k = 0; k < ranked.length; k++) {
      const layer = ranked[k];
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
        layer.confirm(dr, dg, db, frame);
      } else {
        disagree++;
        verdicts[k] = -1;
        layer.replace(r, g, b, here.confidence >= CONFIDENCE_START ? CONFIDENCE_START - 30 : CONFIDENCE_START, frame);
      }
    }
    if (agree > 0 && disagree > 0) {
      for (let k = 0; k < ranked.length; k++) if (verdicts[k] !== 0) ranked[k].weigh(24 * verdicts[k]);
    }
    if (known === 0) return 0;
    const tolerance = known < CONFIDENCE_START ? COARSE_STEPS : sample.tolerance;
    const owner = Math.abs(r - below.r) <= tolerance && Math.abs(g - below.g) <= tolerance && Math.abs(b - below.b) <= tolerance;
    if (known < CONFIDENCE_START) {
      if (!owner) this.suspect(u, v);
      return 0;
    }
    if (owner) {
      this.dynamic.confirm(u, v);
      return 1;
    }
    this.dynamic.contradict(u, v, frame);
    this.suspect(u, v);
    return -1;
  }

  private suspect(u: number, v: number): void {
    if (this.suspectCount < this.suspects.length) this.suspects[this.suspectCount++] = v * this.grid.width + u;
  }

  private readonly verdicts = new Int8Array(MAX_LAYERS);

  /** A mean fills what is unknown under it and shifts what is only known from coarser looks. */
  private takeMean(u0: number, v0: number, kind: number, r: number, g: number, b: number): void {
    const { width, height } = this.grid;
    const right = Math.min(width, u0 + (1 << kind));
    const bottom = Math.min(height, v0 + (1 << kind));
    const confidence = MEAN_CONFIDENCE[kind];
    for (const layer of this.ranked) {
      const { bank } = layer;
      for (let v = v0; v < bottom; v++) {
        for (let u = u0; u < right; u++) {
          const cell = layer.cellAt(u, v);
          if (bank.confidence[cell] <= confidence) bank.write(cell, r, g, b, confidence, this.frame);
        }
      }
    }
  }

  /** What stands beside a contradicted pixel has probably changed with it. */
  private spreadSuspicion(): void {
    const { width, height } = this.grid;
    const { suspectMask, suspectBounds } = this;
    if (this.suspectCount === 0) return;
    for (let i = 0; i < this.suspectCount; i++) {
      const u0 = this.suspects[i] % width;
      const v0 = (this.suspects[i] - u0) / width;
      const left = Math.max(0, u0 - SUSPECT_RADIUS);
      const right = Math.min(width, u0 + SUSPECT_RADIUS + 1);
      for (let v = Math.max(0, v0 - SUSPECT_RADIUS); v <= Math.min(height - 1, v0 + SUSPECT_RADIUS); v++) {
        suspectMask.fill(1, v * width + left, v * width + right);
        suspectBounds[v] = 1;
      }
    }
    for (let v = 0; v < height; v++) {
      if (suspectBounds[v] === 0) continue;
      suspectBounds[v] = 0;
      for (let u = 0; u < width; u++) if (suspectMask[v * width + u] !== 0) this.doubt(u, v);
      suspectMask.fill(0, v * width, (v + 1) * width);
    }
  }

  private doubt(u: number, v: number): void {
    for (const layer of this.ranked) {
      const { seen, confidence } = layer.bank;
      const cell = layer.cellAt(u, v);
      if (seen[cell] === this.frame) continue;
      const known = confidence[cell];
      confidence[cell] = known < CONFIDENCE_START ? known >> 1 : (known * 5) >> 3;
    }
  }
}

function isScenery(object: TrackedObject, grid: CaptureGrid): boolean {
  return object.width * object.height >= SCENERY_SHARE * grid.width * grid.height;
}

function moves(entry: SceneryLayer, dx: number, dy: number): boolean {
  return Math.abs(entry.x - entry.originX - dx) < 0.01 && Math.abs(entry.y - entry.originY - dy) < 0.01;
}

function near(prediction: Prediction, r: number, g: number, b: number, tolerance: number): boolean {
  return (
    Math.abs(r - prediction.r) <= tolerance && Math.abs(g - prediction.g) <= tolerance && Math.abs(b - prediction.b) <= tolerance
  );
}

/** The part of an innovation that lies outside the sample's quantisation cell (S15). */
function projected(innovation: number, half: number): number {
  if (half <= 0.5) return innovation;
  return innovation > half ? innovation - half : innovation < -half ? innovation + half : 0;
}

function ringSide(side: number): number {
  let ring = 64;
  while (ring < side + 32) ring *= 2;
  return ring;
}
