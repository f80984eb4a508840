import type { ReplayMarker } from './ReplaySource.js';

/**
 * A replay's markers by time, and which of them a playhead passes.
 *
 * @example
 * ```ts
 * track.add(markers);
 * for (const marker of track.move(player.currentTime)) fire(marker);
 * ```
 */
export class MarkerTrack {
  /** By time. */
  all: readonly ReplayMarker[] = [];
  #at = 0;
  /** The playhead was set here, so that what lies right here was not passed yet. */
  #fresh = true;

  add(markers: readonly ReplayMarker[]): void {
    this.all = [...this.all, ...markers].sort((a, b) => a.time - b.time);
  }

  /** The playhead is set elsewhere: it passes nothing on its way. */
  jump(to: number): void {
    this.#at = to;
    this.#fresh = true;
  }

  /** The playhead moves: what it passes, in that order. */
  move(to: number): ReplayMarker[] {
    const from = this.#at;
    if (to === from) return [];
    const fresh = this.#fresh;
    this.#at = to;
    this.#fresh = false;
    if (to > from) return this.all.slice(this.#first(from, !fresh), this.#first(to, true));
    return this.all.slice(this.#first(to, false), this.#first(from, fresh)).reverse();
  }

  /** Index of the first marker at a time or later; `past` leaves out those right there. */
  #first(time: number, past: boolean): number {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const before = past ? this.all[middle].time <= time : this.all[middle].time < time;
      if (before) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
