import type { RecordingReader } from '@sgaps/protocol';
import type { Between, CachedFrame } from './FrameCache.js';
import { type FreshStart, findFreshStart } from './findFreshStart.js';
import { openReplaySource } from './openReplaySource.js';
import { PassedTimes } from './PassedTimes.js';
import type { PlaybackMachine } from './PlaybackMachine.js';
import type { PlayedFrame, ReplaySource, ReplaySourceOptions } from './ReplaySource.js';
import type { ShelfPlace, SnapshotShelf } from './SnapshotShelf.js';

/** ms of work before others get their turn. */
const SLICE = 12;
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

/** Where decoding may begin: at a place on the shelf, a snapshot in the recording, a fresh start of the stream, or the recording's start (null). */
type Start = { readonly time: number; readonly place: ShelfPlace | null; readonly fresh?: FreshStart } | null;

/** What came of decoding up to a time: the frame, nothing where it was given up or there are no frames, or the need to begin earlier. */
type Outcome = CachedFrame | null | 'earlier';

/**
 * Where a recording is being decoded, and how decoding gets from there to any other frame: on, or from the nearest state known before it. It puts states on
 * the shelf on its way.
 *
 * @example
 * ```ts
 * const cursor = new FrameCursor(reader, { machine, shelf, model: null, keep: (frame, between) => cache.keep(frame, between, false) });
 * const frame = await cursor.find(12_500, undefined, Number.POSITIVE_INFINITY);
 * ```
 */
export class FrameCursor {
  readonly source: ReplaySource;
  /** The frame that the source has rebuilt last and stands at; null when it stands elsewhere. */
  standing: CachedFrame | null = null;
  /** Time of the first frame of all, once known. */
  firstTime = Number.NEGATIVE_INFINITY;

  readonly #reader: RecordingReader;
  readonly #machine: PlaybackMachine;
  readonly #shelf: SnapshotShelf;
  readonly #keepFrame: (frame: PlayedFrame, between: Between) => CachedFrame;
  readonly #passed = new PassedTimes();
  #stopped = false;
  /** The source met damage: it can only begin anew. */
  #lost = false;
  /** Frames' times are exact from here on. */
  #certainFrom = Number.NEGATIVE_INFINITY;
  /** The source came from the recording's start. */
  #fromStart = true;
  /** It came from a fresh start: it does not know all that was seen before, and its states are not for others. */
  #fromFresh = false;
  /** The recording's own snapshots are of this version. */
  #storedFit = true;
  /** ms that it takes to begin elsewhere, and to take in a ms of recording. */
  #beginMs = 6;
  #msPerMs = 0.04;

  /** `keep` copies a frame that is to be given out. */
  constructor(
    reader: RecordingReader,
    options: ReplaySourceOptions & {
      readonly machine: PlaybackMachine;
      readonly shelf: SnapshotShelf;
      readonly keep: (frame: PlayedFrame, between: Between) => CachedFrame;
    },
  ) {
    this.#reader = reader;
    this.#machine = options.machine;
    this.#shelf = options.shelf;
    this.#keepFrame = options.keep;
    this.source = openReplaySource(reader, options);
  }

  /** Whatever is under way is given up, and nothing more is found. */
  stop(): void {
    this.#stopped = true;
  }

  /** Looks whether there is a frame after the last one by now. */
  async look(): Promise<void> {
    const { standing, source } = this;
    if (!standing?.isNewest || !(await source.fill())) return;
    standing.next = source.nextTime;
    standing.isNewest = false;
  }

