import type { ByteReader, ByteWriter, CaptureGrid, FrameState, PixelFrame } from '@sgaps/protocol';
import { ALL_FEATURES, type LoopFeatures } from '../features.js';
import { ColourPairs, MOST_PAIRS } from './ColourPairs.js';
import { type Composition, type DrawDetail, FULL_DETAIL } from './Composition.js';
import { ContestMap } from './ContestMap.js';
import { CutDetector } from './CutDetector.js';
import { DynamicMemory } from './DynamicMemory.js';
import type { BackwardMotion } from './depth/BackwardMotion.js';
import { DepthMemory } from './depth/DepthMemory.js';
import { UNSCORED } from './drawDetail.js';
import { drawPatch } from './drawPatch.js';
import { drawScrollLayer, type LayerMode } from './drawScrollLayer.js';
import { UNPROVEN } from './evidence.js';
import { InnovationLog } from './InnovationLog.js';
import { ObjectLayer } from './ObjectLayer.js';
import { PhotometricModel } from './PhotometricModel.js';
import { isScenery, type PlacedObject } from './PlacedObject.js';
import { RegionCut } from './RegionCut.js';
import { Relighting } from './Relighting.js';
import { SampleObserver } from './SampleObserver.js';
import type { Scene } from './Scene.js';
import { MOST_LAYERS, SceneLayers } from './SceneLayers.js';
import { SceneMemory } from './SceneMemory.js';
import { ScenePredictor } from './ScenePredictor.js';
import type { ScrollLayer } from './ScrollLayer.js';
import { Source, SourceMap } from './SourceMap.js';
import { SuspectMap } from './SuspectMap.js';

