import type { PlayerTiming } from './PlayerTiming.js';
import type { ReplayFrame, ReplaySource } from './ReplaySource.js';

/** Seconds: a request means the last frame that is at most so much later. */
const NEARLY = 0.001;
/** Seconds of real time that a playhead may run ahead of the picture while a frame is under way. */
const AHEAD = 0.25;
/** ms without a frame, while one was asked for, that are a stall. */
const STALL_AFTER = 500;

/**
 * What was asked of a source, and what is known by its answers.
 *
 * @example
 * ```ts
 * if (requests.differs(time, frame)) requests.ask(time);
 * ```
 */
export class FrameRequests {
  /** The newest request, while it is not answered. */
  open: number | null = null;
  /** When something was asked for, ms; −∞ before. */
  askedAt = Number.NEGATIVE_INFINITY;
  /** The newest request that was answered, as long as its frame is the one shown. */
  #answered: number | null = null;
  /** Up to where the frame that is shown is known to be the right one, while another is asked for. */
  #right = 0;
  #callOff: (() => void) | null = null;
  readonly #source: ReplaySource;
  readonly #timing: PlayerTiming;
  readonly #stalled: () => void;

  constructor(source: ReplaySource, timing: PlayerTiming, stalled: () => void) {
    this.#source = source;
    this.#timing = timing;
    this.#stalled = stalled;
  }

  ask(time: number): void {
    if (this.open === null) {
      this.#right = time;
      this.#watch();
    }
    this.open = time;
    this.#answered = null;
    this.askedAt = this.#timing.now();
    this.#source.request(time);
  }

  /** The newest request is answered. */
  settle(): void {
    this.#answered = this.open ?? this.#answered;
    this.open = null;
    this.#callOff?.();
  }

  /** Nothing is waited for any longer. */
  forget(): void {
    this.open = null;
    this.#answered = null;
    this.#callOff?.();
  }

  /** A frame came that an earlier request asked for: the newest is still under way. */
  come({ time, next }: ReplayFrame, rate: number, head: number): void {
    if (this.open === null) return;
    if (rate > 0) this.#right = Math.max(this.#right, Math.min(head, next ?? time));
    else this.#right = Math.min(this.#right, Math.max(head, time));
    this.#watch();
  }

  /** True where the frame at `time` may be another than `frame`. */
  differs(time: number, frame: ReplayFrame | null): boolean {
    if (time === this.#answered) return false;
    if (!frame || time + NEARLY < frame.time || frame.next === null) return true;
    return time + NEARLY >= frame.next;
  }

  /** Seconds of the replay from `time` on that nothing need be asked for. */
  enoughFor(time: number, frame: ReplayFrame | null, rate: number, fps: number): number {
    if (this.open !== null) return 1 / fps - Math.abs(time - this.open);
    if (!frame) return 0;
    if (rate < 0) return time - frame.time + 2 * NEARLY;
    return (frame.next ?? (this.#answered ?? frame.time) + 1 / fps) - time;
  }

  /** How far the playhead may go: a source that is slower than the clock slows the clock. */
  bounds(rate: number): readonly [least: number, most: number] {
    if (this.open === null) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const ahead = AHEAD * Math.abs(rate);
    return [this.#right - ahead, this.#right + ahead];
  }

  #watch(): void {
    this.#callOff?.();
    this.#callOff = this.#timing.after(STALL_AFTER, this.#stalled);
  }
}
