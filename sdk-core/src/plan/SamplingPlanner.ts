import {
  BLOCK_SAMPLES,
  type CaptureGrid,
  createSampleSet,
  type FrameState,
  LIMITS,
  type SampleRequest,
  type SampleSet,
  type SeededSamples,
} from '@sgaps/protocol';
import { ALL_FEATURES, type LoopFeatures } from '../features.js';
import { type Composition, createComposition, type DrawDetail } from '../memory/Composition.js';
import type { ModelOutput } from '../model/NeuralModel.js';
import { QualityControl } from '../quality/QualityControl.js';
import type { DecodedFrame, SessionDecoder } from '../session/SessionDecoder.js';
import { BlockChooser } from './BlockChooser.js';
import { clearMoving } from './clearMoving.js';
import { extrapolateState } from './extrapolate.js';
import { fitBudget } from './fitBudget.js';
import { fillRows, ImportanceAnalyzer } from './ImportanceAnalyzer.js';
import { ModelError } from './ModelError.js';
import { PendingRequests } from './PendingRequests.js';
import { PointChooser } from './PointChooser.js';
import { RateController } from './RateController.js';
import { RegionAlarm } from './RegionAlarm.js';
import { MEMORY_FRAMES, ReplenishChooser } from './ReplenishChooser.js';
import { SpreadChooser } from './SpreadChooser.js';
import { StaticWatch } from './StaticWatch.js';
import { TierTags } from './TierTags.js';

const EMPTY: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };
/** Largest share of the pixels asked for as points in one frame when bytes alone set the rate. */
const MOST_POINTS = 0.12;
/** Samples asked for in one frame at most, by default: 1024 blocks, all of a grid of 320×180. */
const MOST_SAMPLES = LIMITS.samplesPerFrame;
/** Bytes a block costs, at least, that shows something new and is to be worth looking at. */
const NEW_BLOCK = 6;
/** Expected squared error of every block where importance is switched off. */
const EVEN = 100;
/** Frames for which a model's word of the quality counts: what it shows is better than what memory draws. */
const MODEL_TELLS = 8;
/** Up to this share of the pixels points are spread in 2D as well; more of them memory makes more of in squares. */
const SPARSE = 0.02;
/** Frames within which every block is looked at, unless it was looked at for another reason meanwhile (S11: a second in all). */
const WATCH_PERIOD = 20;

/**
 * Options of a `SamplingPlanner`.
 *
 * @example
 * ```ts
 * const options: SamplingPlannerOptions = { grid, decoder, bytesUp: 2048, bytesDown: 512 };
 * ```
 */
export interface SamplingPlannerOptions {
  readonly grid: CaptureGrid;
  readonly decoder: SessionDecoder;
  /** Samples per pixel and frame, 0 … 1, as points and means (the paper's case); unset: blocks, as the bytes allow. */
  readonly rate?: number;
  /** Samples a frame at most where the bytes set the number, 64 … `LIMITS.samplesPerFrame`; default as many, all blocks of a grid of 320×180. */
  readonly samples?: number;
  /** Bytes per frame up and down, which are spent as one budget; default 2048 and 512. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Quality to keep, predicted PSNR in dB, 20 … 55: frames then take the bytes that it needs, at most the budget. Unset: all of it. */
  readonly quality?: number;
  /** `points` asks for single pixels only. */
  readonly sampling?: 'auto' | 'points';
  /**
   * True where a model fills in between points: in 3D, and where there are few, they are then spread, not gathered in squares for memory; elsewhere most squares are
   * those that the model doubts. Default false.
   */
  readonly spread?: boolean;
  /** Parts switched on; default all. */
  readonly features?: LoopFeatures;
}

/**
 * Chooses the samples of a frame to come (S2–S5, S11–S13). Where the client has time for all that changes, a request keeps the whole
 * picture up to date: what changed lately, what lies around, and of the rest every fourth block in turn. Where it has not, memory
 * draws what is not looked at: cameras and objects are carried on, every 8×8 block is rated by the squared error to expect if nobody
 * looks, those worth a look are asked for, and all others in turn, within a second; where much is new, blocks of two and four times
 * the side come first. Either way the request names the bytes that the client fits the frame to: up and down share one budget, mean
 * over one second.
 *
 * With `rate` each request holds exactly round(rate · W · H) points and means (S5).
 *
 * @example
 * ```ts
 * const planner = new SamplingPlanner({ grid, decoder });
 * const request = planner.plan(frame.frameId + 2);
 * ```
 */
