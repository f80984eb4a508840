import type { CaptureGrid } from '@sgaps/protocol';
import type { PendingFrame } from './PendingFrame.js';

/** Buffers kept for the next batches. */
const SPARE = 4;

/** Frames of one grid that run together, their planes one after the other in one buffer. */
export interface Batch {
  readonly grid: CaptureGrid;
  readonly planes: ArrayBuffer;
  readonly capacity: number;
  readonly frames: PendingFrame[];
}

/**
 * Frames that wait to be run, gathered into batches of one grid. A frame's planes are copied once, straight to their place in the batch.
 *
 * @example
 * ```ts
 * queue.add(frame, planes, 32);
 * const batch = queue.take(now - 2);
 * ```
 */
export class BatchQueue {
  /** The oldest first. */
  #batches: Batch[] = [];
  readonly #spare: ArrayBuffer[] = [];

  /** Frames that wait. */
  get length(): number {
    let length = 0;
    for (const frame of this.#frames()) if (!frame.settled) length++;
    return length;
  }

  /** Pixels of all frames that wait. */
  get pixels(): number {
    let pixels = 0;
    for (const { settled, grid } of this.#frames()) if (!settled) pixels += grid.width * grid.height;
    return pixels;
  }

  /** Whether one of the batches is full. */
  get full(): boolean {
    return this.#batches.some(({ frames, capacity }) => frames.length === capacity);
  }

  /** @param capacity Frames a batch may have. */
  add(frame: PendingFrame, planes: Uint8Array, capacity: number): void {
    const { grid } = frame;
    let batch = this.#batches.find((open) => sameGrid(open.grid, grid) && open.frames.length < open.capacity);
    if (!batch) {
      batch = { grid, capacity, planes: this.#buffer(capacity * planes.length), frames: [] };
      this.#batches.push(batch);
    }
    place(batch, batch.frames.length, frame, planes);
  }

  /**
   * Gives a newcomer the place of that frame of its grid whose asker was served last, if that was later than the newcomer's own: under overload everybody is
   * served in turn. Returns the frame that lost its place; null where nobody did.
   */
  displace(newcomer: PendingFrame, planes: Uint8Array): PendingFrame | null {
    let found: { batch: Batch; at: number; frame: PendingFrame } | null = null;
    for (const batch of this.#batches) {
      if (!sameGrid(batch.grid, newcomer.grid)) continue;
      for (const [at, frame] of batch.frames.entries()) {
        const { servedAt, lateAfterMs } = frame.asker;
        if (frame.settled || lateAfterMs === Number.POSITIVE_INFINITY) continue;
        if (servedAt > (found?.frame.asker.servedAt ?? newcomer.asker.servedAt)) found = { batch, at, frame };
      }
    }
    if (found) place(found.batch, found.at, newcomer, planes);
    return found?.frame ?? null;
  }

  /** The oldest batch that is full or whose first frame came before `before`; null where none is. */
  take(before: number): Batch | null {
    this.#dropSettled();
    const at = this.#batches.findIndex(({ frames, capacity }) => frames.length === capacity || firstOf(frames).since <= before);
    return at < 0 ? null : this.#batches.splice(at, 1)[0];
  }

  /** When the first frame of those that wait came; null where none does. */
  oldest(): number | null {
    this.#dropSettled();
    return this.#batches.length === 0 ? null : Math.min(...this.#batches.map(({ frames }) => firstOf(frames).since));
  }

  /** Takes everything out. */
  clear(): PendingFrame[] {
    const frames = [...this.#frames()];
    for (const { planes } of this.#batches.splice(0)) this.recycle(planes);
    return frames;
  }

  /** A batch's buffer, for the next. */
  recycle(planes: ArrayBuffer): void {
    this.#spare.push(planes);
    if (this.#spare.length > SPARE) this.#spare.shift();
  }

  #buffer(bytes: number): ArrayBuffer {
    const at = this.#spare.findIndex(({ byteLength }) => byteLength === bytes);
    return at < 0 ? new ArrayBuffer(bytes) : this.#spare.splice(at, 1)[0];
  }

  #dropSettled(): void {
    for (const batch of this.#batches) if (batch.frames.every(({ settled }) => settled)) this.recycle(batch.planes);
    this.#batches = this.#batches.filter(({ frames }) => frames.some(({ settled }) => !settled));
  }

  *#frames(): Generator<PendingFrame> {
    for (const { frames } of this.#batches) yield* frames;
  }
}

function place(batch: Batch, at: number, frame: PendingFrame, planes: Uint8Array): void {
  new Uint8Array(batch.planes).set(planes, at * planes.length);
  batch.frames[at] = frame;
}

function firstOf(frames: readonly PendingFrame[]): PendingFrame {
  return frames.find(({ settled }) => !settled)!;
}

function sameGrid(a: CaptureGrid, b: CaptureGrid): boolean {
  return a.width === b.width && a.height === b.height;
}
