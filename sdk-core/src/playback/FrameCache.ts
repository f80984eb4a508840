import type { CaptureGrid } from '@sgaps/protocol';
import type { PlayedFrame } from './ReplaySource.js';

/** Bytes that a sample takes in a frame's lists. */
const SAMPLE_BYTES = 13;

/**
 * A frame and its place among the others.
 *
 * @example
 * ```ts
 * const { rgb, time, previous, next }: FoundFrame = found;
 * ```
 */
export interface FoundFrame extends PlayedFrame {
  /** ms since the recording's start, as `RecordingReader` counts. */
  readonly time: number;
  /** ms of the frame before: the last one more than a millisecond earlier; null for the first. */
  readonly previous: number | null;
  /** ms of the frame after; null where there is none yet. */
  readonly next: number | null;
}

/** A frame that is kept; its arrays are its own. */
export interface CachedFrame extends FoundFrame {
  next: number | null;
  /** There is no frame after it, so far. */
  isNewest: boolean;
  /** Which layer shows each pixel; null where nobody asked. */
  readonly layers: Uint8Array | null;
  /** Bytes it takes. */
  readonly size: number;
}

/**
 * Where a frame lies, for `FrameCache.keep`.
 *
 * @example
 * ```ts
 * const between: Between = { time: 66, previous: 33, next: 100 };
 * ```
 */
export type Between = Pick<FoundFrame, 'time' | 'previous' | 'next'>;

/** The arrays of a frame that went, for one that comes. */
interface Buffers {
  readonly rgb: Uint8ClampedArray;
  readonly uncertainty: Float32Array;
  readonly confidence: Uint8Array;
  readonly layers: Uint8Array | null;
}

/**
 * The frames used last, as many as a number of bytes holds. Those that go give their arrays to those that come.
 *
 * @example
 * ```ts
 * const cache = new FrameCache(grid, 64 * 2 ** 20);
 * const kept = cache.keep(frame, { time: 66, previous: 33, next: 100 }, false);
 * cache.at(80) === kept;
 * ```
 */
export class FrameCache {
  /** The frame given out last: it stays. */
  held: CachedFrame | null = null;
  /** By frame number, the one used longest ago first. */
  readonly #frames = new Map<number, CachedFrame>();
  readonly #pixels: number;
  readonly #limit: number;
  readonly #nothing: Uint8Array;
  #size = 0;

  constructor(grid: CaptureGrid, limit: number) {
    this.#pixels = grid.width * grid.height;
    this.#limit = limit;
    this.#nothing = new Uint8Array(this.#pixels);
  }

  /** Frames that it holds at least, however few samples they have. */
  get room(): number {
    return Math.floor(this.#limit / (10 * this.#pixels));
  }

  /** The frame shown until `limit`, ms, if it is here; `layered`: with its layers. */
  at(limit: number, layered: boolean): CachedFrame | null {
    for (const frame of this.#frames.values()) {
      const isShown = frame.time <= limit && (frame.isNewest || (frame.next !== null && frame.next > limit));
      if (!isShown || (layered && !frame.layers)) continue;
      this.#frames.delete(frame.frameId);
      this.#frames.set(frame.frameId, frame);
      return frame;
    }
    return null;
  }

  /** The first of a run of frames without gaps that goes up to this one. */
  firstOfRun(frame: CachedFrame): CachedFrame {
    const byNext = new Map<number, CachedFrame>();
    for (const other of this.#frames.values()) if (other.next !== null) byNext.set(other.next, other);
    let first = frame;
    for (let before = byNext.get(first.time); before && before.time < first.time; before = byNext.get(first.time)) first = before;
    return first;
  }

  /** Copies a frame. `layered`: with which layer shows each pixel. */
  keep(frame: PlayedFrame, between: Between, layered: boolean): CachedFrame {
    const old = this.#frames.get(frame.frameId);
    const size = (8 + (layered ? 1 : 0)) * this.#pixels + SAMPLE_BYTES * frame.samples.count;
    const reuse = (old && this.#drop(old)) ?? this.#make(size);
    const { rgb, uncertainty, confidence } = reuse ?? {
      rgb: new Uint8ClampedArray(3 * this.#pixels),
      uncertainty: new Float32Array(this.#pixels),
      confidence: new Uint8Array(this.#pixels),
    };
    rgb.set(frame.rgb);
    uncertainty.set(frame.uncertainty);
    confidence.set(frame.confidence);
    const layers = layered ? (reuse?.layers ?? new Uint8Array(this.#pixels)) : null;
    layers?.set(frame.sources());
    const sources = () => layers ?? this.#nothing;
    const kept: CachedFrame = { ...frame, ...between, isNewest: false, rgb, uncertainty, confidence, sources, layers, size };
    this.#frames.set(frame.frameId, kept);
    this.#size += size;
    return kept;
  }

  /** Forgets the frames that were the newest, but for one: there are more now. */
  forgetNewest(but: CachedFrame | null): void {
    for (const frame of this.#frames.values()) if (frame.isNewest && frame !== but) this.#drop(frame);
  }

  /** Makes room; gives the arrays of the last one that went. */
  #make(size: number): Buffers | null {
    let buffers: Buffers | null = null;
    for (const frame of this.#frames.values()) {
      if (this.#size + size <= this.#limit) break;
      if (frame !== this.held) buffers = this.#drop(frame) ?? buffers;
    }
    return buffers;
  }

  /** Its arrays, unless somebody may still look at them. */
  #drop(frame: CachedFrame): Buffers | null {
    this.#frames.delete(frame.frameId);
    this.#size -= frame.size;
    if (frame === this.held) return null;
    return frame;
  }
}
