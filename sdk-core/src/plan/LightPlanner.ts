import {
  BLOCK_KIND,
  BLOCK_SAMPLES,
  BLOCK_SIDE,
  type CaptureGrid,
  createSampleSet,
  type FrameDigest,
  LIMITS,
  levelOf,
  type SampleRequest,
  type SampleSet,
} from '@sgaps/protocol';
import { ChangeMap } from '../session/ChangeMap.js';
import { BlockGrid } from './BlockGrid.js';
import { fitBudget } from './fitBudget.js';
import { LightView } from './LightView.js';
import { RateController } from './RateController.js';
import { MEMORY_FRAMES, ReplenishChooser } from './ReplenishChooser.js';

/** Requests remembered: no client answers older ones. */
const REMEMBERED = 128;

/**
 * Options of a `LightPlanner`.
 *
 * @example
 * ```ts
 * const options: LightPlannerOptions = { grid, bytesUp: 2048, bytesDown: 512 };
 * ```
 */
export interface LightPlannerOptions {
  readonly grid: CaptureGrid;
  /** Bytes per frame up and down, which are spent as one budget; default 2048 and 512. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Samples a frame at most, 64 … `LIMITS.samplesPerFrame`; default all blocks of the grid. */
  readonly samples?: number;
}

/**
 * Chooses the samples of a frame to come from what packet digests tell alone, for a session that is recorded while nobody watches:
 * nothing is decoded. Asks for whole pictures by the same rule as `SamplingPlanner`, all that changed lately and what lies around and of the
 * rest every fourth block in turn; where a client has no time for all of that, for as much of it as it has, in turn.
 *
 * @example
 * ```ts
 * const planner = new LightPlanner({ grid });
 * const reader = new PacketDigestReader({ grid, resolve: (id) => planner.asked(id) });
 * for (const digest of reader.read(packet)) planner.take(digest);
 * const request = planner.plan(newest + 2);
 * ```
 */
export class LightPlanner {
  private readonly blocks: BlockGrid;
  private readonly changes: ChangeMap;
  private readonly chooser: ReplenishChooser;
  private readonly rate: RateController;
  private readonly view: LightView;
  private readonly mostBlocks: number;
  private readonly noTags: Uint8Array;
  /** Sets for requests of its own, used again when what they were for is forgotten. */
  private readonly sets: SampleSet[] = [];
  private readonly book: ({ readonly frameId: number; readonly set: SampleSet } | undefined)[] = new Array(REMEMBERED);
  /** What the last request took. */
  private bytesDown = 0;
  /** No whole pictures before this frame: there was no time for them. */
  private memoryUntil = 0;

  constructor(options: LightPlannerOptions) {
    const { grid, bytesUp = 2048, bytesDown = 512, samples = LIMITS.samplesPerFrame } = options;
    this.blocks = new BlockGrid(grid);
    this.changes = new ChangeMap(grid);
    this.chooser = new ReplenishChooser(grid, this.blocks, this.changes.calm.length);
    this.view = new LightView(grid);
    this.noTags = new Uint8Array(this.blocks.count);
    this.mostBlocks = Math.max(
      1,
      Math.min(this.blocks.count, Math.floor(Math.min(LIMITS.samplesPerFrame, samples) / BLOCK_SAMPLES)),
    );
    this.rate = new RateController({ bytes: bytesUp + bytesDown, most: samples });
  }

  /** Part of the samples otherwise allowed that the client has time for, 0 … 1; what makes no sense counts as 1. */
  set share(share: number) {
    this.rate.share = share;
  }

  /** Part of its usual frames that the client takes, 0 … 1: a frame may have the bytes of those left out, up to four budgets in all. */
  set pace(pace: number) {
    this.rate.pace = pace;
  }

  /** The explicit set of a request that is remembered: of this planner's, or one that `note` was told of. */
  asked(requestId: number): SampleSet | undefined {
    const entry = this.book[requestId % REMEMBERED];
    return entry?.frameId === requestId ? entry.set : undefined;
  }

  /** Another planner asked this; its answer will be learnt from too. */
  note({ frameId, explicit }: SampleRequest): void {
    this.book[frameId % REMEMBERED] = { frameId, set: explicit };
  }

  /** Measured bytes of a frame (up) and of its request (down). */
  feedback(bytesUp: number, bytesDown: number, samples: number, frameId: number): void {
    this.rate.feedback(frameId, bytesUp + bytesDown, samples);
    this.bytesDown = bytesDown;
  }

  /** Takes in what a frame's digest says. Frames come in order. */
  take({ frameId, requestId, scrollX, scrollY, changes }: FrameDigest): void {
    const { view } = this;
    const first = view.frameId < 0;
    view.follow(frameId, scrollX, scrollY);
    const moved = first || view.moving;
    this.changes.begin(moved);
    // After a move no cell is calm, whatever was seen of it.
    const set = requestId === null || moved ? undefined : this.asked(requestId);
    if (set) {
      for (let i = 0, b = 0; i < set.count && b < changes.length; i++) {
        const kind = set.kind[i];
        if (kind >= BLOCK_KIND) this.changes.look(set.u[i], set.v[i], BLOCK_SIDE << levelOf(kind), changes[b++] > 0);
      }
    }
    this.changes.end();
  }

  /** The request for `targetFrameId`, a frame after the last one taken in. It holds until one for a frame 128 later, or a multiple of it, is planned. */
  plan(targetFrameId: number): SampleRequest {
    const { blocks, chooser, changes, noTags, view } = this;
    blocks.lock(view.xAt(targetFrameId), view.yAt(targetFrameId));
    const most = Math.max(1, Math.floor(this.rate.share * this.mostBlocks));
    const set = (this.sets[targetFrameId % REMEMBERED] ??= createSampleSet(blocks.count));
    set.count = 0;
    const fits = chooser.choose(set, changes, null, targetFrameId, most);
    if (!fits) this.memoryUntil = targetFrameId + MEMORY_FRAMES;
    if (!fits) chooser.chooseSome(set, noTags, targetFrameId, most);
    set.keeps = targetFrameId >= this.memoryUntil;
    fitBudget(set, this.rate, targetFrameId, this.bytesDown);
    this.note({ frameId: targetFrameId, explicit: set, seeded: [] });
    return { frameId: targetFrameId, explicit: set, seeded: [] };
  }
}
