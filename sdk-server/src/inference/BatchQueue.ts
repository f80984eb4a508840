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
    return this.#frames.reduce((sum, { grid }) => sum + grid.width * grid.height, 0);
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
   * Gives a newcomer the place of that frame of its size whose asker was served last, if that was later than the newcomer's own: under overload
   * everybody is served in turn. Returns the frame that lost its place; null where none did.
   */
  displace(newcomer: PendingFrame): PendingFrame | null {
    this.#dropSettled();
    let found = -1;
    let servedAt = newcomer.asker.servedAt;
    for (const [at, { asker, grid }] of this.#frames.entries()) {
      if (asker.lateAfterMs === Number.POSITIVE_INFINITY || !sameGrid(grid, newcomer.grid) || asker.servedAt <= servedAt)
        continue;
      found = at;
      servedAt = asker.servedAt;
    }
    return found < 0 ? null : this.#frames.splice(found, 1, newcomer)[0];
  }

  /** Takes out the oldest batch that is full or whose first frame came no later than `before`; null where none is. */
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
    return batches.find((batch) => batch.length >= this.capacity(batch[0].grid) || batch[0].since <= before) ?? null;
  }

  #dropSettled(): void {
    if (this.#frames.some(({ settled }) => settled)) this.#frames = this.#frames.filter(({ settled }) => !settled);
  }
}

function sameGrid(a: CaptureGrid, b: CaptureGrid): boolean {
  return a.width === b.width && a.height === b.height;
}
