import { type DecodedFrame, SamplingPlanner } from '@sgaps/core';
import { type KeptRecord, LIMITS, pixelPacketSpan, type SampleRequest, SgapsError } from '@sgaps/protocol';
import { LatencyTracker } from './LatencyTracker.js';
import { SessionFigures, sparseMean } from './SessionFigures.js';
import { type ReplicaFrame, SessionReplica, type SessionShape } from './SessionReplica.js';

/** Exchanged bytes per byte of (unpacked) snapshot that must lie between two: about one and a half times what it packs to. */
const SNAPSHOT_SHARE = 0.6;
/** … but never more than this many intervals beyond the first are waited. */
const SNAPSHOT_WAIT = 5;

/**
 * Where the loop appends what was exchanged; a `RecordingWriter` is one. Both return false when the bytes could not be
 * stored.
 *
 * @example
 * ```ts
 * const sink: RecordSink = await store.create(header);
 * ```
 */
export interface RecordSink {
  append(
    kind: 'coordinates' | 'pixels' | 'event',
    time: number,
    bytes: Uint8Array,
    firstFrame?: number,
    lastFrame?: number,
  ): boolean;
  snapshot(time: number, frameId: number | null, state: Uint8Array, preview?: Uint8Array): boolean;
}

/**
 * Options of `SessionLoop`.
 *
 * @example
 * ```ts
 * const options: SessionLoopOptions = { shape, sink: writer, clock: () => performance.now() - startedAt };
 * ```
 */
export interface SessionLoopOptions {
  readonly shape: SessionShape;
  readonly sink: RecordSink;
  /** ms since recording start, never backwards. */
  readonly clock: () => number;
  /** Byte budgets per frame, defaults of the planner (2,048 up, 512 down). */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Quality to keep within them, predicted PSNR in dB, 20 … 55; default: they are spent. */
  readonly quality?: number;
  /** Samples asked of a frame at most. */
  readonly samples?: number;
  /** Largest number of frames asked ahead, default 12 (S13). */
  readonly maxLatency?: number;
  /** ms between decoder snapshots at least, default 10,000; a large one waits until the session has exchanged enough to be worth it. */
  readonly snapshotEvery?: number;
  /** ms since recording start from which records come, default now: earlier where the recorder kept some. */
  readonly from?: number;
  /** Called with every rebuilt frame; its buffers are reused after the call. */
  readonly onFrame?: (frame: DecodedFrame, time: number, importance: Float32Array) => void;
  /** A picture for the next snapshot (WebP), asked for when one is written. */
  readonly preview?: () => Uint8Array | null;
  /** Called when a snapshot could not be made; the recording goes on without it. Default: the error is thrown. */
  readonly onSnapshotError?: (error: unknown) => void;
}

/** ms by which kept records may lie ahead: the recording began here when the room was made, there when it was asked for. */
const AHEAD = 30_000;

/** Frames asked for at the start, before anything is known: two live batches. */
const COLD_START_FRAMES = 8;

/**
 * The SGAPS loop of one session (S2), bytes in, bytes out: append, decode, rebuild, plan, encode, append. Knows nothing
 * of rooms, sockets and files.
 *
 * @example
 * ```ts
 * const loop = new SessionLoop({ shape, sink: writer, clock });
 * send(loop.start());
 * socket.on('message', (bytes) => { const packet = loop.accept(bytes); if (packet) send(packet); });
 * ```
 */
export class SessionLoop {
  readonly figures = new SessionFigures();
  readonly latency: LatencyTracker;
  /** Rebuilds the frames; its buffers hold the newest one. */
  readonly replica: SessionReplica;
  /** The newest rebuilt frame, null before the first. */
  newest: DecodedFrame | null = null;
  /** Frames in a row, up to the newest, that used none of the requests sent. */
  unanswered = 0;