  /** Decodes up to the frame shown at `limit`, from where decoding is or from the nearest place before; keeps the frames from `keepFrom` on. */
  async find(limit: number, superseded: Superseded | undefined, keepFrom: number): Promise<CachedFrame | null> {
    try {
      let outcome: Outcome = (await this.#goesOn(limit)) ? await this.#advance(limit, superseded, keepFrom) : 'earlier';
      for (let before = Number.POSITIVE_INFINITY; outcome === 'earlier'; ) {
        const start = await this.#quickest(limit, this.#startBefore(limit, before), before);
        before = start?.time ?? Number.NEGATIVE_INFINITY;
        if (superseded?.aborted || this.#stopped) return null;
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
    if (this.#lost || !this.source.begun) return false;
    const at = this.source.time ?? Number.NEGATIVE_INFINITY;
    if (at > limit) return false;
    const start = this.#startBefore(limit, Number.POSITIVE_INFINITY);
    if (start && (start.time - at) * this.#msPerMs > this.#beginMs) return false;
    return (await this.source.fill()) && (this.source.nextTime ?? 0) <= limit;
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
    this.standing = null;
    this.#lost = false;
    this.#passed.clear();
    this.#fromStart = start === null;
    this.#fromFresh = start?.fresh !== undefined;
    this.#certainFrom = Number.NEGATIVE_INFINITY;
    if (start === null) return this.source.restart(null);
    if (start.fresh) {
      await this.source.restartFresh(start.fresh);
      this.#certainFrom = start.fresh.time + WHOLE_AFTER / 2;
      return true;
    }
    if (start.place) {
      const { time, sequence } = start.place;
      const state = await this.#shelf.read(start.place);
      if (!state || !(await this.source.restart({ state, sequence }, time))) return false;
      this.#passed.add(time);
    } else {
      const snapshot = await this.#reader.nearestSnapshot(start.time);
      if (!snapshot) return false;
      this.#storedFit = await this.source.restart(snapshot);
      if (!this.#storedFit) return false;
      // It does not tell the time of the frame before it, which those after it are not before.
      this.#certainFrom = snapshot.time;
    }
    this.#beginMs += LEARNING * (this.#machine.now() - begunAt - this.#beginMs);
    return true;
  }

  /** Goes through the frames up to the last one that is not after `limit`, and rebuilds that; the others are only taken in, or kept from `keepFrom` on. */
  async #advance(limit: number, superseded: Superseded | undefined, keepFrom: number): Promise<Outcome> {
    const source = this.source;
    if (this.#fromStart && source.time === null) {
      if (!(await source.fill())) return null;
      this.firstTime = source.nextTime ?? 0;
    }
    const last = Math.max(limit, this.firstTime);
    const goal = Math.min(last, this.#reader.duration);
    const from = source.time;
    let worked = 0;
    let slice = this.#machine.now();
    for (;;) {
      const next = (await source.fill()) ? source.nextTime : null;
      if (next === null || next > last) return 'earlier';
      this.standing = null;
      // A place is behind a packet whose successor was not looked at; far from the goal the frame before it is not the last.
      const isFar = source.keepsPlaces && goal - next > FAR && next < keepFrom && source.waiting === 1 && this.#shelf.wants(next);
      if (!isFar && (!(await source.fill(2)) || (source.timeAfter ?? 0) > last)) {
        this.#learn(worked + this.#machine.now() - slice, from === null ? 0 : next - from);
        return this.#show();
      }
      if (next >= keepFrom) await this.#rebuild(source.timeAfter);
      else this.#pass(source.skip());
      this.#keepPlace();
      const now = this.#machine.now();
      if (now - slice < SLICE) continue;
      worked += now - slice;
      await this.#machine.rest();
      slice = this.#machine.now();
      if (superseded?.aborted || this.#stopped) return null;
    }
  }

  /** Rebuilds the frame that waits, to be given out. */
  async #show(): Promise<Outcome> {
    const shown = await this.#rebuild(null);
    if (!shown) return 'earlier';
    this.standing = shown;
    this.#keepPlace();
    if (await this.source.fill()) shown.next = this.source.nextTime;
    else shown.isNewest = true;
    return shown;
  }

  /** Rebuilds the frame that waits, and keeps it if all is known about it. */
  async #rebuild(next: number | null): Promise<CachedFrame | null> {
    const decoded = await this.source.decode();
    if (!decoded) return null;
    const { frame, time } = decoded;
    const previous = this.#passed.before(time);
    const isKnown = time >= this.#certainFrom && (previous !== null || this.#fromStart);
    this.#pass(time);
    return isKnown ? this.#keepFrame(frame, { time, previous, next }) : null;
  }

  #pass(time: number | null): void {
    if (time !== null && time >= this.#certainFrom) this.#passed.add(time);
  }

  /** Puts the state on the shelf where one is wanted. */
  #keepPlace(): void {
    const { place } = this.source;
    if (!place || this.#fromFresh || place.time < this.#certainFrom || !this.#shelf.wants(place.time)) return;
    const state = this.source.save();
    void this.#shelf.put({ ...place, bytes: state.length }, state);
  }

  #learn(ms: number, passed: number): void {
    if (passed > LEARNT_FROM) this.#msPerMs += LEARNING * (ms / passed - this.#msPerMs);
  }
}