export class SamplingPlanner {
  /** Rates the blocks; its maps are of the last plan. */
  readonly analyzer: ImportanceAnalyzer;
  private readonly grid: CaptureGrid;
  private readonly decoder: SessionDecoder;
  private readonly features: LoopFeatures;
  private readonly rate: RateController;
  private readonly ahead: Composition;
  private readonly pending: PendingRequests;
  private readonly blocks: BlockChooser;
  private readonly points: PointChooser | null;
  private readonly spread: SpreadChooser | null;
  private readonly modelError: ModelError | null;
  private readonly doubt: Float32Array | null;
  private readonly replenish: ReplenishChooser | null;
  /** No whole pictures before this frame: there was no time for them. */
  private memoryUntil = 0;
  private readonly alarm: RegionAlarm;
  private readonly watch: StaticWatch;
  private readonly tags: TierTags;
  private readonly mostBlocks: number;
  private readonly quality: QualityControl | null;
  private historyFrame = -1;
  private assessedFrame = -1;
  /** The last frame that a model told the quality of. */
  private modelFrame = Number.NEGATIVE_INFINITY;
  /** What the last request took. */
  private bytesDown = 0;
  /** What the last plan expected around a pixel. */
  private readonly expectedAt = (u: number, v: number) => this.analyzer.expectedError[this.analyzer.blocks.at(u, v)];

  constructor(options: SamplingPlannerOptions) {
    const { grid, decoder, rate, samples = MOST_SAMPLES, bytesUp = 2048, bytesDown = 512, sampling = 'auto' } = options;
    this.grid = grid;
    this.decoder = decoder;
    this.features = options.features ?? ALL_FEATURES;
    const pixels = grid.width * grid.height;
    const exact = rate === undefined ? null : Math.max(1, Math.min(LIMITS.samplesPerFrame, pixels, Math.round(rate * pixels)));
    this.rate = new RateController({ bytes: bytesUp + bytesDown, most: exact ?? Math.round(MOST_POINTS * pixels) });
    const { quality } = options;
    this.quality = quality === undefined ? null : new QualityControl(grid, { psnr: quality, mostBytes: bytesUp + bytesDown });
    this.analyzer = new ImportanceAnalyzer(grid);
    // A share of more blocks than there are would be no share.
    this.mostBlocks = Math.max(
      1,
      Math.min(this.analyzer.blocks.count, Math.floor(Math.min(LIMITS.samplesPerFrame, samples) / BLOCK_SAMPLES)),
    );
    this.pending = new PendingRequests(grid);
    this.ahead = createComposition(grid);
    this.blocks = new BlockChooser(grid, this.analyzer.blocks);
    this.alarm = new RegionAlarm(grid);
    this.watch = new StaticWatch(this.analyzer.blocks, { period: WATCH_PERIOD });
    this.tags = new TierTags(this.analyzer.blocks);
    const pointsOnly = exact !== null || sampling === 'points' || !this.features.blocks;
    this.points = pointsOnly
      ? new PointChooser(this.analyzer.blocks, { exact: exact !== null, means: sampling === 'auto' && this.features.means })
      : null;
    const spread = pointsOnly && options.spread === true;
    this.spread = spread ? new SpreadChooser(grid) : null;
    this.modelError = spread ? new ModelError(grid) : null;
    this.doubt = spread ? new Float32Array(grid.width * grid.height) : null;
    this.replenish =
      !pointsOnly && this.features.replenish
        ? new ReplenishChooser(grid, this.analyzer.blocks, this.decoder.changes.calm.length)
        : null;
  }

  /** Expected squared error of the last plan, W·H, 8-bit steps². */
  get importance(): Float32Array {
    if (!this.points) this.analyzer.paint();
    return this.analyzer.importance;
  }

  /** Measured bytes of a frame (up), of its request (down), and its samples; by default of the frame decoded last. */
  feedback(bytesUp: number, bytesDown: number, samples: number, frameId = this.decoder.frameId): void {
    this.rate.feedback(frameId, bytesUp + bytesDown, samples);
    this.bytesDown = bytesDown;
  }

  /** Part of the samples otherwise allowed that the client has time for, 0 … 1; 1 at first. What makes no sense counts as 1. */
  set share(share: number) {
    this.rate.share = share;
  }

