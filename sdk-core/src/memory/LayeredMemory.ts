import {
  type ByteReader,
  type ByteWriter,
  type CaptureGrid,
  type FrameState,
  type PixelFrame,
  SgapsError,
  type TrackedObject,
} from '@sgaps/protocol';
import { ALL_FEATURES, type LoopFeatures } from '../features.js';
import { readText, writeText } from '../snapshot/snapshotBytes.js';
import { type Composition, type DrawDetail, FULL_DETAIL } from './Composition.js';
import { CutDetector } from './CutDetector.js';
import { DynamicMemory } from './DynamicMemory.js';
import { DepthMemory } from './depth/DepthMemory.js';
import { drawPatch } from './drawPatch.js';
import { drawScrollLayer } from './drawScrollLayer.js';
import { ObjectLayer } from './ObjectLayer.js';
import type { PlacedObject } from './PlacedObject.js';
import { SampleObserver } from './SampleObserver.js';
import { ScrollLayer } from './ScrollLayer.js';
import { SuspectMap } from './SuspectMap.js';

/** Known, however much its surroundings change. */
const DOUBTED = 64;
/** An object drawn larger than this share of the screen is scenery: its own scroll layer, not a patch. */
const SCENERY_SHARE = 0.3;
const MAX_LAYERS = 2;

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
  /** Where the screen keeps changing. */
  readonly dynamic: DynamicMemory;
  /** What the tracked objects look like. */
  readonly objects = new ObjectLayer();
  private readonly layers: SceneryLayer[] = [];
  private readonly screen: ScrollLayer;
  private frame = 0;
  private hasScenery = false;
  private readonly suspects: SuspectMap;
  private readonly cuts: CutDetector;
  private readonly observer: SampleObserver;
  private readonly ranked: ScrollLayer[] = [];
  /** What a 3D game's camera showed; made when there is one. */
  private depth: DepthMemory | null = null;
  /** Share of the known blocks looked at in the last frame that its samples contradicted, 0 … 1; 0 when too few were looked at. */
  contradicted = 0;

  constructor(
    private readonly grid: CaptureGrid,
    private readonly features: LoopFeatures = ALL_FEATURES,
  ) {
    this.dynamic = new DynamicMemory(grid.width, grid.height);
    this.suspects = new SuspectMap(grid);
    this.cuts = new CutDetector(grid);
    const { objects: patches, dynamic, suspects, cuts } = this;
    this.observer = new SampleObserver({ grid, patches, dynamic, suspects, cuts, mostLayers: MAX_LAYERS });
    this.screen = new ScrollLayer(ringSide(grid.width), ringSide(grid.height));
    this.layers.push({ key: 'screen', layer: this.screen, originX: 0, originY: 0, x: 0, y: 0, present: true });
  }

  /** The last step of a 3D camera's view space, 12 numbers row by row, the translation last; null when it stands still or is unknown. */
  get cameraStep(): Float64Array | null {
    return this.depth?.cameraStep ?? null;
  }

  /** Takes a frame's samples in. */
  observe(frame: PixelFrame): void {
    this.frame = frame.frameId;
    this.dynamic.advance(frame.frameId);
    if (this.follows(frame.state)) {
      this.depth ??= new DepthMemory(this.grid, this.features);
      this.depth.carry(frame);
      this.takeInDepth(frame, this.depth);
      return;
    }
    this.track(frame.state);
    this.takeSamples(frame, this.place(frame.state));
  }

  /** Draws what memory says of a frame with this state, of now or of a moment to come. */
  compose(state: FrameState, out: Composition, wanted: DrawDetail = FULL_DETAIL): void {
    const { width, height } = this.grid;
    const detail = this.features.subPixel ? wanted : { ...wanted, resampled: false };
    const objects = this.place(state);
    out.age.fill(0);
    out.confidence.fill(0);
    out.score.fill(0);
    // Scenery front to back, then the scroll layers over it, then the objects back to front.
    for (let o = objects.length - 1; o >= 0; o--)
      if (objects[o].scenery) drawPatch(objects[o], width, this.frame, out, true, detail);
    if (this.hasScenery) out.score.fill(-1000);
    this.rank();
    const contested = this.ranked.length > 1 || this.hasScenery;
    if (this.depth && this.follows(state)) this.depth.draw(state, this.frame, out, detail);
    else
      for (let k = 0; k < this.ranked.length; k++)
        drawScrollLayer(this.ranked[k], width, height, this.frame, out, { dominant: k === 0, contested, detail });
    for (const placed of objects) if (!placed.scenery) drawPatch(placed, width, this.frame, out, false, detail);
    this.cool(out, detail);
  }

  /** Forgets the scenery, keeps what objects look like (scene cut). */
  forgetScenery(): void {
    for (const entry of this.layers) entry.layer?.clear();
    this.depth?.clear();
    this.dynamic.clear();
  }

  /** Writes everything memory holds; a restored memory behaves exactly alike. */
  save(writer: ByteWriter): void {
    writer.i32(this.frame);
    this.dynamic.save(writer);
    this.objects.save(writer, this.frame);
    writer.varint(this.layers.length);
    for (const entry of this.layers) {
      writeText(writer, entry.key);
      for (const value of [entry.originX, entry.originY, entry.x, entry.y]) writer.f64(value);
      writer.u8(entry.present ? 1 : 0);
      writer.u8(entry.layer ? 1 : 0);
      entry.layer?.save(writer, this.frame);
    }
    writer.u8(this.depth ? 1 : 0);
    this.depth?.save(writer, this.frame);
  }

  /** Takes up what `save` wrote for the same grid. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    this.frame = reader.i32('frame');
    this.dynamic.restore(reader);
    this.objects.restore(reader, this.frame);
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
      layer?.restore(reader, this.frame);
      if (i > 0) this.layers.push({ key, layer, originX, originY, x, y, present });
    }
    this.depth = reader.u8('depth') === 1 ? new DepthMemory(this.grid, this.features) : null;
    this.depth?.restore(reader, this.frame);
  }

  private createLayer(): ScrollLayer {
    return new ScrollLayer(2 * ringSide(this.grid.width), 2 * ringSide(this.grid.height));
  }

  /** Lowers the confidence of what lies in blocks that keep changing. */
  private cool(out: Composition, { rowStep, firstRow }: DrawDetail): void {
    const { width, height } = this.grid;
    const { heat, columns, rows } = this.dynamic;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const h = heat[y * columns + x];
        if (h < 0.05) continue;
        const factor = 1 - 0.6 * h;
        const right = Math.min(width, 8 * x + 8);
        const bottom = Math.min(height, 8 * y + 8);
        for (let v = 8 * y + firstRow; v < bottom; v += rowStep) {
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
    for (const object of this.features.objects ? state.objects : []) {
      const placed = this.objects.place(object, viewX, viewY, width, height, this.frame);
      if (!placed) continue;
      placed.scenery = this.features.parallax && isScenery(object, this.grid);
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

  /** True for a state whose world is remembered in depth. */
  private follows(state: FrameState): boolean {
    return this.features.depth && DepthMemory.follows(state);
  }

  private takeInDepth(frame: PixelFrame, depth: DepthMemory): void {
    const { cuts, dynamic } = this;
    cuts.clear();
    depth.read(frame, (u, v, outcome) => {
      if (outcome === 0) return;
      cuts.note(u, v, outcome < 0);
      if (outcome > 0) dynamic.confirm(u, v);
      else dynamic.contradict(u, v, this.frame);
    });
    this.contradicted = cuts.share();
    if (!this.features.cuts || !DepthMemory.isCut(this.contradicted)) return;
    this.forgetScenery();
    depth.read(frame);
  }

  private takeSamples(frame: PixelFrame, objects: readonly PlacedObject[]): void {
    const { observer, cuts, suspects, ranked, hasScenery } = this;
    this.rank();
    const scene = { frame: this.frame, layers: ranked, objects, hasScenery };
    cuts.clear();
    observer.read(frame, scene);
    this.contradicted = cuts.share();
    if (this.features.cuts && cuts.isCut()) {
      this.forgetScenery();
      // What this frame showed is the first look at the new scene.
      observer.read(frame, scene);
      suspects.clear();
    }
    suspects.spread(ranked, this.frame);
  }
}

function isScenery(object: TrackedObject, grid: CaptureGrid): boolean {
  return object.width * object.height >= SCENERY_SHARE * grid.width * grid.height;
}

function moves(entry: SceneryLayer, dx: number, dy: number): boolean {
  return Math.abs(entry.x - entry.originX - dx) < 0.01 && Math.abs(entry.y - entry.originY - dy) < 0.01;
}

function ringSide(side: number): number {
  let ring = 64;
  while (ring < side + 32) ring *= 2;
  return ring;
}
