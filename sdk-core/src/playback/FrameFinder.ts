import type { RecordingReader } from '@sgaps/protocol';
import type { ModelBackend } from '../model/NeuralModel.js';
import { type CachedFrame, type FoundFrame, FrameCache } from './FrameCache.js';
import { FrameSource } from './FrameSource.js';
import { type FreshStart, findFreshStart } from './findFreshStart.js';
import { MemoryShelf } from './MemoryShelf.js';
import { PassedTimes } from './PassedTimes.js';
import type { PlaybackMachine } from './Playback.js';
import { type Figures, sparseMean } from './SessionFigures.js';
import type { ShelfPlace, SnapshotShelf } from './SnapshotShelf.js';

/** ms of work before others get their turn. */
const SLICE = 12;
/** A time stands for the last frame that is at most so much later, ms: times travel as 32-bit floats. */
const LENIENCE = 1;
/** Whoever goes back by less than this is going backwards, and wants the frames before as well, ms. */
const BACKWARDS = 1500;
/** Frames kept at least when going backwards, ms. */
const STRETCH = 1000;
const CACHE_BYTES = 64 * 2 ** 20;
/** Frames between a stored snapshot and a frame that is found from it: the times of those right behind it may depend on what came before. */
const MARGIN = 3;
/** ms from the nearest place known, from which on a fresh start of the stream is looked for, as far before the goal; and ms from there after which samples have shown everything. */
const FAR_AWAY = 45_000;
const FRESH_WITHIN = 25_000;
const WHOLE_AFTER = 2_500;
/** ms before the goal up to which places are kept; nearer, they are kept where frames are given out. */
const FAR = 500;
/** Share of the newest measurement in what work is thought to take, and ms of recording that make one. */
const LEARNING = 0.1;
const LEARNT_FROM = 200;

/**
 * What tells that an answer is no longer waited for; an `AbortSignal` is one.
 *
 * @example
 * ```ts
 * const newer: Superseded = controller.signal;
 * ```
 */
export interface Superseded {
  readonly aborted: boolean;
}

/**
 * Options of a `FrameFinder`.
 *
 * @example
 * ```ts
 * const options: FrameFinderOptions = { machine: nodeMachine, shelf: new MemoryShelf({ packer }) };
 * ```
 */
export interface FrameFinderOptions {
  readonly machine: PlaybackMachine;
  /** Refines frames that are found. What it makes of one may depend on the frames found before it. */
  readonly model?: ModelBackend | null;
  /** Where decoder states are kept and looked for; default a shelf of its own, unpacked. */
  readonly shelf?: SnapshotShelf;
  /** Bytes of the frames that are kept, default 64 MiB. */
  readonly cacheBytes?: number;
}

/** Where decoding may begin: at a place on the shelf, a snapshot in the recording, a fresh start of the stream, or the recording's start (null). */
type Start = { readonly time: number; readonly place: ShelfPlace | null; readonly fresh?: FreshStart } | null;

