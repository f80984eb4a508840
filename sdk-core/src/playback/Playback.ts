import type { RecordingReader, RecordingSnapshot } from '@sgaps/protocol';
import { openReplaySource } from './openReplaySource.js';
import type { PlaybackMachine } from './PlaybackMachine.js';
import type { PlayedFrame, ReplaySource, ReplaySourceOptions } from './ReplaySource.js';
import { type Figures, sparseMean } from './SessionFigures.js';

/**
 * What a playback tells its room.
 *
 * @example
 * ```ts
 * const listener: PlaybackListener = { frame: (f, t, i) => broadcaster.offer(f, t, i), preview: send, error: report, wantsImportance: () => false };
 * ```
 */
export interface PlaybackListener {
  /** A frame to show; its buffers are reused once this returned, or settled. */
  frame(frame: PlayedFrame, time: number, importance: Float32Array | null): void | Promise<void>;
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
/** ms of work before a playback that cannot keep up shows where it is; until then it only takes frames in. */
const UNSHOWN = 50;
/** A playback further behind its clock than this slows the clock instead of piling up work, ms of recording. */
const MAX_LAG = 250;

/**
 * Plays a recording through the same decoder as the live loop: play, pause, rate, step, and seek from the nearest
 * snapshot. Operations are coalesced: one seek runs at a time, and of those asked for meanwhile only the last is done.
 *
 * @example
 * ```ts
 * const playback = new Playback(await store.open(id), listener, machine);
 * playback.play();
 * setInterval(() => playback.tick(), 16);
 * ```
 */
export class Playback {
  readonly #reader: RecordingReader;
  readonly #listener: PlaybackListener;
  readonly #machine: PlaybackMachine;
  readonly #source: ReplaySource;
  #growing: boolean;

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
  #shown: PlayedFrame | null = null;
  #shownTime = 0;
  #frameTimes: number[] = [];
  #refreshedAt = Number.NEGATIVE_INFINITY;
  /** The recording has ended, and what came last has not been read yet. */
  #lastLook = false;

  constructor(
    reader: RecordingReader,
    listener: PlaybackListener,
    machine: PlaybackMachine,
    options: Omit<ReplaySourceOptions, 'machine'> & { readonly growing?: boolean } = {},
  ) {
    this.#reader = reader;
    this.#listener = listener;
    this.#machine = machine;
    this.#growing = options.growing ?? false;
    this.#source = openReplaySource(reader, { ...options, machine });
  }

  get state(): PlaybackState {
    return {
      position: this.#position,
      duration: this.#reader.duration,
      playing: this.#playing,
      seeking: this.#seek !== null || this.#goal !== null,
      rate: this.#rate,
      growing: this.#growing,
      latencyFrames: this.#source.latencyFrames,
    };
  }

  /** True once a frame was shown. */
  get started(): boolean {
    return this.#shown !== null;
  }

  /** Figures at the place shown. */
  figures(): Figures {
    return this.#source.figures.read(this.#position);
  }

