import type { CaptureGrid } from '@sgaps/protocol';
import type { PendingFrame } from './PendingFrame.js';

/** Frames of one grid that run together. */
export interface Batch {
  readonly grid: CaptureGrid;
  readonly frames: readonly PendingFrame[];
}

/**
 * Frames that wait to be run, the oldest first.
 *
 * @example
 * ```ts
 * queue.add(frame);
 * const batch = queue.take(now - 2);
 * ```
 */
export class BatchQueue {
  #frames: PendingFrame[] = [];

  /** @param capacity Frames of a grid that a batch may have. */
  constructor(private readonly capacity: (grid: CaptureGrid) => number) {}

  /** Frames that wait. */
  get length(): number {
    this.#dropSettled();
    return this.#frames.length;
  }

  /** Pixels of all frames that wait. */
  get pixels(): number {
    this.#dropSettled();
    return this.#frames.reduce((sum, frame) => sum + pixelsOf(frame), 0);
  }

  /** When the first frame of those that wait came; null where none does. */
  get oldest(): number | null {
    this.#dropSettled();
    return this.#frames[0]?.since ?? null;
  }

  /** Whether there is a batch that cannot grow any more. */
  get full(): boolean {
    return this.#ready(Number.NEGATIVE_INFINITY) !== null;
  }

  add(frame: PendingFrame): void {
    this.#frames.push(frame);
  }

  /**
   * Gives a newcomer the place of frames whose askers were served last, if that was later than the newcomer's own: under overload everybody is served
   * in turn, whatever the size of its frames. Returns the frames that lost their place; none, where the newcomer has to go.
   */
  displace(newcomer: PendingFrame): PendingFrame[] {
    this.#dropSettled();
    const { servedAt } = newcomer.asker;
    const later = this.#frames
      .filter(({ asker }) => asker.lateAfterMs !== Number.POSITIVE_INFINITY && asker.servedAt > servedAt)
      .sort((a, b) => b.asker.servedAt - a.asker.servedAt);
    const displaced: PendingFrame[] = [];
    for (let room = 0; room < pixelsOf(newcomer); room += pixelsOf(displaced[displaced.length - 1])) {
      const next = later.shift();
      // One that is larger than all of them together has its turn as well, alone.
      if (!next && displaced.length === this.#frames.length) break;
      if (!next) return [];
      displaced.push(next);
    }
    const place = this.#frames.findIndex((frame) => displaced.includes(frame));
    this.#frames = this.#frames.filter((frame) => !displaced.includes(frame));
    this.#frames.splice(place, 0, newcomer);
    return displaced;
  }

  /**
   * Takes out the oldest batch, if one is full or its first frame came no later than `before`; null otherwise. Full batches do not overtake an older one that
   * is not: rooms of a size of their own would wait for ever.
   */
  take(before: number): Batch | null {
    const frames = this.#ready(before);
    if (!frames) return null;
    this.#frames = this.#frames.filter((frame) => !frames.includes(frame));
    return { grid: frames[0].grid, frames };
  }

  /** Takes everything out. */
  clear(): PendingFrame[] {
    return this.#frames.splice(0);
  }

  #ready(before: number): PendingFrame[] | null {
    this.#dropSettled();
    const batches: PendingFrame[][] = [];
    for (const frame of this.#frames) {
      const batch = batches.find(([{ grid }]) => sameGrid(grid, frame.grid));
      if (!batch) batches.push([frame]);
      else if (batch.length < this.capacity(frame.grid)) batch.push(frame);
    }
    const [oldest] = batches;
    if (!oldest) return null;
    const full = batches.some((batch) => batch.length >= this.capacity(batch[0].grid));
    return full || oldest[0].since <= before ? oldest : null;
  }

  #dropSettled(): void {
    if (this.#frames.some(({ settled }) => settled)) this.#frames = this.#frames.filter(({ settled }) => !settled);
  }
}

function pixelsOf({ grid }: PendingFrame): number {
  return grid.width * grid.height;
}

function sameGrid(a: CaptureGrid, b: CaptureGrid): boolean {
  return a.width === b.width && a.height === b.height;
}
