import type { ModelOutput } from '@sgaps/core';
import type { CaptureGrid } from '@sgaps/protocol';

/** Who asks for frames, and since when it waits for its turn. */
export interface Asker {
  /** ms after which a frame is of no use to it any more. */
  readonly lateAfterMs: number;
  /** Its frame that waits to be run, if one does. */
  waiting: PendingFrame | null;
  /** When a frame of it was last given to the model. */
  servedAt: number;
}

/**
 * An asker that was never served.
 *
 * @example
 * ```ts
 * const asker = newAsker(50);
 * ```
 */
export function newAsker(lateAfterMs: number): Asker {
  return { lateAfterMs, waiting: null, servedAt: Number.NEGATIVE_INFINITY };
}

/**
 * A frame from when it is asked for until it is answered.
 *
 * @example
 * ```ts
 * const frame = new PendingFrame(asker, grid, planes, performance.now(), null, () => late++);
 * return frame.output;
 * ```
 */
export class PendingFrame {
  readonly output: Promise<ModelOutput | null>;
  settled = false;
  #resolve!: (output: ModelOutput | null) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param onLate Called where nothing has come within the asker's time; it settles the frame. */
  constructor(
    readonly asker: Asker,
    readonly grid: CaptureGrid,
    /** The asker's, unchanged until this is settled. */
    readonly planes: Uint8Array,
    readonly since: number,
    /** A buffer for its output; null for a new one. */
    readonly reuse: ArrayBuffer | null,
    onLate: (frame: PendingFrame) => void,
  ) {
    this.output = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (asker.lateAfterMs !== Number.POSITIVE_INFINITY)
      this.#timer = setTimeout(() => onLate(this), Math.ceil(asker.lateAfterMs));
  }

  settle(output: ModelOutput | null): void {
    if (this.settled) return;
    this.settled = true;
    clearTimeout(this.#timer);
    if (this.asker.waiting === this) this.asker.waiting = null;
    this.#resolve(output);
  }
}