  /** Part of its usual frames that the client takes, 0 … 1: a frame may have the bytes of those left out, up to four budgets in all. */
  set pace(pace: number) {
    this.rate.pace = pace;
  }

  /**
   * Takes in what a model made of a frame, by which points are spread and the wanted quality is kept from here on and for some frames; null where it made nothing
   * of it. Of use with `spread`; without it, what is recorded does not depend on any model.
   */
  takeModel(output: ModelOutput | null, { frameId, state }: Pick<DecodedFrame, 'frameId' | 'state'>): void {
    if (!output || !this.modelError) return;
    this.modelError.take(output, frameId, state);
    if (!this.quality) return;
    this.modelFrame = frameId;
    this.rate.wanted = this.quality.bytesAfterModel(output);
  }

  /** The request for `targetFrameId`, a frame after the last decoded one. */
  plan(targetFrameId: number): SampleRequest {
    const { decoder, analyzer, ahead } = this;
    const { trajectory, latency } = this.features;
    const steps = trajectory ? (latency ? targetFrameId - decoder.frameId : 1) : 0;
    const then = extrapolateState(decoder.previousState, decoder.state ?? EMPTY, steps, decoder.memory.cameraStep);
    const viewX = then.cameras[0]?.viewX ?? 0;
    const viewY = then.cameras[0]?.viewY ?? 0;
    if (this.replenish && targetFrameId >= this.memoryUntil) {
      const set = this.replenishAll(this.replenish, then, targetFrameId);
      if (set) return { frameId: targetFrameId, explicit: set, seeded: [] };
      this.memoryUntil = targetFrameId + MEMORY_FRAMES;
    }
    this.learn();
    const doubted = this.spreadByDoubt(then, targetFrameId);
    if (doubted) return doubted;
    // Every second row tells enough of blocks; the row at which new content comes in is among them.
    const comesFromBelow = viewY > (decoder.state?.cameras[0]?.viewY ?? viewY);
    const detail: DrawDetail = { resampled: false, rowStep: 2, firstRow: comesFromBelow ? 1 : 0 };
    decoder.memory.compose(then, ahead, detail);
    fillRows(ahead.confidence, this.grid.width, this.grid.height, detail.firstRow);
    this.pending.drop(decoder.frameId, targetFrameId);
    this.pending.expect(viewX, viewY, ahead);
    const lockX = Math.round(viewX);
    const lockY = Math.round(viewY);
    let set: SampleSet;
    if (this.points) {
      analyzer.analyze(ahead, decoder.memory.dynamic, detail);
      this.points.lock(lockX, lockY);
      if (this.features.tiers) this.tags.read(then);
      const { importance } = analyzer;
      const count = this.rate.samples(targetFrameId);
      const spread = this.spreadFor(then, count);
      if (spread) return seededRequest(targetFrameId, spread.draw(count, importance, targetFrameId));
      const doubt = this.doubtAt(then);
      set = this.points.choose(count, { importance, tags: this.tags.tags }, ahead, targetFrameId, doubt);
    } else {
      analyzer.blocks.lock(lockX, lockY);
      const framesAhead = targetFrameId - decoder.frameId;
      analyzer.rate(ahead, { firstRow: detail.firstRow, framesAhead, heat: decoder.memory.dynamic.heat, factors: false });
      if (this.features.cuts) this.heedAlarm();
      if (!this.features.importance) analyzer.expectedError.fill(EVEN);
      if (this.features.staticAware) this.watch.plan(targetFrameId, lockX, lockY);
      if (this.features.tiers) this.tags.read(then);
      set = this.chooseBlocks(targetFrameId);
    }
    this.pending.add(targetFrameId, viewX, viewY, set);
    return { frameId: targetFrameId, explicit: set, seeded: [] };
  }

  /** Points spread by what a model doubts, which makes what memory expects superfluous; null where they are not to be spread, or no model said anything lately. */
  private spreadByDoubt(then: FrameState, frameId: number): SampleRequest | null {
    if (!this.modelError) return null;
    const count = this.rate.samples(frameId);
    const spread = this.spreadFor(then, count);
    const { importance } = this.analyzer;
    if (!spread || !this.modelError.carry(then, this.decoder.frameId, importance)) return null;
    return seededRequest(frameId, spread.draw(count, importance, frameId));
  }

