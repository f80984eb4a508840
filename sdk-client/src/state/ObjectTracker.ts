import type { TrackedObject } from '@sgaps/protocol';
import { LIMITS } from '@sgaps/protocol/vocabulary';
import type { FrameStateBuffer, Mutable } from './FrameStateBuffer.js';

/** Frames an object counts as moving after it last moved. */
const MOVING_FRAMES = 60;
/** Movement below this is none, grid pixels or radians. */
const STILL = 1 / 128;
/** Candidates looked at in one frame; what lies beyond is not reported. */
const CANDIDATES = 4096;

interface Track {
  x: number;
  y: number;
  rotation: number;
  width: number;
  frame: string;
  movedAt: number;
  seenAt: number;
}

/**
 * Chooses which visible objects a frame's state names. All of them while there are at most `limit`; beyond that those that
 * moved lately first, then the larger ones, and always in draw order. Cheap: it follows movement only while it must choose.
 *
 * @example
 * ```ts
 * tracker.begin(buffer);
 * for (const sprite of visible) fill(tracker.add(), sprite); // furthest back first
 * tracker.end();
 * ```
 */
export class ObjectTracker {
  readonly #limit: number;
  readonly #tracks = new Map<number, Track>();
  readonly #kept: Uint16Array;
  readonly #order: number[] = [];
  #buffer: FrameStateBuffer | null = null;
  #frame = 0;
  readonly #byWorth = (a: number, b: number): number => this.#worth(b) - this.#worth(a) || a - b;

  constructor(limit: number = LIMITS.objects) {
    this.#limit = Math.min(limit, LIMITS.objects);
    this.#kept = new Uint16Array(this.#limit);
  }

  /** Starts a frame whose objects go to `buffer`. */
  begin(buffer: FrameStateBuffer): void {
    this.#buffer = buffer;
    this.#frame++;
  }

  /** The next candidate to fill in (every field), or `null` when enough have been looked at. */
  add(): Mutable<TrackedObject> | null {
    const buffer = this.#buffer;
    return buffer === null || buffer.objects.length >= CANDIDATES ? null : buffer.addObject();
  }

  /** Ends the frame: leaves at most `limit` objects in the buffer. */
  end(): void {
    const buffer = this.#buffer;
    this.#buffer = null;
    if (buffer === null) return;
    const { objects } = buffer;
    if (objects.length <= this.#limit) {
      if (this.#tracks.size > 0 && objects.length * 4 < this.#limit * 3) this.#tracks.clear();
      else if (this.#tracks.size > 0) this.#follow(objects);
      return;
    }
    this.#follow(objects);
    this.#order.length = 0;
    for (let i = 0; i < objects.length; i++) this.#order.push(i);
    this.#candidates = objects;
    this.#order.sort(this.#byWorth);
    this.#candidates = [];
    for (let i = 0; i < this.#limit; i++) this.#kept[i] = this.#order[i];
    this.#kept.sort();
    buffer.keepObjects(this.#kept, this.#limit);
  }

  #candidates: readonly TrackedObject[] = [];

  /** Moving objects above all, then by drawn area. */
  #worth(index: number): number {
    const object = this.#candidates[index];
    const track = this.#tracks.get(object.id);
    const moving = track !== undefined && this.#frame - track.movedAt < MOVING_FRAMES;
    return object.width * object.height + (moving ? 1e9 : 0);
  }

  #follow(objects: readonly TrackedObject[]): void {
    for (const object of objects) {
      const track = this.#tracks.get(object.id);
      if (!track) {
        const { x, y, rotation, width, frame } = object;
        this.#tracks.set(object.id, { x, y, rotation, width, frame, movedAt: Number.NEGATIVE_INFINITY, seenAt: this.#frame });
        continue;
      }
      const moved =
        Math.abs(track.x - object.x) > STILL ||
        Math.abs(track.y - object.y) > STILL ||
        Math.abs(track.rotation - object.rotation) > STILL ||
        Math.abs(track.width - object.width) > STILL ||
        track.frame !== object.frame;
      if (moved) track.movedAt = this.#frame;
      track.x = object.x;
      track.y = object.y;
      track.rotation = object.rotation;
      track.width = object.width;
      track.frame = object.frame;
      track.seenAt = this.#frame;
    }
    if (this.#tracks.size > 2 * CANDIDATES) {
      for (const [id, track] of this.#tracks) if (track.seenAt !== this.#frame) this.#tracks.delete(id);
    }
  }
}
