import { SgapsError } from '@sgaps/protocol';
import { firstState, type StreamState } from './StreamState.js';

/** Bytes of the states that are kept, at most. */
const BYTES = 128 * 2 ** 20;
/** Share of them for the frames before the one shown, while somebody goes backwards. */
const BACKWARDS = 0.25;
const STATE_BYTES_PER_SPLAT = 28;

/** What `StreamStates` needs. */
export interface StreamStatesOptions {
  /** Moves the state of the frame before to this one, in place; rejects with the state as it was. */
  readonly step: (frame: number, state: StreamState) => Promise<void>;
  /** Bytes that kept states may take, default 128 MiB. */
  readonly bytes?: number;
}

/**
 * The state of any frame of a stream: going on by one frame takes one step, going elsewhere begins at the nearest state known before it. States are kept at even
 * distances, which double whenever they would take more than they may; and going backwards keeps those that were passed on the way to a frame, so that a stretch is
 * stepped through once. Steps are always the same ones from frame 0 on: whatever the way, a frame's state is the same to the bit.
 *
 * @example
 * ```ts
 * const states = new StreamStates(base.positions, { step });
 * const { positions, turns } = await states.at(7);
 * ```
 */
export class StreamStates {
  /** Steps taken so far. */
  applied = 0;
  /** Frames between two that are kept. */
  spacing = 1;
  readonly #first: Float32Array;
  readonly #step: StreamStatesOptions['step'];
  readonly #current: StreamState;
  readonly #kept = new Map<number, StreamState>();
  readonly #passed = new Map<number, StreamState>();
  readonly #room: number;
  readonly #roomBackwards: number;
  #frame = 0;
  /** What was asked for last. */
  #asked = 0;

  constructor(positions: Float32Array, { step, bytes = BYTES }: StreamStatesOptions) {
    this.#first = positions;
    this.#step = step;
    this.#current = firstState(positions);
    const states = bytes / Math.max(1, (STATE_BYTES_PER_SPLAT * positions.length) / 3);
    this.#roomBackwards = Math.floor(BACKWARDS * states);
    this.#room = Math.floor(states) - this.#roomBackwards;
  }

  /** States kept, of all sorts. */
  get count(): number {
    return this.#kept.size + this.#passed.size;
  }

  /**
   * The state of a frame, which holds until the next call; one call at a time. Rejects as `step` does, and with `CLOSED` once `isStopped`, which is asked before each step: what
   * was reached until then stays.
   */
  async at(frame: number, isStopped = () => false): Promise<StreamState> {
    const goesBack = frame < this.#asked;
    this.#asked = frame;
    this.#goBefore(frame);
    if (goesBack && this.#frame < frame) this.#passed.clear();
    while (this.#frame < frame) {
      if (isStopped()) throw new SgapsError('CLOSED', `Nobody waits for frame ${frame} of the stream any more.`);
      await this.#step(this.#frame + 1, this.#current);
      this.applied++;
      this.#frame++;
      this.#keep();
      if (goesBack && this.#frame < frame && frame - this.#frame <= this.#roomBackwards)
        this.#passed.set(this.#frame, this.#copy());
    }
    return this.#current;
  }

  /** Goes to the last state known that is not after a frame. */
  #goBefore(frame: number): void {
    let nearest = this.#frame <= frame ? this.#frame : 0;
    for (const states of [this.#kept, this.#passed])
      for (const known of states.keys()) if (known > nearest && known <= frame) nearest = known;
    if (nearest === this.#frame) return;
    const state = this.#kept.get(nearest) ?? this.#passed.get(nearest);
    this.#frame = nearest;
    this.#current.positions.set(state?.positions ?? this.#first);
    if (state) this.#current.turns.set(state.turns);
    else for (let at = 0; at < this.#current.turns.length; at++) this.#current.turns[at] = at % 4 === 0 ? 1 : 0;
  }

  #keep(): void {
    if (this.#room < 1 || this.#frame % this.spacing !== 0 || this.#kept.has(this.#frame)) return;
    this.#kept.set(this.#frame, this.#copy());
    while (this.#kept.size > this.#room) {
      this.spacing *= 2;
      for (const known of [...this.#kept.keys()]) if (known % this.spacing !== 0) this.#kept.delete(known);
    }
  }

  #copy(): StreamState {
    return { positions: this.#current.positions.slice(), turns: this.#current.turns.slice() };
  }
}
