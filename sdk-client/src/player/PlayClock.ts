import type { FrameRequests } from './FrameRequests.js';
import type { PlayerTiming } from './PlayerTiming.js';
import { Playhead } from './Playhead.js';
import type { ReplayRange } from './ReplayPlayerOptions.js';
import type { ReplayFrame } from './ReplaySource.js';

/** Frames asked for a second where the replay is played faster than it was recorded. */
const MOST_ASKED = 30;
/** ms between looks at the clock where nothing changes. */
const LOOK_EVERY = 250;

/** What a clock needs of its player. */
export interface ClockUser {
  /** True while time goes by. */
  runs(): boolean;
  frame(): ReplayFrame | null;
  bounds(): ReplayRange;
  growing(): boolean;
  fps(): number;
  /** The playhead moved. */
  moved(): void;
  /** It is at the end, or at the start where it goes back, and that frame is shown. */
  over(): void;
}

/**
 * Moves a playhead in time and asks for the frames that are to be shown.
 *
 * @example
 * ```ts
 * const clock = new PlayClock(user, requests, pageTiming);
 * clock.look();
 * ```
 */
export class PlayClock {
  readonly head: Playhead;
  readonly #user: ClockUser;
  readonly #requests: FrameRequests;
  readonly #timing: PlayerTiming;
  #callOff: (() => void) | null = null;

  constructor(user: ClockUser, requests: FrameRequests, timing: PlayerTiming) {
    this.head = new Playhead(timing.now);
    this.#user = user;
    this.#requests = requests;
    this.#timing = timing;
  }

  /** Moves the playhead to where it is by now and asks for its frame; goes on by itself while its user `runs`. */
  look(): void {
    if (!this.#user.runs()) return this.rest();
    const { head } = this;
    const bounds = this.#user.bounds();
    const [least, most] = this.#requests.bounds(head.rate);
    head.run();
    const time = head.advance(Math.max(bounds.start, least), Math.min(bounds.end, most));
    this.#user.moved();
    // Whoever heard of it may have stopped or sought.
    if (!this.#user.runs() || head.time !== time) return;
    const isOver = time === (head.rate > 0 ? bounds.end : bounds.start);
    if (this.#requests.differs(time, this.#user.frame())) {
      if (this.#requests.open !== time && (isOver || this.#wait(time) <= 0)) this.#requests.ask(time);
    } else if (isOver && this.#requests.open === null && !(this.#user.growing() && head.rate > 0)) return this.#user.over();
    this.#plan();
  }

  /** From now on at this rate. */
  turn(rate: number): void {
    this.head.advance(...this.#requests.bounds(this.head.rate));
    this.head.rate = rate;
    this.look();
  }

  rest(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.head.rest();
  }

  #plan(): void {
    this.#callOff?.();
    this.#callOff = null;
    const wait = Math.min(Math.max(1, this.#wait(this.head.time)), LOOK_EVERY);
    this.#callOff = this.#timing.after(wait, () => this.look());
  }

  /** ms until a frame is to be asked for. */
  #wait(time: number): number {
    const rate = Math.abs(this.head.rate);
    const enough = this.#requests.enoughFor(time, this.#user.frame(), this.head.rate, this.#user.fps());
    const pause = this.#requests.askedAt + (rate > 1 ? 1000 / MOST_ASKED : 0) - this.#timing.now();
    return Math.max(pause, (1000 * enough) / rate);
  }
}
