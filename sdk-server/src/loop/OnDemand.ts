import {
  type DecodedFrame,
  LightPlanner,
  type LightPlannerOptions,
  type ReplicaFrame,
  SessionReplica,
  type SessionShape,
} from '@sgaps/core';
import { type FrameDigest, isSgapsError, PacketDigestReader, SgapsError } from '@sgaps/protocol';
import { DeferredRecords, STALE } from './DeferredRecords.js';

/** As in a replica: frame ids are u32 and requests run ahead of them. */
const MAX_FRAME_ID = 0xffff0000;
/** Frames that are decoded to catch up, at most, if there is a fresh start after them: 5 s of play, 1 to 3 s of work. */
const MOST_BEHIND = 150;

/**
 * What `catchUp` came to.
 *
 * @example
 * ```ts
 * const { done, rejected }: CaughtUp = onDemand.catchUp(replica, 10, show);
 * ```
 */
export interface CaughtUp {
  /** Nothing waits any more. */
  readonly done: boolean;
  /** Packets that turned out not to decode. */
  readonly rejected: number;
}

/**
 * The half of a session that only records: plans from packet digests, and keeps what is needed to rebuild its newest frames for a
 * thumbnail.
 *
 * @example
 * ```ts
 * for (const digest of onDemand.read(packet)) latency.observe([digest], first);
 * onDemand.records.pixels(time, packet);
 * ```
 */
export class OnDemand {
  readonly planner: LightPlanner;
  readonly records = new DeferredRecords();
  /** Newest frame that a digest told of, −1 before the first. */
  newest = -1;
  readonly #shape: SessionShape;
  readonly #reader: PacketDigestReader;
  #frames: ReplicaFrame[] = [];
  #decoded = 0;

  constructor(shape: SessionShape, options: Omit<LightPlannerOptions, 'grid'>) {
    this.#shape = shape;
    this.planner = new LightPlanner({ ...options, grid: shape.grid });
    this.#reader = new PacketDigestReader({ grid: shape.grid, resolve: (id) => this.planner.asked(id) });
  }

  /** Frames that wait to be decoded. */
  get behind(): number {
    return this.records.frames + this.#frames.length;
  }

  /** Reads a packet's digest and learns from it. Throws what `PacketDigestReader.read` throws. */
  read(bytes: Uint8Array): FrameDigest[] {
    const digests = this.#reader.read(bytes);
    const { frameId } = digests[digests.length - 1];
    if (frameId > MAX_FRAME_ID) throw SgapsError.limit('frame id', frameId, MAX_FRAME_ID);
    for (const digest of digests) this.planner.take(digest);
    this.newest = frameId;
    return digests;
  }

  /** The replica to catch up with: the given one, unless what it would have to know was let go. */
  replicaFrom(replica: SessionReplica): SessionReplica {
    if (!this.records.cut) return replica;
    this.records.cut = false;
    this.#frames = [];
    return new SessionReplica(this.#shape);
  }

  /** A replica that can decode from a fresh start with frame `firstFrame` on, which is to come; what waits is let go. */
  replicaAt(firstFrame: number): SessionReplica {
    const replica = new SessionReplica(this.#shape);
    for (let record = this.records.shift(); record; record = this.records.shift()) {
      if (record.kind === 'coordinates' && record.lastFrame + STALE >= firstFrame) replica.coordinates(record.bytes);
    }
    this.#frames = [];
    return replica;
  }

  /** Lets go of what nobody needs. */
  trim(): void {
    this.records.trim(MOST_BEHIND);
  }

  /**
   * Decodes what waits for `ms` at most, or one frame longer. The newest frame is rebuilt and shown, those before it are only taken
   * in. What does not decode is passed over, as a playback does. `most` frames may be all that is wanted: the last of them is then shown.
   */
  catchUp(
    replica: SessionReplica,
    ms: number,
    show: (frame: DecodedFrame, time: number) => void,
    most = Number.POSITIVE_INFINITY,
  ): CaughtUp {
    const until = performance.now() + ms;
    let rejected = 0;
    do {
      const next = this.#frames.shift();
      if (next) {
        const last = this.behind === 0;
        const enough = ++this.#decoded >= most;
        if (last || enough) show(replica.decode(next.frame), next.time);
        else replica.observe(next.frame);
        if (enough) return { done: true, rejected };
        continue;
      }
      const record = this.records.shift();
      if (!record) return { done: true, rejected };
      try {
        if (record.kind === 'coordinates') replica.coordinates(record.bytes);
        else this.#frames = replica.pixels(record.bytes, record.time);
      } catch (error) {
        if (!isSgapsError(error)) throw error;
        rejected++;
      }
    } while (performance.now() < until);
    return { done: this.behind === 0 && this.records.empty, rejected };
  }
}