/** Known, however much its surroundings change. */
const DOUBTED = 64;
/** How the dominant layer is drawn. */
const MODE: Omit<LayerMode, 'detail'> = { fills: true, within: null, contests: null, limit: 255 };
/** Samples that are compared with memory, to notice a fade. */
const FIRST_LOOKS = 200;

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
  /** What the last frame's samples said against memory. */
  readonly innovations = new InnovationLog();
  private layers: SceneLayers;
  private readonly scenes: SceneMemory;
  private frame = 0;
  private hasScenery = false;
  private readonly suspects: SuspectMap;
  private readonly cuts: CutDetector;
  private readonly regions: RegionCut;
  private readonly brightness: PhotometricModel;
  private readonly relighting: Relighting;
  private readonly pairs: ColourPairs;
  private readonly contests: ContestMap;
  private readonly predictor: ScenePredictor;
  private readonly observer: SampleObserver;
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
    this.regions = new RegionCut(grid);
    this.brightness = new PhotometricModel(grid);
    this.relighting = new Relighting(grid);
    this.pairs = new ColourPairs(grid);
    this.contests = new ContestMap(grid);
    this.predictor = new ScenePredictor(this.objects);
    const { dynamic, suspects, cuts, regions, brightness } = this;
    this.observer = new SampleObserver({
      grid,
      patches: this.objects,
      dynamic,
      suspects,
      cuts,
      regions,
      brightness,
      mostLayers: MOST_LAYERS,
    });
    this.layers = new SceneLayers(grid);
    this.scenes = new SceneMemory(grid);
  }

  /** The last step of a 3D camera's view space, 12 numbers row by row, the translation last; null when it stands still or is unknown. */
  get cameraStep(): Float64Array | null {
    return this.depth?.cameraStep ?? null;
  }

  /** Finds where the picture of each pixel was in the frame before, where a 3D camera moved and memory knows how. */
  traceBack(state: FrameState, into: BackwardMotion): void {
    if (this.follows(state)) this.depth?.traceBack(into);
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
    this.layers.track(frame.state);
    this.takeSamples(frame, this.place(frame.state));
  }

  /** Draws what memory says of a frame with this state, of now or of a moment to come. */
  compose(state: FrameState, out: Composition, wanted: DrawDetail = FULL_DETAIL): void {
    const detail = this.features.subPixel ? wanted : { ...wanted, resampled: false };
    this.draw(state, this.frame, out, detail, null);
    this.brightness.apply(out, detail);
    this.cool(out, detail);
  }

  /** Finds out which layer `compose` shows where, for people who debug. */
  findSources(state: FrameState, sources: SourceMap): void {
    sources.begin();
    this.draw(state, this.frame + SourceMap.LATER, sources.composition, FULL_DETAIL, sources);
  }

  /** Forgets the scenery, keeps what objects look like (scene cut). */
  forgetScenery(): void {
    this.layers.clear();
    this.depth?.clear();
    this.dynamic.clear();
  }

  /** Writes everything memory holds; a restored memory behaves exactly alike. */
  save(writer: ByteWriter): void {
    writer.i32(this.frame);
    this.dynamic.save(writer);
    this.brightness.save(writer);
    this.relighting.save(writer);
    this.objects.save(writer, this.frame);
    this.layers.save(writer, this.frame);
    this.scenes.save(writer, this.frame);
    writer.u8(this.depth ? 1 : 0);
    this.depth?.save(writer, this.frame);
  }

  /** Takes up what `save` wrote for the same grid. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    this.frame = reader.i32('frame');
    this.dynamic.restore(reader);
    this.brightness.restore(reader);
    this.relighting.restore(reader);
    this.objects.restore(reader, this.frame);
    this.layers.restore(reader, this.frame);
    this.scenes.restore(reader, this.frame);
    this.depth = reader.u8('depth') === 1 ? new DepthMemory(this.grid, this.features) : null;
    this.depth?.restore(reader, this.frame);
  }

  private draw(state: FrameState, now: number, out: Composition, detail: DrawDetail, sources: SourceMap | null): void {
    const { width } = this.grid;
    const objects = this.place(state);
    const depth = this.follows(state) ? this.depth : null;
    out.age.fill(0);
    out.confidence.fill(0);
    if (this.hasScenery) {
      out.score.fill(UNSCORED);
      // What the dominant layer has earned hides the scenery, which need not be drawn there.
      if (!depth) this.drawLayer(this.layers.rank()[0], now, out, { ...MODE, fills: false, detail }, sources);
      for (let o = objects.length - 1; o >= 0; o--) if (objects[o].scenery) drawPatch(objects[o], width, now, out, true, detail);
      sources?.mark(Source.scenery);
    }
    if (depth) {
      depth.draw(state, now, out, detail);
      sources?.mark(Source.depth);
    } else this.drawLayers(now, out, detail, sources);
    for (const placed of objects) if (!placed.scenery) drawPatch(placed, width, now, out, false, detail);
    sources?.mark(Source.object);
  }

  /** The dominant scroll layer wherever nothing was drawn yet, the other where it has earned it. */
  private drawLayers(now: number, out: Composition, detail: DrawDetail, sources: SourceMap | null): void {
    const [dominant, other] = this.layers.rank();
    const contests = other ? this.contests : null;
    contests?.read(other);
    this.drawLayer(dominant, now, out, { ...MODE, contests, detail }, sources);
    if (other) this.drawLayer(other, now, out, { ...MODE, fills: false, within: contests, limit: UNPROVEN, detail }, sources);
  }

  private drawLayer(layer: ScrollLayer, now: number, out: Composition, mode: LayerMode, sources: SourceMap | null): void {
    drawScrollLayer(layer, this.grid.width, this.grid.height, now, out, mode);
    sources?.mark(this.layers.isScreen(layer) ? Source.screen : Source.world);
  }

  /** Lowers the confidence of what lies in blocks that keep changing. */
  private cool({ confidence }: Composition, { rowStep, firstRow }: DrawDetail): void {
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
          for (let at = v * width + 8 * x, end = v * width + right; at < end; at++) {
            const c = confidence[at];
            if (c <= DOUBTED) continue;
            const cooled = c * factor;
            confidence[at] = cooled < DOUBTED ? DOUBTED : cooled;
          }
        }
      }
    }
  }

  private place(state: FrameState): PlacedObject[] {
    const { width, height } = this.grid;
    const camera = state.cameras[0];
    const viewX = camera?.viewX ?? 0;
    const viewY = camera?.viewY ?? 0;
    this.layers.place(state);
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

  /** Compares a few samples with memory, and all of them where it looks like a change of light. */
  private measureBrightness(frame: PixelFrame, scene: Scene): void {
    const { brightness, predictor, pairs, relighting } = this;
    predictor.compare(frame, scene, Math.max(1, Math.floor(frame.samples.count / FIRST_LOOKS)), pairs);
    if (!brightness.engaged && !pairs.isOff()) return;
    // An odd stride meets every column of a block.
    predictor.compare(frame, scene, Math.ceil(frame.samples.count / MOST_PAIRS) | 1, pairs);
    brightness.estimate(pairs);
    if (!brightness.engaged && relighting.find(pairs)) relighting.apply(scene.layers, this.frame);
  }

  /** True for a state whose world is remembered in depth. */
  private follows(state: FrameState): boolean {
    return this.features.depth && DepthMemory.follows(state);
  }

  private takeInDepth(frame: PixelFrame, depth: DepthMemory): void {
    const { cuts, dynamic, innovations } = this;
    cuts.clear();
    innovations.clear();
    depth.read(frame, (u, v, outcome, confidence, squaredError) => {
      // A quarter of the pixels tell how far off memory was.
      if (((u | v) & 1) === 0) innovations.add(u, v, confidence, squaredError);
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
    const { observer, cuts, regions, suspects, innovations, hasScenery } = this;
    const scene: Scene = { frame: this.frame, layers: this.layers.rank(), objects, hasScenery };
    if (this.features.photometric) this.measureBrightness(frame, scene);
    cuts.clear();
    regions.clear();
    innovations.clear();
    observer.read(frame, scene, innovations);
    this.contradicted = cuts.share();
    const isCut = this.features.cuts && cuts.isCut();
    if (isCut) {
      if (this.features.sceneMemory) this.leaveScene();
      else this.forgetScenery();
      this.brightness.reset();
    } else if (this.features.cuts) regions.forget(scene.layers, this.frame);
    const known = this.features.sceneMemory ? this.scenes.recognise(frame) : null;
    if (known) this.layers = known;
    if (isCut || known) {
      this.layers.track(frame.state);
      this.layers.place(frame.state);
      // What this frame showed is the first look at the new scene.
      observer.read(frame, { ...scene, layers: this.layers.rank() }, null);
      suspects.clear();
    }
    suspects.spread(this.layers.rank(), this.frame);
  }

  /** Starts a new scene and keeps the old one, without what was already learnt of the new. */
  private leaveScene(): void {
    this.layers.forgetFrame(this.frame);
    this.scenes.keep(this.layers);
    this.layers = new SceneLayers(this.grid);
    this.dynamic.clear();
  }
}
