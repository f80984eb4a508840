import { type DecodedFrame, SamplingPlanner } from '@sgaps/core';
import { isSgapsError, type RecordingReader, type RecordingRecord } from '@sgaps/protocol';
import { type Figures, SessionFigures, sparseMean } from '../loop/SessionFigures.js';
import { type ReplicaFrame, SessionReplica } from '../loop/SessionReplica.js';

/**
 * What a playback tells its room.
 *
 * @example
 * ```ts
 * const listener: PlaybackListener = { frame: (f, t, i) => broadcaster.offer(f, t, i), preview: send, error: report, wantsImportance: () => false };
 * ```
 */
export interface PlaybackListener {
  /** A frame to show; its buffers are reused after the call. */
  frame(frame: DecodedFrame, time: number, importance: Float32Array | null): void;
  /** A stored picture near the place that is being sought, WebP. */
  preview(webp: Uint8Array, frameId: number, time: number): void;
  /** Reading failed; playback has paused. */
  error(error: unknown): void;
  /** True while somebody looks at the importance overlay: it is planned anew for shown frames, and only then. */
  wantsImportance(): boolean;
}

/**
 * Where a playback stands.
 *
 * @example
 * ```ts
 * const { position, duration }: PlaybackState = playback.state;
 * ```
 */
export interface PlaybackState {
  /** ms of the frame shown, and of the whole recording so far. */
  readonly position: number;
  readonly duration: number;
  readonly playing: boolean;
  readonly seeking: boolean;
  readonly rate: number;
  /** True while the recording still grows. */
  readonly growing: boolean;
  /** Frames between the newest frame known and the first asked for, at this place. */
  readonly latencyFrames: number;
}

/**
 * Slowest and fastest rate.
 *
 * @example
 * ```ts
 * playback.setRate(PLAYBACK_RATES.max);
 * ```
 */
export const PLAYBACK_RATES = { min: 0.25, max: 8 } as const;

/** ms of work before other rooms get their turn. */
const SLICE = 12;
/** A playback further behind its clock than this slows the clock instead of piling up work, ms of recording. */
const MAX_LAG = 250;

/**
 * Plays a recording through the same decoder as the live loop: play, pause, rate, step, and seek from the nearest
 * snapshot. Operations are coalesced: one seek runs at a time, and of those asked for meanwhile only the last is done.
 *
 * @example
 * ```ts
 * const playback = new Playback(await store.open(id), listener);
 * playback.play();
 * setInterval(() => playback.tick(), 16);
 * ```
 */
export class Playback {
  readonly #reader: RecordingReader;
  readonly #listener: PlaybackListener;
  readonly #figures = new SessionFigures();
  #growing: boolean;

  #replica: SessionReplica;
  #planner: SamplingPlanner | null = null;
  #records: AsyncGenerator<RecordingRecord> | null = null;
  #sequence = -1;
  #queue: ReplicaFrame[] = [];
  #atEnd = false;

  #position = 0;
  #clock = 0;
  #tickedAt: number | null = null;
  #playing = false;
  #rate = 1;
  #seek: number | null = null;
  #steps = 0;
  /** Where the seek under way goes. */
  #goal: number | null = null;
  #busy: Promise<void> | null = null;
  #closed = false;
  #latencyFrames = 0;
  #shown: DecodedFrame | null = null;
  #frameTimes: number[] = [];
  #refreshedAt = Number.NEGATIVE_INFINITY;
  /** The recording has ended, and what came last has not been read yet. */
  #lastLook = false;

  constructor(reader: RecordingReader, listener: PlaybackListener, options: { readonly growing?: boolean } = {}) {
    this.#reader = reader;
    this.#listener = listener;
    this.#growing = options.growing ?? false;
    this.#replica = this.#newReplica();
  }

  get state(): PlaybackState {
    return {
      position: this.#position,
      duration: this.#reader.duration,
      playing: this.#playing,
      seeking: this.#goal !== null,
      rate: this.#rate,
      growing: this.#growing,
      latencyFrames: this.#latencyFrames,
    };
  }

  /** True once a frame was shown. */
  get started(): boolean {
    return this.#shown !== null;
  }

  /** Figures at the place shown. */
  figures(): Figures {
    return this.#figures.read(this.#position);
  }

