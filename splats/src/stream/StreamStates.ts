import { SgapsError } from '@sgaps/protocol';
import { firstState, type StreamState } from './StreamState.js';

const STATE_BYTES_PER_SPLAT = 28;
/** Bytes of the states that are kept: as many as these hold, and of large clouds so many, as long as they fit into the second. */
const BYTES = 128 * 2 ** 20;
const STATES = 16;
const MOST_BYTES = 512 * 2 ** 20;
/** Share of the states that are kept at even distances, for going anywhere. */
const EVEN = 0.25;
/** States around the one shown at most: more would not shorten the way back by much. */
const MOST_AROUND = 64;

/** What `StreamStates` needs. */
export interface StreamStatesOptions {
  /** Moves the state of the frame before to this one, in place; rejects with the state as it was. */
  readonly step: (frame: number, state: StreamState) => Promise<void>;
  /** Bytes that kept states may take, default `usualBytes`. */
  readonly bytes?: number;
}

/** Bytes that kept states of so many Gaussians may take where nobody says: 128 MiB, or 16 states, but 512 MiB at most. */
export function usualBytes(gaussians: number): number {
  return Math.max(BYTES, Math.min(MOST_BYTES, STATES * STATE_BYTES_PER_SPLAT * gaussians));
}

/**
 * The state of any frame of a stream: going on by one frame takes one step, going elsewhere begins at the nearest state known before it. A quarter of the states that may be kept lie at even
 * distances, which double whenever there are too many. The others lie around the frame shown, the closer together the nearer they are to it, so that going back step by step takes few
 * steps each. Steps are always the same ones from frame 0 on: whatever the way, a frame's state is the same to the bit.
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
  /** Frames between two that are kept evenly. */
  spacing = 1;
  readonly #first: Float32Array;
  readonly #step: StreamStatesOptions['step'];
  readonly #current: StreamState;
  readonly #even = new Map<number, StreamState>();
  readonly #around = new Map<number, StreamState>();
  readonly #roomEven: number;
  readonly #roomAround: number;
  #frame = 0;

  constructor(positions: Float32Array, { step, bytes = usualBytes(positions.length / 3) }: StreamStatesOptions) {
    this.#first = positions;
    this.#step = step;
    this.#current = firstState(positions);
    const states = Math.floor(bytes / Math.max(1, (STATE_BYTES_PER_SPLAT * positions.length) / 3));
    this.#roomAround = Math.min(MOST_AROUND, states - Math.floor(EVEN * states));
    this.#roomEven = states - this.#roomAround;
  }

  /** States kept, of all sorts. */
  get count(): number {
    return this.#even.size + this.#around.size;
  }

  /**
   * The state of a frame, which holds until the next call; one call at a time. Rejects as `step` does, and with `CLOSED` once `isStopped`, which is asked before each step: what
   * was reached until then stays.
   */
  async at(frame: number, isStopped = () => false): Promise<StreamState> {
    this.#goBefore(frame);
    while (this.#frame < frame) {
      if (isStopped()) throw new SgapsError('CLOSED', `Nobody waits for frame ${frame} of the stream any more.`);
      this.#keepAround(frame);
      await this.#step(this.#frame + 1, this.#current);
      this.applied++;
      this.#frame++;
      this.#keepEven();
    }
    return this.#current;
  }

  /** Goes to the last state known that is not after a frame. */
  #goBefore(frame: number): void {
    let nearest = this.#frame <= frame ? this.#frame : 0;
    for (const states of [this.#even, this.#around])
      for (const known of states.keys()) if (known > nearest && known <= frame) nearest = known;
    if (nearest === this.#frame) return;
    if (this.#around.size < this.#roomAround) this.#keepAround(frame);
    const state = this.#even.get(nearest) ?? this.#around.get(nearest);
    this.#frame = nearest;
    this.#current.positions.set(state?.positions ?? this.#first);
    if (state) this.#current.turns.set(state.turns);
    else for (let at = 0; at < this.#current.turns.length; at++) this.#current.turns[at] = at % 4 === 0 ? 1 : 0;
  }

  #keepEven(): void {
    if (this.#roomEven < 1 || this.#frame % this.spacing !== 0 || this.#even.has(this.#frame)) return;
    this.#even.set(this.#frame, this.#copy());
    while (this.#even.size > this.#roomEven) {
      this.spacing *= 2;
      for (const [known, state] of [...this.#even]) {
        if (known % this.spacing === 0) continue;
        this.#even.delete(known);
        if (this.#around.size < this.#roomAround) this.#around.set(known, state);
      }
    }
  }

  /** Keeps the state at hand, on the way to a frame, in the place of the one that is worth less. */
  #keepAround(wanted: number): void {
    const frame = this.#frame;
    if (this.#roomAround < 1 || frame === 0 || this.#even.has(frame) || this.#around.has(frame)) return;
    if (this.#around.size < this.#roomAround) {
      this.#around.set(frame, this.#copy());
      return;
    }
    const least = this.#leastAround(wanted);
    const freed = this.#around.get(least);
    if (!freed) return;
    this.#around.delete(least);
    freed.positions.set(this.#current.positions);
    freed.turns.set(this.#current.turns);
    this.#around.set(frame, freed);
  }

  /** Of the states around, and the one at hand, that whose loss leaves the smallest gap for how far it is from the frame wanted. */
  #leastAround(wanted: number): number {
    const frames = [...this.#around.keys(), this.#frame].sort((a, b) => a - b);
    let least = this.#frame;
    let smallest = Number.POSITIVE_INFINITY;
    for (let at = 0; at < frames.length; at++) {
      const frame = frames[at];
      const evenBefore = this.spacing * Math.floor((frame - 1) / this.spacing);
      const evenAfter = this.spacing * Math.ceil((frame + 1) / this.spacing);
      const before = Math.max(frames[at - 1] ?? 0, this.#even.has(evenBefore) ? evenBefore : 0);
      let after = Math.min(
        frames[at + 1] ?? Number.POSITIVE_INFINITY,
        this.#even.has(evenAfter) ? evenAfter : Number.POSITIVE_INFINITY,
      );
      // The frame wanted will be known, too; after the last one there is no gap.
      if (frame < wanted) after = Math.min(after, wanted);
      else if (after === Number.POSITIVE_INFINITY) after = frame + 1;
      const worth = (after - before) / Math.sqrt(Math.abs(wanted - frame) + 1);
      if (worth < smallest) [least, smallest] = [frame, worth];
    }
    return least;
  }

  #copy(): StreamState {
    return { positions: this.#current.positions.slice(), turns: this.#current.turns.slice() };
  }
}
