import type { CameraFrame } from '@sgaps/protocol';

/** Cameras that may wait (P8). */
const MOST = 2;

/**
 * The cameras of a channel that wait for its renderer: the two newest; an older one is dropped.
 *
 * @example
 * ```ts
 * queue.push(camera);
 * const next = queue.shift();
 * ```
 */
export class CameraQueue {
  /** Cameras that were dropped, ever. */
  dropped = 0;
  private readonly waiting: CameraFrame[] = [];

  get length(): number {
    return this.waiting.length;
  }

  /** Adds one; with two waiting the older is dropped. */
  push(camera: CameraFrame): void {
    if (this.waiting.length >= MOST) {
      this.waiting.shift();
      this.dropped++;
    }
    this.waiting.push(camera);
  }

  /** Takes the oldest that waits. */
  shift(): CameraFrame | undefined {
    return this.waiting.shift();
  }
}
