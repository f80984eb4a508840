import type { ShelfPlace } from './SnapshotShelf.js';

/** ms; at 30 frames a second half a second of frames lies between a place and a frame, which take some 15 ms to decode. */
const CLOSEST = 1000;
/** Places after which it is known how large they are. */
const KNOWN_AFTER = 8;
/** The estimate is wider by so much, so that it need not be corrected. */
const ROOM = 1.05;

/**
 * Something kept at a place.
 *
 * @example
 * ```ts
 * const kept: Kept = { place, size: 0 };
 * ```
 */
export interface Kept {
  readonly place: ShelfPlace;
  /** Bytes it takes of the shelf; 0 while that is not known. */
  size: number;
}

/**
 * What lies where on a shelf: at most one place for each stretch of `spacing` ms, which gets longer where the places would take more than they may.
 *
 * @example
 * ```ts
 * const slots = new ShelfSlots<Kept>(256 * 2 ** 20);
 * slots.add({ place, size: packed.length });
 * for (const gone of slots.thin()) free(gone);
 * ```
 */
export class ShelfSlots<T extends Kept> {
  spacing = CLOSEST;
  /** Bytes taken. */
  size = 0;
  /** By time. */
  readonly #kept: T[] = [];
  #duration = 0;

  constructor(readonly limit: number) {}

  get count(): number {
    return this.#kept.length;
  }

  /** The spacing is made to fit a recording of this length, ms. */
  expect(duration: number): void {
    this.#duration = Math.max(this.#duration, duration);
  }

  wants(time: number): boolean {
    const slot = Math.floor(time / this.spacing);
    const at = this.#after(time);
    return [this.#kept[at - 1], this.#kept[at]].every((kept) => kept === undefined || this.#slotOf(kept) !== slot);
  }

  /** Adds what is wanted. */
  add(kept: T): void {
    this.#kept.splice(this.#after(kept.place.time), 0, kept);
    this.size += kept.size;
  }

  /** Corrects the size of something added. */
  resize(kept: T, size: number): void {
    this.size += size - kept.size;
    kept.size = size;
  }

  /** The last before a time. */
  before(time: number): T | null {
    let at = this.#after(time) - 1;
    while (at >= 0 && this.#kept[at].place.time === time) at--;
    return this.#kept[at] ?? null;
  }

  /** What is kept at this very place. */
  find({ time, sequence }: ShelfPlace): T | null {
    const kept = this.#kept[this.#after(time) - 1];
    return kept?.place.sequence === sequence ? kept : null;
  }

  remove(kept: T): void {
    const at = this.#kept.indexOf(kept);
    if (at < 0) return;
    this.#kept.splice(at, 1);
    this.size -= kept.size;
  }

  /** Spaces the places further apart where they do not fit, or would not once there are as many as the recording has room for; those that had to go. */
  thin(extra = 0): T[] {
    const gone: T[] = [];
    const sized = this.#kept.reduce((count, { size }) => count + (size > 0 ? 1 : 0), 0);
    if (sized >= KNOWN_AFTER) {
      const needed = (this.#duration * this.size) / (sized * this.limit);
      if (needed > this.spacing) gone.push(...this.widen(needed * ROOM));
    }
    while (this.size + extra > this.limit && this.#kept.length > 1) gone.push(...this.widen());
    // Not even one has room.
    if (this.size + extra > this.limit) gone.push(...this.#kept.splice(0));
    if (this.#kept.length === 0) this.size = 0;
    return gone;
  }

  /** Doubles the spacing; those that had to go. */
  widen(spacing = 2 * this.spacing): T[] {
    this.spacing = spacing;
    const gone: T[] = [];
    let last = -1;
    const left = this.#kept.filter((kept) => {
      const slot = this.#slotOf(kept);
      const stays = slot !== last;
      last = slot;
      if (!stays) gone.push(kept);
      return stays;
    });
    for (const { size } of gone) this.size -= size;
    this.#kept.splice(0, this.#kept.length, ...left);
    return gone;
  }

  #slotOf({ place }: T): number {
    return Math.floor(place.time / this.spacing);
  }

  /** Index of the first after a time. */
  #after(time: number): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#kept[middle].place.time <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