  /** Plays on; from the start again when the end was reached. */
  play(): void {
    // A place that is being sought counts, not the one it is sought from.
    const sought = this.#seek ?? this.#goal;
    const ends = sought === null ? this.#source.ended : sought >= this.#reader.duration;
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
    // With frames taken in since, another is about to be shown.
    if (!this.#shown || this.#shown.frameId !== this.#source.frameId) return;
    void this.#listener.frame(this.#shown, this.#shownTime, this.#importance(this.#shown));
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

  /** Settles when nothing that was asked for is left to do: seeks, steps, the frame that is due. */
  async settled(): Promise<void> {
    while (this.#busy) await this.#busy;
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
    await this.#source.close();
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
    const now = this.#machine.now();
    const elapsed = this.#tickedAt === null ? 0 : Math.min(100, now - this.#tickedAt);
    this.#tickedAt = now;
    this.#clock = Math.min(this.#reader.duration, this.#clock + elapsed * this.#rate);
    const reached = await this.#advance(this.#clock, UNSHOWN, true);
    // Decoding slower than the clock: let the clock wait, so that the bar never shows what the picture does not. With no frame
    // due it runs on: the next one may be seconds away, where the game stood still or its connection was cut.
    if (!reached) this.#clock = Math.min(this.#clock, this.#position + MAX_LAG * Math.max(1, this.#rate));
    if (this.#source.ended && this.#clock >= this.#reader.duration) {
      this.#position = this.#reader.duration;
      if (!this.#growing) this.#playing = false;
    }
  }

  async #goto(target: number): Promise<void> {
    this.#goal = target;
    try {
      const snapshot = await this.#reader.nearestSnapshot(target);
      const forward = target >= this.#position && (!snapshot || snapshot.time <= this.#position) && this.#source.begun;
      if (!forward) {
        if (snapshot?.preview) this.#listener.preview(snapshot.preview, snapshot.frameId ?? 0, snapshot.time);
        await this.#restart(snapshot, target);
      }
      // A place before the first frame of all shows that frame.
      const first = this.#frameTimes.length === 0 && (await this.#source.fill()) ? (this.#source.nextTime ?? 0) : 0;
      const done = await this.#advance(Math.max(target, first), Number.POSITIVE_INFINITY, true);
      if (done) this.#position = Math.max(this.#position, Math.min(target, this.#reader.duration));
      this.#clock = this.#position;
      this.#tickedAt = null;
    } finally {
      this.#goal = null;
    }
  }

  /** Goes to a snapshot, or to one before it when no frame lies between it and `target`: a snapshot holds no picture of its own. */
  async #restart(snapshot: RecordingSnapshot | null, target: number): Promise<void> {
    this.#shown = null;
    this.#frameTimes = [];
    for (let from = snapshot; ; from = await this.#reader.nearestSnapshot(from.time - 1)) {
      const restored = await this.#source.restart(from);
      this.#position = restored && from ? from.time : 0;
      if (!from || !restored || this.#closed) return;
      if ((await this.#source.fill()) && (this.#source.nextTime ?? 0) <= target) return;
    }
  }

  async #step(): Promise<void> {
    const steps = this.#steps;
    this.#steps = 0;
    if (steps < 0) {
      const shown = this.#frameTimes.length - 1;
      const from = this.#shown ? this.#shownTime : this.#position;
      const fallback = from + (steps * 1000) / this.#reader.header.fps;
      await this.#goto(Math.max(0, this.#frameTimes[shown + steps] ?? fallback));
      return;
    }
    for (let i = 0; i < steps && this.#seek === null; i++) {
      if (!(await this.#source.fill())) break;
      await this.#advance(this.#source.nextTime ?? 0, Number.POSITIVE_INFINITY, true);
    }
    this.#clock = this.#position;
  }

  /**
   * Goes through the frames up to `to`, and rebuilds and shows the last: the others are only taken in. Yields every `SLICE` ms;
   * gives up after `budget` ms of work, or, when `abortable`, as soon as another seek is wanted, and shows the frame it
   * has come to. True when `to` was reached.
   */
  async #advance(to: number, budget: number, abortable = false): Promise<boolean> {
    const startedAt = this.#machine.now();
    let slice = startedAt;
    while ((await this.#source.fill()) && (this.#source.nextTime ?? 0) <= to) {
      const givesUp = this.#machine.now() - startedAt > budget || (abortable && this.#seek !== null);
      const isLast = !(await this.#source.fill(2)) || (this.#source.timeAfter ?? 0) > to;
      if (this.#closed) return false;
      if (givesUp || isLast) {
        await this.#rebuild();
        return isLast;
      }
      this.#pass(this.#source.skip());
      const now = this.#machine.now();
      if (now - slice > SLICE) {
        await this.#machine.rest();
        slice = this.#machine.now();
      }
    }
    return true;
  }

  /** Rebuilds the frame that waits, and shows it. */
  async #rebuild(): Promise<void> {
    const next = await this.#source.decode();
    if (!next) return;
    this.#pass(next.time);
    this.#shown = next.frame;
    this.#shownTime = next.time;
    this.#source.figures.uncertainty = sparseMean(next.frame.uncertainty);
    await this.#listener.frame(next.frame, next.time, this.#importance(next.frame));
  }

  /** Stands at a frame of this time. */
  #pass(time: number | null): void {
    if (time === null) return;
    this.#position = time;
    this.#frameTimes.push(time);
    if (this.#frameTimes.length > 600) this.#frameTimes.splice(0, 300);
  }

  async #refresh(): Promise<void> {
    const now = this.#machine.now();
    if (now - this.#refreshedAt < 500 && !this.#lastLook) return;
    this.#refreshedAt = now;
    this.#lastLook = false;
    await this.#source.refresh();
  }

  #importance(frame: PlayedFrame): Float32Array | null {
    return this.#listener.wantsImportance() ? this.#source.importance(frame) : null;
  }
}
