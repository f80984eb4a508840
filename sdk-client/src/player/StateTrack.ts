import type { ReplayStates } from './ReplaySource.js';

/**
 * The game's values over time, put together from what a source tells bit by bit, in any order and perhaps twice.
 *
 * @example
 * ```ts
 * track.add(states);
 * plot(track.times, track.values[0]);
 * ```
 */
export class StateTrack implements ReplayStates {
  times: number[] = [];
  values: number[][];

  constructor(count: number) {
    this.values = Array.from({ length: count }, () => []);
  }

  add({ times, values }: ReplayStates): void {
    const last = this.times.at(-1) ?? Number.NEGATIVE_INFINITY;
    const known = times.length === 0 || times[0] > last ? null : new Set(this.times);
    for (const [at, time] of times.entries()) {
      if (known?.has(time)) continue;
      this.times.push(time);
      for (const [which, list] of this.values.entries()) list.push(values[which][at]);
    }
    if (known) this.#sort();
  }

  #sort(): void {
    const order = [...this.times.keys()].sort((a, b) => this.times[a] - this.times[b]);
    this.times = order.map((at) => this.times[at]);
    this.values = this.values.map((list) => order.map((at) => list[at]));
  }
}