  readonly #options: SessionLoopOptions;
  readonly #planner: SamplingPlanner;
  readonly #snapshotEvery: number;
  #lastTarget = -1;
  #firstTarget = 0;
  /** The client may be far ahead of what was asked for: its next packet says where it is. */
  #rejoining = false;
  #snapshotAt: number;
  /** Bytes exchanged since the last snapshot, and from how many on the next is worth its own. */
  #sinceSnapshot = 0;
  #snapshotWorth = 0;
  #downPerRequest = 0;
  /** Time of the last kept record. */
  #keptUntil: number;

  constructor(options: SessionLoopOptions) {
    this.#options = options;
    this.replica = new SessionReplica(options.shape);
    this.latency = new LatencyTracker({ max: options.maxLatency });
    this.#planner = new SamplingPlanner({
      grid: options.shape.grid,
      decoder: this.replica.decoder,
      bytesUp: options.bytesUp,
      bytesDown: options.bytesDown,
      samples: options.samples,
      quality: options.quality,
    });
    this.#snapshotEvery = options.snapshotEvery ?? 10_000;
    this.#keptUntil = options.from ?? options.clock();
    this.#snapshotAt = this.#keptUntil + this.#snapshotEvery;
  }

  /**
   * The coordinate packet for the first frames (cold start), or after a reconnect for the next ones. Throws
   * `STORAGE_FAILED` when it cannot be recorded.
   */
  start(): Uint8Array {
    const from = Math.max(this.replica.frameId, this.#lastTarget) + 1;
    this.#rejoining = from > 0;
    const requests = this.#plan(from, from + COLD_START_FRAMES - 1);
    return this.#send(requests);
  }

  /**
   * Takes in a pixel packet exactly as it came: it is appended before anything else is done with it. Returns the
   * coordinate packet to send, or null when nothing new is to be asked. Throws `STORAGE_FAILED` when the packet could
   * not be recorded, or the codec's error when it does not decode (the client must then reset its codec).
   */
  accept(bytes: Uint8Array): Uint8Array | null {
    const time = this.#options.clock();
    const { frames, samples, decodeMs } = this.#take(bytes, time);
    const start = performance.now();
    if (this.#rejoining) this.#firstTarget = this.replica.frameId + this.latency.lead;
    this.#rejoining = false;
    this.latency.observe(
      frames.map(({ frame }) => frame),
      this.#firstTarget,
    );
    const perFrame = bytes.length / frames.length;
    for (const { frame } of frames) this.#planner.feedback(perFrame, this.#downPerRequest, frame.samples.count, frame.frameId);
    const answer = this.#answer(frames.length);
    const planMs = performance.now() - start;
    this.figures.packet(time, { up: bytes.length, frames: frames.length, samples, decodeMs, planMs });
    this.#sinceSnapshot += answer?.length ?? 0;
    this.#snapshotIfDue(time);
    return answer;
  }

  /**
   * Takes in something the recorder kept before the recording was wanted, at the time it says; nothing is asked. Oldest first,
   * and before `start`. Throws `OUT_OF_ORDER` for times that run backwards or lie far ahead, and what `accept` throws.
   */
  acceptKept({ kind, time: said, bytes }: KeptRecord): void {
    const now = this.#options.clock();
    if (!(said >= this.#keptUntil && said <= now + AHEAD)) {
      throw new SgapsError('OUT_OF_ORDER', `A kept record of ${said} ms follows one of ${this.#keptUntil} ms, ${now} ms on.`);
    }
    const time = Math.min(said, now);
    if (kind === 'pixels') {
      const { frames, samples, decodeMs } = this.#take(bytes, time);
      this.figures.packet(time, { up: bytes.length, frames: frames.length, samples, decodeMs, planMs: 0 });
      this.#snapshotIfDue(time);
    } else if (kind === 'coordinates') {
      // What does not decode is refused before it is recorded: it is the client's own word.
      const requests = this.replica.coordinateCodec.decode(bytes);
      if (!this.#options.sink.append('coordinates', time, bytes)) throw notStored('coordinate');
      this.replica.coordinates(bytes);
      for (const { frameId } of requests) this.#lastTarget = Math.max(this.#lastTarget, frameId);
      this.#sinceSnapshot += bytes.length;
    } else if (!this.#options.sink.append('event', time, bytes)) throw notStored('event');
    this.#keptUntil = time;
  }

  /** Appends, decodes and rebuilds. */
  #take(bytes: Uint8Array, time: number): { frames: ReplicaFrame[]; samples: number; decodeMs: number } {
    const claimed = pixelPacketSpan(bytes);
    // Frames that were there before will be refused: their packet is kept, but names no frames.
    const span = claimed !== null && claimed.firstFrame > this.replica.frameId ? claimed : null;
    if (!this.#options.sink.append('pixels', time, bytes, span?.firstFrame, span?.lastFrame)) throw notStored('pixel');
    const arrived = performance.now();
    let frames: ReplicaFrame[];
    try {
      frames = this.replica.pixels(bytes, time);
    } catch (error) {
      this.figures.rejected++;
      throw error;
    }
    let samples = 0;
    for (const { frame, time: at } of frames) {
      samples += frame.samples.count;
      this.unanswered = frame.requestId === null ? this.unanswered + 1 : 0;
      this.newest = this.replica.decode(frame);
      this.#options.onFrame?.(this.newest, at, this.#planner.importance);
    }
    const decodeMs = performance.now() - arrived;
    if (this.newest) this.figures.uncertainty = sparseMean(this.newest.uncertainty);
    this.#sinceSnapshot += bytes.length;
    return { frames, samples, decodeMs };
  }

  #snapshotIfDue(time: number): void {
    const worth = this.#sinceSnapshot >= this.#snapshotWorth || time >= this.#snapshotAt + SNAPSHOT_WAIT * this.#snapshotEvery;
    if (time >= this.#snapshotAt && worth) this.#snapshot(time);
  }

  /** Records a game event at the time it came. False when it could not be stored. */
  event(bytes: Uint8Array): boolean {
    return this.#options.sink.append('event', this.#options.clock(), bytes);
  }

  /** Part of the usual samples that the client has time for, 0 … 1, as its `stats` say. */
  set share(share: number) {
    this.#planner.share = share;
  }

  /** The importance map of the last plan, W×H: expected squared error, 8-bit steps². */
  get importance(): Float32Array {
    return this.#planner.importance;
  }

  #answer(batch: number): Uint8Array | null {
    const newest = this.replica.frameId;
    const first = Math.max(this.#lastTarget + 1, newest + this.latency.lead);
    const last = Math.min(newest + this.latency.lead + batch - 1, first + LIMITS.framesPerPacket - 1);
    if (last < first) return null;
    return this.#send(this.#plan(first, last));
  }

  #plan(first: number, last: number): SampleRequest[] {
    const requests: SampleRequest[] = [];
    for (let target = first; target <= last; target++) {
      requests.push(this.#planner.plan(target));
    }
    this.#lastTarget = last;
    return requests;
  }

  #send(requests: SampleRequest[]): Uint8Array {
    const packet = this.replica.coordinateCodec.encode(requests);
    const time = this.#options.clock();
    if (!this.#options.sink.append('coordinates', time, packet)) throw notStored('coordinate');
    // Read back what the client will read: the codec may reorder samples between tiers.
    this.replica.coordinates(packet);
    this.#downPerRequest = packet.length / requests.length;
    this.figures.packet(time, { down: packet.length });
    return packet;
  }

  #snapshot(time: number): void {
    this.#snapshotAt = time + this.#snapshotEvery;
    this.#sinceSnapshot = 0;
    try {
      const state = this.replica.save();
      this.#snapshotWorth = SNAPSHOT_SHARE * state.length;
      this.#options.sink.snapshot(time, this.replica.frameId, state, this.#options.preview?.() ?? undefined);
    } catch (error) {
      if (!this.#options.onSnapshotError) throw error;
      this.#options.onSnapshotError(error);
    }
  }
}

function notStored(what: string): SgapsError {
  return new SgapsError('STORAGE_FAILED', `The ${what} packet could not be stored; the recording has stopped.`);
}