/** What came of decoding up to a time: the frame, nothing where it was given up or there are no frames, or the need to begin earlier. */
type Outcome = CachedFrame | null | 'earlier';

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
  readonly #machine: PlaybackMachine;
  readonly #shelf: SnapshotShelf;
  readonly #source: FrameSource;
  readonly #cache: FrameCache;
  readonly #passed = new PassedTimes();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;
  #ahead: Ahead | null = null;
  /** The frame that the source has rebuilt last and stands at; null when it stands elsewhere. */
  #standing: CachedFrame | null = null;
  /** The source met damage: it can only begin anew. */
  #lost = false;
  /** Frames' times are exact from here on. */
  #certainFrom = Number.NEGATIVE_INFINITY;
  /** The source came from the recording's start. */
  #fromStart = true;
  /** It came from a fresh start: it does not know all that was seen before, and its states are not for others. */
  #fromFresh = false;
  /** Time of the first frame of all, once known. */
  #firstTime = Number.NEGATIVE_INFINITY;
  /** The recording's own snapshots are of this version. */
  #storedFit = true;
  /** ms that it takes to begin elsewhere, and to take in a ms of recording. */
  #beginMs = 6;
  #msPerMs = 0.04;

  constructor(reader: RecordingReader, options: FrameFinderOptions) {
    this.#reader = reader;
    this.#machine = options.machine;
    this.#shelf = options.shelf ?? new MemoryShelf();
    this.#shelf.expect(reader.duration);
    this.#source = new FrameSource(reader, options.model ?? null);
    this.#cache = new FrameCache(reader.header.grid, options.cacheBytes ?? CACHE_BYTES);
  }

  /** Frames between the newest frame known and the first asked for, where decoding is. */
  get latencyFrames(): number {
    return this.#source.latencyFrames;
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
      this.#cache.forgetEnds(this.#standing);
      return true;
    });
  }

  /** Figures where decoding is; empty after a jump. */
  figures(): Figures {
    const { held } = this.#cache;
    if (held) this.#source.figures.uncertainty = sparseMean(held.uncertainty);
    return this.#source.figures.read(this.#source.time ?? 0);
  }

  /** The importance map as the live planner would have it after the frame found last; null where there is none. Goes back to that frame where it has to. */
  importance(superseded?: Superseded): Promise<Float32Array | null> {
    return this.#inTurn(async () => {
      const { held } = this.#cache;
      if (!held) return null;
      if (this.#standing?.frameId !== held.frameId) {
        const found = await this.#decode(held.time, superseded, Number.POSITIVE_INFINITY);
        if (!found) return null;
        this.#cache.held = found;
      }
      return this.#source.importance(held);
    });
  }

  /** Waits for what is under way and closes the reader; the shelf is its owner's. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    await this.#source.close();
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
    if (this.#standing?.next === null && (await this.#source.fill())) this.#standing.next = this.#source.nextTime;
    const cached = this.#cached(time);
    if (cached) return cached;
    const limit = time + LENIENCE;
    const isBackwards = held !== null && limit < held.time && held.time - limit < BACKWARDS;
    const found = await this.#decode(limit, superseded, isBackwards ? limit - this.#stretch : Number.POSITIVE_INFINITY);
    if (found) this.#cache.held = found;
    return found;
  }

  /** The frame of a time, if it is kept; one that lies before the last one given has those before it decoded. */
  #cached(time: number): CachedFrame | null {
    const { held } = this.#cache;
    const found = this.#cache.at(Math.max(time + LENIENCE, this.#firstTime), this.layered);
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
    this.#inTurn(() => this.#decode(ahead.to, ahead, ahead.from))
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

  /** Decodes up to the frame shown at `limit`, from where decoding is or from the nearest place before; keeps the frames from `keepFrom` on. */
  async #decode(limit: number, superseded: Superseded | undefined, keepFrom: number): Promise<CachedFrame | null> {
    try {
      let outcome: Outcome = (await this.#goesOn(limit)) ? await this.#advance(limit, superseded, keepFrom) : 'earlier';
      for (let before = Number.POSITIVE_INFINITY; outcome === 'earlier'; ) {
        const start = await this.#quickest(limit, this.#startBefore(limit, before), before);
        before = start?.time ?? Number.NEGATIVE_INFINITY;
        if (superseded?.aborted || this.#closed) return null;
        if (await this.#begin(start)) outcome = await this.#advance(limit, superseded, keepFrom);
      }
      return outcome;
    } catch (error) {
      this.#lost = true;
      throw error;
    }
  }

  /** True where the frame shown at `limit` lies ahead, and near enough that no place is quicker. */
  async #goesOn(limit: number): Promise<boolean> {
    if (this.#lost || !this.#source.begun) return false;
    const at = this.#source.time ?? Number.NEGATIVE_INFINITY;
    if (at > limit || !(await this.#source.fill()) || (this.#source.nextTime ?? 0) > limit) return false;
    const start = this.#startBefore(limit, Number.POSITIVE_INFINITY);
    return !start || (start.time - at) * this.#msPerMs < this.#beginMs;
  }

  /** A fresh start instead of a place that is far away. */
  async #quickest(limit: number, start: Start, before: number): Promise<Start> {
    const goal = Math.min(limit, this.#reader.duration);
    const far = goal - (start?.time ?? 0);
    if (before !== Number.POSITIVE_INFINITY || far < FAR_AWAY) return start;
    const fresh = await findFreshStart(this.#reader, goal - FRESH_WITHIN, goal - WHOLE_AFTER);
    return fresh ? { time: fresh.time, place: null, fresh } : start;
  }

  /** The last place before `before` to begin at for the frame shown at `limit`. */
  #startBefore(limit: number, before: number): Start {
    const place = this.#shelf.before(Math.min(limit, before));
    const margin = (MARGIN * 1000) / this.#reader.header.fps;
    const latest = Math.min(before, limit - margin);
    const stored = this.#storedFit ? this.#reader.index.snapshots.findLast(({ time }) => time < latest) : undefined;
    if (place && place.time >= (stored?.time ?? 0)) return { time: place.time, place };
    return stored ? { time: stored.time, place: null } : null;
  }

  /** Begins elsewhere. False where it cannot. */
  async #begin(start: Start): Promise<boolean> {
    const begunAt = this.#machine.now();
    this.#standing = null;
    this.#lost = false;
    this.#passed.clear();
    this.#fromStart = start === null;
    this.#fromFresh = start?.fresh !== undefined;
    this.#certainFrom = Number.NEGATIVE_INFINITY;
    if (start === null) return this.#source.restart(null);
    if (start.fresh) {
      await this.#source.restartFresh(start.fresh);
      this.#certainFrom = start.fresh.time + WHOLE_AFTER / 2;
      return true;
    }
    if (start.place) {
      const { time, sequence } = start.place;
      const state = await this.#shelf.read(start.place);
      if (!state || !(await this.#source.restart({ state, sequence }, time))) return false;
      this.#passed.add(time);
    } else {
      const snapshot = await this.#reader.nearestSnapshot(start.time);
      if (!snapshot) return false;
      this.#storedFit = await this.#source.restart(snapshot);
      if (!this.#storedFit) return false;
      // It does not tell the time of the frame before it, which those after it are not before.
      this.#certainFrom = snapshot.time;
    }
    this.#beginMs += LEARNING * (this.#machine.now() - begunAt - this.#beginMs);
    return true;
  }

  /** Goes through the frames up to the last one that is not after `limit`, and rebuilds that; the others are only taken in, or kept from `keepFrom` on. */
  async #advance(limit: number, superseded: Superseded | undefined, keepFrom: number): Promise<Outcome> {
    const source = this.#source;
    if (this.#fromStart && source.time === null) {
      if (!(await source.fill())) return null;
      this.#firstTime = source.nextTime ?? 0;
    }
    const last = Math.max(limit, this.#firstTime);
    const goal = Math.min(last, this.#reader.duration);
    const from = source.time;
    let worked = 0;
    let slice = this.#machine.now();
    for (;;) {
      const next = (await source.fill()) ? source.nextTime : null;
      if (next === null || next > last) return 'earlier';
      this.#standing = null;
      // A place is behind a packet whose successor was not looked at; far from the goal the frame before it is not the last.
      const isFar = goal - next > FAR && next < keepFrom && source.waiting === 1 && this.#shelf.wants(next);
      if (!isFar && (!(await source.fill(2)) || (source.timeAfter ?? 0) > last)) {
        this.#learn(worked + this.#machine.now() - slice, from === null ? 0 : next - from);
        return this.#show();
      }
      if (next >= keepFrom) await this.#keep(source.timeAfter);
      else this.#pass(source.skip());
      this.#keepPlace();
      const now = this.#machine.now();
      if (now - slice < SLICE) continue;
      worked += now - slice;
      await this.#machine.rest();
      slice = this.#machine.now();
      if (superseded?.aborted || this.#closed) return null;
    }
  }

  /** Rebuilds the frame that waits, to be given out. */
  async #show(): Promise<Outcome> {
    const shown = await this.#keep(null);
    if (!shown) return 'earlier';
    this.#standing = shown;
    this.#keepPlace();
    if (await this.#source.fill()) shown.next = this.#source.nextTime;
    return shown;
  }

  /** Rebuilds the frame that waits, and keeps it if all is known about it. */
  async #keep(next: number | null): Promise<CachedFrame | null> {
    const decoded = await this.#source.decode();
    if (!decoded) return null;
    const { frame, time } = decoded;
    const previous = this.#passed.before(time);
    const isKnown = time >= this.#certainFrom && (previous !== null || this.#fromStart);
    this.#pass(time);
    return isKnown ? this.#cache.keep(frame, { time, previous, next }, this.layered) : null;
  }

  #pass(time: number | null): void {
    if (time !== null && time >= this.#certainFrom) this.#passed.add(time);
  }

  /** Puts the state on the shelf where one is wanted. */
  #keepPlace(): void {
    const { place } = this.#source;
    if (!place || this.#fromFresh || place.time < this.#certainFrom || !this.#shelf.wants(place.time)) return;
    const state = this.#source.save();
    void this.#shelf.put({ ...place, bytes: state.length }, state);
  }

  #learn(ms: number, passed: number): void {
    if (passed > LEARNT_FROM) this.#msPerMs += LEARNING * (ms / passed - this.#msPerMs);
  }
}
