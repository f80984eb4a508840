import type { RecordingReader } from '@sgaps/protocol';
import { type CachedFrame, type FoundFrame, FrameCache } from './FrameCache.js';
import { FrameCursor, type Superseded } from './FrameCursor.js';
import { MemoryShelf } from './MemoryShelf.js';
import type { PlaybackMachine } from './PlaybackMachine.js';
import type { ReplaySourceOptions } from './ReplaySource.js';
import { type Figures, sparseMean } from './SessionFigures.js';
import type { SnapshotShelf } from './SnapshotShelf.js';

/** A time stands for the last frame that is at most so much later, ms: times travel as 32-bit floats. */
const LENIENCE = 1;
/** Whoever goes back by less than this is going backwards, and wants the frames before as well, ms. */
const BACKWARDS = 1500;
/** Frames kept at least when going backwards, ms. */
const STRETCH = 1000;
const CACHE_BYTES = 64 * 2 ** 20;

/**
 * Options of a `FrameFinder`. What `model` makes of a frame may depend on the frames found before it.
 *
 * @example
 * ```ts
 * const options: FrameFinderOptions = { machine: nodeMachine, shelf: new MemoryShelf({ packer }) };
 * ```
 */
export interface FrameFinderOptions extends ReplaySourceOptions {
  readonly machine: PlaybackMachine;
  /** Where decoder states are kept and looked for; default a shelf of its own, unpacked. */
  readonly shelf?: SnapshotShelf;
  /** Bytes of the frames that are kept, default 64 MiB. */
  readonly cacheBytes?: number;
}

/** Frames that are decoded before they are asked for. */
interface Ahead {
  aborted: boolean;
  readonly from: number;
  readonly to: number;
}

/**
 * Any frame of a recording by its time, whichever way a viewer goes: forwards it goes on decoding, elsewhere it begins at the nearest state known, and backwards it
 * decodes a stretch once and gives its frames out one by one. Whatever the way, the decoder's picture of a frame is the same to the bit; but where a recording has no
 * snapshot for most of a minute, as those made on demand, and no place is known yet, it begins where the stream starts afresh, whose pictures are whole some seconds after. It
 * works in slices and lets others have their turn; questions are answered in the order they came.
 *
 * @example
 * ```ts
 * const finder = new FrameFinder(await store.open(id), { machine: nodeMachine, shelf });
 * const frame = await finder.find(12_500, newer.signal);
 * if (frame) show(frame.rgb);
 * ```
 */
export class FrameFinder {
  /** True while somebody looks at the layers of memory: frames then tell them (`sources`), else they may tell none. */
  layered = false;

  readonly #reader: RecordingReader;
  readonly #shelf: SnapshotShelf;
  readonly #cursor: FrameCursor;
  readonly #cache: FrameCache;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;
  #ahead: Ahead | null = null;