  /** Plays on; from the start again when the end was reached. */
  play(): void {
    // A place that is being sought counts, not the one it is sought from.
    const sought = this.#seek ?? this.#goal;
    const ends = sought === null ? this.#atEnd && this.#queue.length === 0 : sought >= this.#reader.duration;
    if (ends && !this.#growing) this.seek(0);
    this.#playing = true;
    this.#tickedAt = null;
  }

  pause(): void {
    this.#playing = false;
  }

  /** Sets the speed, clamped to `PLAYBACK_RATES`. */
  setRate(rate: number): void {
    if (Number.isFinite(rate)) this.#rate = Math.min(PLAYBACK_RATES.max, Math.max(PLAYBACK_RATES.min, rate));
  }

  /** Goes to a time, ms, clamped to the recording. Only the newest of several requests is carried out. */
  seek(time: number): void {
    if (!Number.isFinite(time)) return;
    this.#seek = Math.min(this.#reader.duration, Math.max(0, time));
    this.#steps = 0;
    this.tick();
  }

  /** Shows the present frame once more: an overlay was switched on while paused. */
  show(): void {
    if (this.#shown) this.#listener.frame(this.#shown, this.#position, this.#importance(this.#shown));
  }

  /** Pauses and goes `frames` forward, or back when negative; at most 30 at once. */
  step(frames: number): void {
    if (!Number.isInteger(frames)) return;
    this.pause();
    this.#steps = Math.min(30, Math.max(-30, this.#steps + frames));
    this.tick();
  }

  /** Carries out what is due; call it about 60 times a second. Returns at once, the work goes on in slices. */
  tick(): void {
    if (this.#busy || this.#closed) return;
    const work = this.#work().catch((error: unknown) => {
      this.#playing = false;
      if (!this.#closed) this.#listener.error(error);
    });
    this.#busy = work.finally(() => {
      this.#busy = null;
      if (this.#seek !== null || this.#steps !== 0) this.tick();
    });
  }

  /** The recording stopped growing: its end is the end. */
  ended(): void {
    this.#lastLook = this.#growing;
    this.#growing = false;
  }

  /** Waits for the work at hand and closes the reader. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#busy;
    await this.#records?.return(undefined);
    await this.#reader.close();
  }

  async #work(): Promise<void> {
    if (this.#seek !== null) {
      const target = this.#seek;
      this.#seek = null;
      await this.#goto(target);
      return;
    }
    if (this.#steps !== 0) {
      await this.#step();
      return;
    }
    if (this.#growing || this.#lastLook) await this.#refresh();
    if (!this.#playing) return;
    const now = performance.now();
    const elapsed = this.#tickedAt === null ? 0 : Math.min(100, now - this.#tickedAt);
    this.#tickedAt = now;
    this.#clock = Math.min(this.#reader.duration, this.#clock + elapsed * this.#rate);
    const reached = await this.#advance(this.#clock, SLICE);
    // Decoding slower than the clock: let the clock wait, so that the bar never shows what the picture does not. With no frame
    // due it runs on: the next one may be seconds away, where the game stood still or its connection was cut.
    if (!reached) this.#clock = Math.min(this.#clock, this.#position + MAX_LAG * Math.max(1, this.#rate));
    if (this.#atEnd && this.#queue.length === 0 && this.#clock >= this.#reader.duration) {
      this.#position = this.#reader.duration;
      if (!this.#growing) this.#playing = false;
    }
  }

  async #goto(target: number): Promise<void> {
    this.#goal = target;
    try {
      const snapshot = await this.#reader.nearestSnapshot(target);
      const forward = target >= this.#position && (!snapshot || snapshot.time <= this.#position) && this.#sequence >= 0;
      if (!forward) {
        await this.#records?.return(undefined);
        this.#replica = this.#newReplica();
        this.#planner = null;
        this.#shown = null;
        this.#frameTimes = [];
        this.#figures.restart();
        this.#queue = [];
        this.#position = snapshot?.time ?? 0;
        this.#sequence = snapshot?.sequence ?? -1;
        this.#records = null;
        this.#atEnd = false;
        if (snapshot) {
          this.#replica.restore(snapshot.state);
          if (snapshot.preview) this.#listener.preview(snapshot.preview, snapshot.frameId ?? 0, snapshot.time);
        }
      }
      // A place before the first frame after the snapshot shows that frame.
      const first = this.#frameTimes.length === 0 && (await this.#fill()) ? this.#queue[0].time : 0;
      const done = await this.#advance(Math.max(target, first), Number.POSITIVE_INFINITY, true);
      if (done) this.#position = Math.max(this.#position, Math.min(target, this.#reader.duration));
      this.#clock = this.#position;
      this.#tickedAt = null;
    } finally {
      this.#goal = null;
    }
  }

  async #step(): Promise<void> {
    const steps = this.#steps;
    this.#steps = 0;
    if (steps < 0) {
      const shown = this.#frameTimes.length - 1;
      const fallback = this.#position + (steps * 1000) / this.#reader.header.fps;
      await this.#goto(Math.max(0, this.#frameTimes[shown + steps] ?? fallback));
      return;
    }
    for (let i = 0; i < steps; i++) {
      if (!(await this.#fill())) return;
      await this.#advance(this.#queue[0].time, Number.POSITIVE_INFINITY);
    }
    this.#clock = this.#position;
  }

  /**
   * Rebuilds frames up to `to`, showing the last. Yields every `SLICE` ms; gives up after `budget` ms of work, or, when
   * `abortable`, as soon as another seek is wanted. True when `to` was reached.
   */
  async #advance(to: number, budget: number, abortable = false): Promise<boolean> {
    const startedAt = performance.now();
    let slice = startedAt;
    let last: DecodedFrame | null = null;
    let lastTime = 0;
    let reached = true;
    while ((await this.#fill()) && this.#queue[0].time <= to) {
      if (this.#closed) return false;
      const next = this.#queue.shift();
      if (!next) break;
      last = this.#replica.decode(next.frame);
      lastTime = next.time;
      this.#position = next.time;
      this.#frameTimes.push(next.time);
      if (this.#frameTimes.length > 600) this.#frameTimes.splice(0, 300);
      const now = performance.now();
      if (now - startedAt > budget || (abortable && this.#seek !== null)) {
        reached = false;
        break;
      }
      if (now - slice > SLICE) {
        await new Promise((resolve) => setImmediate(resolve));
        slice = performance.now();
      }
    }
    if (last) {
      this.#shown = last;
      this.#figures.uncertainty = sparseMean(last.uncertainty);
      this.#listener.frame(last, lastTime, this.#importance(last));
    }
    return reached;
  }

  /** Reads records until a frame waits. False at the end of what is there. */
  async #fill(): Promise<boolean> {
    while (this.#queue.length === 0) {
      const records = this.#records ?? this.#reader.records(0, { afterSequence: this.#sequence });
      this.#records = records;
      const { value: record, done } = await records.next();
      if (done || !record) {
        this.#atEnd = true;
        return false;
      }
      this.#atEnd = false;
      this.#sequence = record.sequence;
      this.#take(record);
    }
    return true;
  }

  #take(record: RecordingRecord): void {
    try {
      if (record.kind === 'coordinates') {
        const requests = this.#replica.coordinates(record.bytes);
        if (requests[0]) this.#latencyFrames = requests[0].frameId - this.#replica.frameId;
        this.#figures.packet(record.time, { down: record.bytes.length });
      } else if (record.kind === 'pixels') {
        this.#queue = this.#replica.pixels(record.bytes, record.time);
        let samples = 0;
        for (const { frame } of this.#queue) samples += frame.samples.count;
        this.#figures.packet(record.time, { up: record.bytes.length, frames: this.#queue.length, samples });
      }
    } catch (error) {
      // The live loop rejected this packet too: everything received is recorded, also what did not decode.
      if (!isSgapsError(error)) throw error;
      this.#figures.rejected++;
    }
  }

  async #refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.#refreshedAt < 500 && !this.#lastLook) return;
    this.#refreshedAt = now;
    this.#lastLook = false;
    if (!(await this.#reader.refresh()) || !this.#atEnd) return;
    await this.#records?.return(undefined);
    this.#records = null;
    this.#atEnd = false;
  }

  #importance(frame: DecodedFrame): Float32Array | null {
    if (!this.#listener.wantsImportance()) return null;
    this.#planner ??= new SamplingPlanner({ grid: this.#replica.shape.grid, decoder: this.#replica.decoder });
    this.#planner.plan(frame.frameId + 2);
    return this.#planner.importance;
  }

  #newReplica(): SessionReplica {
    const { grid, schema, tierBits, depth } = this.#reader.header;
    return new SessionReplica({ grid, schema, tierBits, depth });
  }
}
