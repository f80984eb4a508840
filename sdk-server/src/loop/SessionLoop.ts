import {
  type DecodedFrame,
  type ModelOutput,
  type ReplicaFrame,
  SamplingPlanner,
  SessionFigures,
  SessionReplica,
  sparseMean,
} from '@sgaps/core';
import {
  BLOCK_SAMPLES,
  isSgapsError,
  type KeptRecord,
  LIMITS,
  pixelPacketSpan,
  type SampleRequest,
  SgapsError,
} from '@sgaps/protocol';
import { LatencyTracker } from './LatencyTracker.js';
import { OnDemand } from './OnDemand.js';
import type { ClientAllowance, SessionLoopOptions } from './SessionLoopOptions.js';
import { SnapshotWriter } from './SnapshotWriter.js';
import { StageClock } from './StageClock.js';
import { sharedCodec } from './sharedCodec.js';

/** ms by which kept records may lie ahead: the recording began here when the room was made, there when it was asked for. */
const AHEAD = 30_000;
/** Frames of whole pictures within which every block is looked at, with room to spare. */
const WHOLE_AFTER = 30;

/** A client is never thought to take fewer than this part of its frames. */
const LEAST_PACE = 1 / 16;

/** What came in a packet, as far as its answer depends on it. */
interface Taken {
  readonly frames: readonly { readonly frameId: number; readonly requestId: number | null; readonly samples: number }[];
  readonly samples: number;
  readonly decodeMs: number;
}

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
  /** The newest rebuilt frame, null before the first. */
  newest: DecodedFrame | null = null;
  /** Frames in a row, up to the newest, that used none of the requests sent. */
  unanswered = 0;

  readonly #options: SessionLoopOptions;
  readonly #stages: StageClock;
  /** Made when something is to be decoded. */
  #rebuilds: SessionReplica | null = null;
  /** Plans from the replica; made when it is first asked. */
  #planner: SamplingPlanner | null = null;
  #onDemand: OnDemand | null;
  #deferring: boolean;
  #allowance: ClientAllowance = { share: 1, pace: 1 };
  readonly #snapshots: SnapshotWriter;
  #lastTarget = -1;
  #firstTarget = 0;
  /** The client may be far ahead of what was asked for: its next packet says where it is. */
  #rejoining = false;
  #downPerRequest = 0;
  /** Frames decoded as they came. */
  #taken = 0;
  /** Frames to come before what is known does not depend any more on where decoding began. */
  #lacking = 0;
  /** Time of the last kept record. */
  #keptUntil: number;
  /** What is to be done from the next fresh start of the stream on, instead of what is done now. */
  #turning: 'defer' | 'rebuild' | null = null;
  /** Newest frame asked for before requests were noted for a turn to deferring. */
  #askedBefore = -1;

  constructor(options: SessionLoopOptions) {
    this.#options = options;
    this.#stages = new StageClock(options.tally);
    const { fps = 30 } = options;
    this.latency = new LatencyTracker({ max: options.maxLatency, frameMs: 1000 / fps });
    const { shape, bytesUp, bytesDown, samples, onDemand = false, nth = 1 } = options;
    if (!Number.isInteger(nth) || nth < 1 || nth > 60)
      throw new SgapsError('ARGUMENT_INVALID', `Pictures of every ${nth}th frame; 1 … 60 is allowed.`);
    this.#onDemand = onDemand ? new OnDemand(shape, { bytesUp, bytesDown, samples }) : null;
    this.#deferring = onDemand;
    // Options that make no sense are refused now, not when somebody watches.
    if (!onDemand || options.quality !== undefined) this.#planner = this.#newPlanner();
    this.#keptUntil = options.from ?? options.clock();
    this.#snapshots = new SnapshotWriter(options, this.#keptUntil);
  }

  /**
   * The coordinate packet for the first frames (cold start), or after a reconnect for the next ones. Throws
   * `STORAGE_FAILED` when it cannot be recorded.
   */
  start(): Uint8Array {
    const from = Math.max(this.#newest, this.#lastTarget) + 1;
    this.#rejoining = from > 0;
    this.#stages.begin();
    const requests = this.#plan(from, from + COLD_START_FRAMES - 1);
    this.#stages.mark('plan');
    return this.#send(requests);
  }

  /**
   * Takes in a pixel packet exactly as it came: it is appended before anything else is done with it. Returns the
   * coordinate packet to send, or null when nothing new is to be asked. Throws `STORAGE_FAILED` when the packet could
   * not be recorded, or the codec's error when it does not decode (the client must then reset its codec).
   */
  accept(bytes: Uint8Array): Uint8Array | null {
    const time = this.#options.clock();
    this.#stages.begin();
    if (this.#turning) this.#turn(bytes);
    const { frames, samples, decodeMs } = this.#deferring ? this.#defer(bytes, time) : this.#take(bytes, time);
    const start = performance.now();
    if (this.#rejoining) this.#firstTarget = this.#newest + this.latency.lead;
    this.#rejoining = false;
    const late = this.latency.observe(frames, this.#firstTarget);
    const perFrame = bytes.length / frames.length;
    for (const frame of frames) {
      this.#planner?.feedback(perFrame, this.#downPerRequest, frame.samples, frame.frameId);
      this.#onDemand?.planner.feedback(perFrame, this.#downPerRequest, frame.samples, frame.frameId);
    }
    const answer = this.#answer(frames.length);
    const planMs = performance.now() - start;
    this.figures.packet(time, { up: bytes.length, frames: frames.length, samples, decodeMs, planMs });
    this.#options.tally?.received(bytes.length, frames.length, samples, late, unansweredOf(frames));
    this.#stages.end();
    this.#snapshots.exchanged(answer?.length ?? 0);
    if (!this.#deferring && this.#isWhole(frames.length)) this.#snapshots.writeIfDue(time, this.replica);
    return answer;
  }

  /**
   * Whether what is known came from all that was recorded, as a playback from the start would know it: after a decoder had to begin in
   * the middle, once samples alone have shown everything.
   */
  #isWhole(frames: number): boolean {
    if (this.#lacking > 0) this.#lacking = this.replica.decoder.keeping ? this.#lacking - frames : WHOLE_AFTER;
    return this.#lacking <= 0;
  }

  /** True while records are stored and not decoded. */
  get deferring(): boolean {
    return this.#deferring;
  }

  /** Frames that were stored and not decoded. */
  get behind(): number {
    return this.#onDemand?.behind ?? 0;
  }

  /** True where what was deferred can be decoded: always, unless some had to be let go and the recorder has not started afresh since. */
  get startable(): boolean {
    return this.#onDemand?.records.startable ?? true;
  }

  /**
   * Rebuilds no more from the next packet on that starts the stream afresh and tells what changed: less work, the recording is the same. `turnsOn` says when to
   * ask the recorder for one.
   */
  defer(): void {
    if (this.#deferring) {
      this.#turning = null;
      return;
    }
    if (this.#turning === 'defer') return;
    const { shape, bytesUp, bytesDown, samples } = this.#options;
    this.#onDemand = new OnDemand(shape, { bytesUp, bytesDown, samples });
    Object.assign(this.#onDemand.planner, this.#allowance);
    this.#askedBefore = this.#lastTarget;
    this.#turning = 'defer';
  }

  /** Rebuilds every frame again, from the next packet on that starts the stream afresh: what waits is left to those who play the recording. */
  rebuild(): void {
    if (this.#deferring) this.#turning = 'rebuild';
    else if (this.#turning) {
      this.#turning = null;
      this.#onDemand = null;
    }
  }

  /** True where a fresh start of the stream would end a turn that `defer` or `rebuild` began: all that it may answer is known. */
  get turnsOn(): boolean {
    return this.#turning === 'rebuild' || (this.#turning === 'defer' && this.#newest > this.#askedBefore);
  }

  /** A fresh start depends on nothing that came before, so that the two ways of taking packets in may change places. */
  #turn(bytes: Uint8Array): void {
    const span = pixelPacketSpan(bytes);
    if (!span?.reset || span.firstFrame <= this.#newest || !this.#onDemand) return;
    if (this.#turning === 'defer' && span.digest) {
      this.#onDemand.newest = this.#newest;
      this.#deferring = true;
      this.#planner = null;
      this.newest = null;
      this.#turning = null;
    } else if (this.#turning === 'rebuild') {
      const replica = this.#onDemand.replicaAt(span.firstFrame);
      replica.frameId = this.#onDemand.newest;
      this.#rebuilds = replica;
      this.#onDemand = null;
      this.#deferring = false;
      this.#planner = null;
      this.#lacking = WHOLE_AFTER;
      this.#turning = null;
    }
  }

  /**
   * Decodes what was deferred, for `ms` at most or one frame longer. True once the newest frame was rebuilt; from then on frames are decoded as they come. After
   * `most` frames, where given, the last of them is shown and it is true too: for a session that ends.
   */
  catchUp(ms: number, most?: number): boolean {
    const onDemand = this.#onDemand;
    if (!this.#deferring || !onDemand) return true;
    onDemand.trim();
    if (!onDemand.records.startable) return false;
    const replica = onDemand.replicaFrom(this.replica);
    if (replica !== this.#rebuilds) {
      this.#planner = null;
      if (this.#rebuilds) this.#lacking = WHOLE_AFTER;
    }
    this.#rebuilds = replica;
    const show = (frame: DecodedFrame, time: number) => {
      this.newest = frame;
      this.#options.onFrame?.(frame, time, this.importance);
    };
    const { done, rejected } = onDemand.catchUp(replica, ms, show, most);
    this.figures.rejected += rejected;
    this.#deferring = !done;
    return done;
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
      this.#stages.begin();
      const { frames, samples, decodeMs } = this.#take(bytes, time);
      this.figures.packet(time, { up: bytes.length, frames: frames.length, samples, decodeMs, planMs: 0 });
      this.#options.tally?.received(bytes.length, frames.length, samples, 0, 0);
      this.#stages.end();
      this.#snapshots.writeIfDue(time, this.replica);
    } else if (kind === 'coordinates') {
      // What does not decode is refused before it is recorded: it is the client's own word.
      const requests = this.replica.coordinateCodec.decode(bytes);
      if (!this.#options.sink.append('coordinates', time, bytes)) throw notStored('coordinate');
      this.replica.coordinates(bytes);
      for (const { frameId } of requests) this.#lastTarget = Math.max(this.#lastTarget, frameId);
      this.#snapshots.exchanged(bytes.length);
    } else if (!this.#options.sink.append('event', time, bytes)) throw notStored('event');
    this.#keptUntil = time;
  }

  /** Appends, decodes and rebuilds. */
  #take(bytes: Uint8Array, time: number): Taken {
    this.#store(bytes, time);
    const arrived = performance.now();
    let frames: ReplicaFrame[];
    try {
      frames = this.replica.pixels(bytes, time);
      if (this.#turning !== 'defer') this.#readDigest(bytes);
    } catch (error) {
      this.figures.rejected++;
      throw error;
    }
    this.#stages.mark('decode');
    const { nth = 1 } = this.#options;
    let samples = 0;
    for (const { frame, time: at } of frames) {
      samples += frame.samples.count;
      this.unanswered = frame.requestId === null ? this.unanswered + 1 : 0;
      if (++this.#taken % nth !== 0) {
        this.replica.observe(frame);
        continue;
      }
      this.newest = this.replica.decode(frame);
      this.#options.onFrame?.(this.newest, at, this.importance);
    }
    this.#stages.mark('rebuild');
    const decodeMs = performance.now() - arrived;
    if (this.newest) this.figures.uncertainty = sparseMean(this.newest.uncertainty);
    this.#snapshots.exchanged(bytes.length);
    return {
      frames: frames.map(({ frame }) => answerOf(frame.frameId, frame.requestId, frame.samples.count)),
      samples,
      decodeMs,
    };
  }

  /** Keeps the light planner up to date while frames are decoded; without a digest to rely on, all frames are from here on. */
  #readDigest(bytes: Uint8Array): void {
    try {
      this.#onDemand?.read(bytes);
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      this.#onDemand = null;
    }
  }

  /** Appends, reads what changed, and leaves the rest for later. */
  #defer(bytes: Uint8Array, time: number): Taken {
    const onDemand = this.#onDemand;
    if (!onDemand || this.#givesUp(bytes)) return this.#take(bytes, time);
    const span = this.#store(bytes, time);
    const arrived = performance.now();
    // A playback will meet it too, so whoever catches up has to.
    onDemand.records.pixels(time, bytes);
    try {
      // By the packet's own word: a packet sent twice must not part the two ends.
      if (span === null) throw new SgapsError('OUT_OF_ORDER', `A frame came again, after frame ${onDemand.newest}.`);
      let samples = 0;
      const frames = onDemand.read(bytes).map(({ frameId, requestId, changes }) => {
        samples += BLOCK_SAMPLES * changes.length;
        this.unanswered = requestId === null ? this.unanswered + 1 : 0;
        return answerOf(frameId, requestId, BLOCK_SAMPLES * changes.length);
      });
      if (span.reset) onDemand.trim();
      // Whoever catches up begins with what is left.
      if (onDemand.records.cut) this.#rebuilds = null;
      this.#stages.mark('decode');
      return { frames, samples, decodeMs: performance.now() - arrived };
    } catch (error) {
      this.figures.rejected++;
      throw error;
    }
  }

  /** The recorder does not tell what changed, as one of an older version: all is decoded as it comes. True when so. */
  #givesUp(bytes: Uint8Array): boolean {
    const span = pixelPacketSpan(bytes);
    if (span === null || span.digest || this.#newest >= 0) return false;
    while (!this.catchUp(Number.POSITIVE_INFINITY) && this.startable);
    this.#onDemand = null;
    this.#deferring = false;
    return true;
  }

  /** Appends a pixel packet; what it says of its frames, null where they were there before or it is no packet. */
  #store(bytes: Uint8Array, time: number): ReturnType<typeof pixelPacketSpan> {
    const claimed = pixelPacketSpan(bytes);
    // Frames that were there before will be refused: their packet is kept, but names no frames.
    const span = claimed !== null && claimed.firstFrame > this.#newest ? claimed : null;
    if (!this.#options.sink.append('pixels', time, bytes, span?.firstFrame, span?.lastFrame)) throw notStored('pixel');
    this.#stages.mark('store');
    return span;
  }

  /** Records a game event at the time it came. False when it could not be stored. */
  event(bytes: Uint8Array): boolean {
    return this.#options.sink.append('event', this.#options.clock(), bytes);
  }

  /** Takes in how long it took to the client and back, ms (S13): what is asked from now on is asked early enough for that. */
  roundTrip(ms: number): void {
    this.latency.roundTrip(ms, this.#options.clock());
  }

  /** What the client has time for, as its `stats` say. */
  set allowance(allowance: ClientAllowance) {
    this.#allowance = allowance;
    const { fps = 30 } = this.#options;
    const pace = allowance.pace > 0 && allowance.pace < 1 ? Math.max(LEAST_PACE, allowance.pace) : 1;
    this.latency.frameMs = 1000 / (fps * pace);
    if (this.#planner) Object.assign(this.#planner, allowance);
    if (this.#onDemand) Object.assign(this.#onDemand.planner, allowance);
  }

  /** Takes in what a model said of a frame, for what is asked next; of use with `spread`. */
  takeModel(output: ModelOutput, frame: Pick<DecodedFrame, 'frameId' | 'state'>): void {
    this.#planner?.takeModel(output, frame);
  }

  /** The importance map of the last plan, W×H: expected squared error, 8-bit steps². */
  get importance(): Float32Array {
    const { width, height } = this.#options.shape.grid;
    return this.#planner?.importance ?? new Float32Array(width * height);
  }

  /** Rebuilds the frames; its buffers hold the newest one. */
  get replica(): SessionReplica {
    this.#rebuilds ??= new SessionReplica(this.#options.shape);
    return this.#rebuilds;
  }

  /** Newest frame known, −1 before the first. */
  get #newest(): number {
    return this.#deferring && this.#onDemand ? this.#onDemand.newest : this.replica.frameId;
  }

  #answer(batch: number): Uint8Array | null {
    const newest = this.#newest;
    const first = Math.max(this.#lastTarget + 1, newest + this.latency.lead);
    const last = Math.min(newest + this.latency.lead + batch - 1, first + LIMITS.framesPerPacket - 1);
    if (last < first) return null;
    const requests = this.#plan(first, last);
    this.#stages.mark('plan');
    return this.#send(requests);
  }

  #plan(first: number, last: number): SampleRequest[] {
    const requests: SampleRequest[] = [];
    const light = this.#deferring ? this.#onDemand?.planner : undefined;
    if (!light) this.#planner ??= this.#newPlanner();
    const planner: Pick<SamplingPlanner, 'plan'> | null = light ?? this.#planner;
    for (let target = first; target <= last; target++) if (planner) requests.push(planner.plan(target));
    this.#lastTarget = last;
    return requests;
  }

  #newPlanner(): SamplingPlanner {
    const { shape, bytesUp, bytesDown, samples, quality, sampling, spread } = this.#options;
    const { decoder } = this.replica;
    const planner = new SamplingPlanner({ grid: shape.grid, decoder, bytesUp, bytesDown, samples, quality, sampling, spread });
    return Object.assign(planner, this.#allowance);
  }

  #send(requests: SampleRequest[]): Uint8Array {
    const packet = sharedCodec(this.#options.shape.grid).encode(requests);
    const time = this.#options.clock();
    this.#stages.mark('encode');
    if (!this.#options.sink.append('coordinates', time, packet)) throw notStored('coordinate');
    this.#stages.mark('store');
    if (this.#deferring && this.#onDemand) this.#onDemand.records.coordinates(time, packet, this.#lastTarget);
    // Read back what the client will read: the codec may reorder samples between tiers.
    else for (const request of this.replica.coordinates(packet)) this.#onDemand?.planner.note(request);
    this.#downPerRequest = packet.length / requests.length;
    this.figures.packet(time, { down: packet.length });
    this.#options.tally?.sent(packet.length);
    this.#stages.mark('read-back');
    return packet;
  }
}

function answerOf(frameId: number, requestId: number | null, samples: number): Taken['frames'][number] {
  return { frameId, requestId, samples };
}

function unansweredOf(frames: Taken['frames']): number {
  let count = 0;
  for (const { requestId } of frames) if (requestId === null) count++;
  return count;
}

function notStored(what: string): SgapsError {
  return new SgapsError('STORAGE_FAILED', `The ${what} packet could not be stored; the recording has stopped.`);
}