  constructor(reader: RecordingReader, options: FrameFinderOptions) {
    this.#reader = reader;
    const { machine, model, archiveModel, shelf = new MemoryShelf(), cacheBytes = CACHE_BYTES } = options;
    this.#shelf = shelf;
    shelf.expect(reader.duration);
    this.#cache = new FrameCache(reader.header.grid, cacheBytes);
    this.#cursor = new FrameCursor(reader, {
      machine,
      model,
      archiveModel,
      shelf,
      keep: (frame, between) => this.#cache.keep(frame, between, this.layered),
    });
  }

  /** Frames between the newest frame known and the first asked for, where decoding is. */
  get latencyFrames(): number {
    return this.#cursor.source.latencyFrames;
  }

  /** True while something is decoded. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /**
   * The frame shown at a time, ms: the last one that is at most a millisecond later, and before the first that one. Its buffers hold until the next call. Null once
   * `superseded` is aborted, and for a recording without frames. Rejects where the recording is damaged; other places may still be found.
   */
  find(time: number, superseded?: Superseded): Promise<FoundFrame | null> {
    const ahead = this.#ahead;
    if (ahead && this.#waiting === 1) {
      const cached = this.#cached(time);
      if (cached) return Promise.resolve(cached);
    }
    // What is being decoded may be just what is wanted.
    if (ahead && (time < ahead.from || time > ahead.to)) ahead.aborted = true;
    return this.#inTurn(() => this.#find(time, superseded));
  }

  /** The newest frame there is, or null where that is frame `after`, or nobody waits any more. Call `refresh` when the recording has grown. */
  async newest(after = -1, superseded?: Superseded): Promise<FoundFrame | null> {
    const found = await this.find(Number.POSITIVE_INFINITY, superseded);
    return found?.frameId === after ? null : found;
  }

  /** Looks for what was recorded since; true if there is anything new. */
  refresh(): Promise<boolean> {
    return this.#inTurn(async () => {
      if (!(await this.#reader.refresh())) return false;
      this.#shelf.expect(this.#reader.duration);
      this.#cache.forgetNewest(this.#cursor.standing);
      return true;
    });
  }

  /** Figures where decoding is; empty after a jump. */
  figures(): Figures {
    const { held } = this.#cache;
    const { figures, time } = this.#cursor.source;
    if (held) figures.uncertainty = sparseMean(held.uncertainty);
    return figures.read(time ?? 0);
  }

  /** The importance map as the live planner would have it after the frame found last; null where there is none. Goes back to that frame where it has to. */
  importance(superseded?: Superseded): Promise<Float32Array | null> {
    return this.#inTurn(async () => {
      const { held } = this.#cache;
      if (!held) return null;
      if (this.#cursor.standing?.frameId !== held.frameId) {
        const found = await this.#cursor.find(held.time, superseded, Number.POSITIVE_INFINITY);
        if (!found) return null;
        this.#cache.held = found;
      }
      return this.#cursor.source.importance(held);
    });
  }

  /** Waits for what is under way and closes the reader; the shelf is its owner's. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cursor.stop();
    await this.#turn;
    await this.#cursor.source.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const turn = this.#turn.then(work).finally(() => {
      this.#waiting--;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #find(time: number, superseded: Superseded | undefined): Promise<CachedFrame | null> {
    if (superseded?.aborted || this.#closed || Number.isNaN(time)) return null;
    const { held } = this.#cache;
    await this.#cursor.look();
    const cached = this.#cached(time);
    if (cached) return cached;
    const limit = time + LENIENCE;
    const isBackwards = held !== null && limit < held.time && held.time - limit < BACKWARDS;
    const found = await this.#cursor.find(limit, superseded, isBackwards ? limit - this.#stretch : Number.POSITIVE_INFINITY);
    if (found) this.#cache.held = found;
    return found;
  }

  /** The frame of a time, if it is kept; one that lies before the last one given has those before it decoded. */
  #cached(time: number): CachedFrame | null {
    const { held } = this.#cache;
    const found = this.#cache.at(Math.max(time + LENIENCE, this.#cursor.firstTime), this.layered);
    if (!found) return null;
    this.#cache.held = found;
    if (held && found.time < held.time && held.time - found.time < BACKWARDS) this.#decodeAhead(found);
    return found;
  }

  /** Decodes the stretch before those that are kept, going backwards from `found`, once half of those are used. */
  #decodeAhead(found: CachedFrame): void {
    if (this.#ahead || this.#closed) return;
    const { time, previous } = this.#cache.firstOfRun(found);
    if (previous === null || found.time - time > this.#stretch / 2) return;
    const ahead: Ahead = { aborted: false, from: previous - this.#stretch, to: previous + LENIENCE };
    this.#ahead = ahead;
    this.#inTurn(() => this.#cursor.find(ahead.to, ahead, ahead.from))
      // Whoever comes to the damage meets it again.
      .catch(() => undefined)
      .finally(() => {
        this.#ahead = null;
      });
  }

  /** ms of frames kept when going backwards: back to the place before, as far as there is room for two. */
  get #stretch(): number {
    const room = (0.4 * this.#cache.room * 1000) / this.#reader.header.fps;
    return Math.min(room, Math.max(STRETCH, this.#shelf.spacing));
  }
}