  /** The squared error that a model expects of the picture to come, W·H, but for what moves by itself and what is asked for; null where none said anything lately. */
  private doubtAt(then: FrameState): Float32Array | null {
    const { doubt, decoder } = this;
    if (!doubt || !this.modelError?.carry(then, decoder.frameId, doubt)) return null;
    clearMoving(doubt, decoder.state ?? EMPTY, then, this.grid);
    this.pending.relieve(then.cameras[0]?.viewX ?? 0, then.cameras[0]?.viewY ?? 0, this.modelError.frameId, doubt);
    return doubt;
  }

  private spreadFor(then: FrameState, count: number): SpreadChooser | null {
    return isWorld3D(then) || count <= SPARSE * this.grid.width * this.grid.height ? this.spread : null;
  }

  /** Expects of blocks in a region that changes as a whole what was found around them. */
  private heedAlarm(): void {
    const { blocks, expectedError } = this.analyzer;
    const { width, height } = this.grid;
    for (let y = 0, b = 0; y < blocks.rows; y++) {
      const v = Math.min(height - 1, (blocks.top(y) + blocks.top(y + 1)) >> 1);
      for (let x = 0; x < blocks.columns; x++, b++) {
        const alarm = this.alarm.at(Math.min(width - 1, (blocks.left(x) + blocks.left(x + 1)) >> 1), v);
        if (alarm > expectedError[b]) expectedError[b] = alarm;
      }
    }
  }

  /** Takes in what the looks of the last frame found. */
  private learn(): void {
    const { decoder } = this;
    if (this.historyFrame === decoder.frameId || decoder.frameId < 0) return;
    this.analyzer.history.take(decoder.memory.innovations, decoder.frameId);
    this.alarm.take(decoder.memory.innovations, this.expectedAt);
    this.historyFrame = decoder.frameId;
    this.assess();
  }

  /** Takes in how good the last frame is, unless a model tells. */
  private assess(): void {
    const { decoder } = this;
    if (!this.quality || decoder.frameId <= this.modelFrame + MODEL_TELLS) return;
    if (this.assessedFrame === decoder.frameId || decoder.newest?.frameId !== decoder.frameId) return;
    this.assessedFrame = decoder.frameId;
    this.rate.wanted = this.quality.bytesAfter(decoder);
  }

  /** A request that keeps the whole picture up to date; null where that takes more blocks than the client has time for. */
  private replenishAll(chooser: ReplenishChooser, then: FrameState, frameId: number): SampleSet | null {
    const { analyzer, rate, tags, decoder } = this;
    this.assess();
    analyzer.blocks.lock(Math.round(then.cameras[0]?.viewX ?? 0), Math.round(then.cameras[0]?.viewY ?? 0));
    if (this.features.tiers) tags.read(then);
    const most = Math.floor(rate.share * this.mostBlocks);
    const set = createSampleSet(analyzer.blocks.count);
    if (!chooser.choose(set, decoder.changes, tags.tags, frameId, most)) return null;
    chooser.paint(analyzer.expectedError);
    set.keeps = true;
    fitBudget(set, rate, frameId, this.bytesDown);
    return set;
  }

  /** Whole blocks; the client codes them as finely as the frame's bytes allow. */
  private chooseBlocks(frameId: number): SampleSet {
    const { blocks, rate, analyzer } = this;
    const most = Math.max(1, Math.floor(rate.share * this.mostBlocks));
    const set = createSampleSet(most);
    const { expectedError: errors, survey } = analyzer;
    const rated = { errors, nothing: survey.nothing, tags: this.tags.tags, due: this.watch.due, age: survey.mostAge };
    const bytes = rate.bytes(frameId);
    const fresh = this.features.means ? Math.min(most, bytes / NEW_BLOCK) : Number.POSITIVE_INFINITY;
    blocks.choose(set, rated, { most, fresh, turn: frameId });
    fitBudget(set, rate, frameId, this.bytesDown);
    return set;
  }
}

function seededRequest(frameId: number, samples: SeededSamples): SampleRequest {
  return { frameId, explicit: createSampleSet(0), seeded: [samples] };
}

/** True for a state of a 3D game: memory of single points does not carry far there. */
function isWorld3D({ cameras, cameras3d }: FrameState): boolean {
  return cameras.length === 0 && cameras3d.length > 0;
}
