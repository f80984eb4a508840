import {
  BLOCK_KIND,
  BLOCK_SAMPLES,
  type CaptureGrid,
  CoordinateDecoder,
  carriesDepth,
  createSampleSet,
  type GameEventMessage,
  isSampleKind,
  isSgapsError,
  LIMITS,
  type NumbersMessage,
  PixelPacketEncoder,
  type SampleSet,
  type StateSchema,
  type TierBits,
} from '@sgaps/protocol';
import type { RecorderConnection } from '../connection/RecorderConnection.js';
import { packSet } from '../sampler/sampleRuns.js';
import { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import type { CourierFault } from './CourierPort.js';
import { DepthCoder } from './DepthCoder.js';
import { type CourierFigures, type FrameBatch, HEAD_NUMBERS, type PackedRequest } from './FrameBatch.js';
import { restoreState } from './restoreState.js';

/** Requests remembered, and samples and blocks in them (6 bytes each): more than a recorder holds and has under way. */
const REMEMBERED = 256;
const REMEMBERED_SAMPLES = 1_572_864;
/** Part of a packet that the budgets of its frames may add up to: most stay below theirs, a first frame may not. */
const SAFE = 0.75 * LIMITS.pixelPacketBytes;
/** Bytes that a single frame is coded anew for, when it was too large for a packet. */
const SMALLER = LIMITS.pixelPacketBytes / 16;
/** Events matter more than frames: they may wait up to so many times what frames may. */
const EVENTS_BUFFERED = 4;
const NO_SAMPLES = createSampleSet(0);

type Frame = Parameters<PixelPacketEncoder['encode']>[0][number];

/**
 * What a courier reports to.
 *
 * @example
 * ```ts
 * const events: CourierEvents = { onRequests: (requests) => book.take(requests), onFault: (code, cause) => console.warn(code, cause) };
 * ```
 */
export interface CourierEvents {
  /** Requests that the server sent, decoded. */
  readonly onRequests: (requests: readonly PackedRequest[]) => void;
  /** Something could not be coded or sent; the courier goes on. */
  readonly onFault: (code: CourierFault, cause: unknown) => void;
}

/**
 * Options of `Courier`.
 *
 * @example
 * ```ts
 * const options: CourierOptions = { connection, grid, schema: { values: [] }, tierBits: [8, 5, 3, 3], bufferedBytes: 65_536 };
 * ```
 */
export interface CourierOptions {
  readonly connection: RecorderConnection;
  readonly grid: CaptureGrid;
  readonly schema: StateSchema;
  readonly tierBits: TierBits;
  /** Depth goes beside colour, as agreed at join. */
  readonly depth?: boolean;
  /** Packets tell what changed, as the server's welcome asks. */
  readonly digest?: boolean;
  /** Bytes waiting in the connection above which frames are dropped before they are coded. */
  readonly bufferedBytes: number;
}

/**
 * Everything between a recorder and its server that needs no game thread: decodes requests, codes frames (S14, S15) and
 * hands packets to the connection. A batch is dropped whole, before it is coded, when the connection is away or behind, so
 * that the codec's state never moves without the wire. Nothing queues here.
 *
 * @example
 * ```ts
 * const courier = new Courier({ connection, grid, schema, tierBits, bufferedBytes: 65_536 }, events);
 * courier.send(batch);
 * ```
 */
export class Courier {
  readonly #connection: RecorderConnection;
  readonly #events: CourierEvents;
  readonly #bufferedBytes: number;
  readonly #coordinates: CoordinateDecoder;
  readonly #encoder: PixelPacketEncoder;
  /** Requests as they were expanded, but for blocks, which are one entry each. */
  readonly #asked = new Map<number, SampleSet>();
  /** The requests of a batch, expanded again; and one that is just being received. */
  readonly #expanded: SampleSet[] = [];
  #received: SampleSet | undefined;
  #askedSamples = 0;
  readonly #depthCoder: DepthCoder | null;
  readonly #names: string[] = [''];
  readonly #states: FrameStateBuffer[] = [];
  #rgb = new Uint8Array(0);
  #codes = new Uint16Array(0);
  #taken = 0;
  #sent = 0;
  #dropped = 0;
  #bytesUp = 0;
  #bytesDown = 0;
  #rejected = 0;
  #eventsDropped = 0;
  #codingMicros = 0;
  /** True while a fault would be one of coding, not of sending. */
  #coding = false;

  constructor(options: CourierOptions, events: CourierEvents) {
    const { connection, grid, schema, tierBits, depth = false, digest } = options;
    this.#connection = connection;
    this.#events = events;
    this.#bufferedBytes = options.bufferedBytes;
    this.#coordinates = new CoordinateDecoder(grid);
    this.#encoder = new PixelPacketEncoder({ grid, schema, tierBits, depth, digest });
    this.#depthCoder = depth ? new DepthCoder() : null;
    connection.onCoordinates((bytes) => this.#receive(bytes, grid));
    connection.onReset((digest) => this.#encoder.reset(digest));
  }

  get figures(): CourierFigures {
    return {
      taken: this.#taken,
      sent: this.#sent,
      dropped: this.#dropped,
      bytesUp: this.#bytesUp,
      bytesDown: this.#bytesDown,
      rejected: this.#rejected,
      eventsDropped: this.#eventsDropped,
      codingMicros: this.#codingMicros,
      buffered: this.#connection.bufferedAmount,
    };
  }

  /** Throws a batch away, counted. */
  drop(batch: FrameBatch): void {
    this.#taken++;
    this.#dropped += batch.frames;
  }

  /** Codes and sends a batch; its arrays may be reused when the call returns. */
  send(batch: FrameBatch): void {
    this.#taken++;
    for (const name of batch.names) this.#names.push(name);
    if (!this.#connection.isOpen || this.#connection.bufferedAmount > this.#bufferedBytes) {
      this.#dropped += batch.frames;
      return;
    }
    const before = this.#sent;
    const start = performance.now();
    try {
      this.#sendFrames(this.#read(batch));
    } catch (cause) {
      this.#encoder.reset();
      this.#dropped += batch.frames - (this.#sent - before);
      this.#events.onFault(this.#coding ? 'encode-failed' : 'send-failed', cause);
    }
    this.#codingMicros += 1000 * (performance.now() - start);
  }

  /** Codes and sends frames in as few packets as they fit into. */
  #sendFrames(frames: readonly Frame[]): void {
    const bytes = frames.length > 1 && isTooMuch(frames) ? null : (this.#encode(frames) ?? this.#encodeSmaller(frames));
    if (bytes === null) {
      const half = frames.length >> 1;
      this.#sendFrames(frames.slice(0, half));
      this.#sendFrames(frames.slice(half));
      return;
    }
    this.#coding = false;
    this.#connection.sendPixels(bytes);
    this.#sent += frames.length;
    this.#bytesUp += bytes.length;
  }

  /** Null when the frames are too large for one packet. */
  #encode(frames: readonly Frame[]): Uint8Array | null {
    this.#coding = true;
    try {
      return this.#encoder.encode(frames);
    } catch (cause) {
      if (isSgapsError(cause) && cause.code === 'LIMIT_EXCEEDED') return null;
      throw cause;
    }
  }

  /**
   * A frame that is too large by itself: with coarser blocks where the client may choose, and if that is no help, without its samples.
   * Null for several.
   */
  #encodeSmaller(frames: readonly Frame[]): Uint8Array | null {
    if (frames.length > 1) return null;
    const [frame] = frames;
    const { samples } = frame;
    const coarse = samples.budget > SMALLER ? this.#encode([{ ...frame, samples: { ...samples, budget: SMALLER } }]) : null;
    return coarse ?? this.#encoder.encode([{ ...frame, requestId: null, samples: NO_SAMPLES, depth: null }]);
  }

  /** Sends an event, or drops it, counted, when so much is waiting that not even frames are sent any more. */
  sendEvent(event: GameEventMessage): void {
    if (this.#connection.bufferedAmount > EVENTS_BUFFERED * this.#bufferedBytes) this.#eventsDropped++;
    else this.#guard(() => this.#connection.sendEvent(event));
  }

  sendStats(stats: NumbersMessage): void {
    if (this.#connection.bufferedAmount <= this.#bufferedBytes) this.#guard(() => this.#connection.sendStats(stats));
  }

  /** Leaves the server; resolves when it has left. Never rejects. */
  async close(): Promise<void> {
    try {
      await this.#connection.close();
    } catch (cause) {
      this.#events.onFault('send-failed', cause);
    }
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.#events.onFault('send-failed', cause);
    }
  }

  #read(batch: FrameBatch): readonly Frame[] {
    const { numbers } = batch;
    const frames: Frame[] = [];
    this.#coding = true;
    if (this.#rgb.length < 3 * batch.samples) this.#rgb = new Uint8Array(3 * batch.samples);
    let at = 0;
    let sample = 0;
    let depth = 0;
    for (let i = 0; i < batch.frames; i++) {
      const frameId = numbers[at];
      const clientTime = numbers[at + 1];
      const request = numbers[at + 2];
      const count = numbers[at + 3];
      const depths = numbers[at + 4];
      this.#unpack(batch.rgba, numbers[at + 5], sample, count);
      const samples = this.#expand(i, request);
      const state = (this.#states[i] ??= new FrameStateBuffer());
      state.clear();
      at = restoreState(numbers, at + HEAD_NUMBERS, this.#names, state);
      const known = samples.count === count;
      const coder = known && depths >= 0 && batch.depth ? this.#depthCoder : null;
      frames.push({
        frameId,
        clientTime,
        requestId: request < 0 || !known ? null : request,
        state,
        samples: known ? samples : NO_SAMPLES,
        rgb: this.#rgb.subarray(3 * sample, 3 * (sample + count)),
        depth: coder && batch.depth ? this.#codeDepths(coder, samples, batch.depth, depth, depths, sample) : null,
      });
      sample += count;
      depth += Math.max(0, depths);
    }
    return frames;
  }

  /** The samples of the batch's frame `i`, none where its request is no longer known. */
  #expand(i: number, request: number): SampleSet {
    const explicit = request < 0 ? undefined : this.#asked.get(request);
    if (!explicit) return NO_SAMPLES;
    const set = this.#coordinates.expand({ frameId: request, explicit, seeded: [] }, this.#expanded[i]);
    this.#expanded[i] = set;
    return set;
  }

  /** Drops what a GPU adds to colours: work that the game's thread is spared. */
  #unpack(rgba: Uint8Array, first: number, sample: number, count: number): void {
    const rgb = this.#rgb;
    const end = 3 * (sample + count);
    for (let i = 4 * first, to = 3 * sample; to < end; i += 4) {
      rgb[to++] = rgba[i];
      rgb[to++] = rgba[i + 1];
      rgb[to++] = rgba[i + 2];
    }
  }

  /** Codes the depths of a frame and puts them to the samples that carry them: all single ones, one of each block's. */
  #codeDepths(
    coder: DepthCoder,
    { kind, u, v, count }: SampleSet,
    depth: Uint32Array,
    first: number,
    depths: number,
    sample: number,
  ): Uint16Array {
    if (this.#codes.length < sample + count) {
      const larger = new Uint16Array(sample + 2 * count);
      larger.set(this.#codes);
      this.#codes = larger;
    }
    const codes = this.#codes.subarray(sample, sample + count);
    // As many as samples: a set that was gathered sample by sample.
    const each = depths === count;
    let from = first;
    for (let i = 0; i < count; ) {
      if (each || kind[i] < BLOCK_KIND) {
        codes[i++] = coder.code(depth[from++]);
        continue;
      }
      const code = coder.code(depth[from++]);
      for (const end = i + BLOCK_SAMPLES; i < end; i++) codes[i] = carriesDepth(kind[i], u[i], v[i]) ? code : 0;
    }
    return codes;
  }

  #receive(bytes: Uint8Array, grid: CaptureGrid): void {
    this.#bytesDown += bytes.length;
    try {
      const requests: PackedRequest[] = [];
      for (const request of this.#coordinates.decode(bytes)) {
        const set = this.#coordinates.expand(request, this.#received);
        this.#received = set;
        if (fits(set, grid)) {
          this.#remember(request.frameId, withoutRepeats(set));
          requests.push({ requestId: request.frameId, ...packSet(set) });
        } else this.#rejected++;
      }
      this.#events.onRequests(requests);
    } catch (cause) {
      this.#rejected++;
      this.#events.onFault('coordinates-invalid', cause);
    }
  }

  #remember(requestId: number, set: SampleSet): void {
    this.#forget(requestId);
    this.#asked.set(requestId, set);
    this.#askedSamples += set.count;
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= REMEMBERED && this.#askedSamples <= REMEMBERED_SAMPLES) break;
      this.#forget(oldest);
    }
  }

  #forget(requestId: number): void {
    this.#askedSamples -= this.#asked.get(requestId)?.count ?? 0;
    this.#asked.delete(requestId);
  }
}

/** False when a request names a pixel outside the grid, or a kind that no sampler takes. */
function fits(set: SampleSet, grid: CaptureGrid): boolean {
  for (let i = 0; i < set.count; i++)
    if (set.u[i] >= grid.width || set.v[i] >= grid.height || !isSampleKind(set.kind[i])) return false;
  return true;
}

/** A copy with one entry for each block, at its top left, as in a request. */
function withoutRepeats(set: SampleSet): SampleSet {
  let count = 0;
  for (let i = 0; i < set.count; i += set.kind[i] >= BLOCK_KIND ? BLOCK_SAMPLES : 1) count++;
  const compact = createSampleSet(count);
  compact.count = count;
  compact.quantiser = set.quantiser;
  compact.budget = set.budget;
  compact.keeps = set.keeps;
  for (let i = 0, to = 0; i < set.count; i += set.kind[i] >= BLOCK_KIND ? BLOCK_SAMPLES : 1, to++) {
    compact.u[to] = set.u[i];
    compact.v[to] = set.v[i];
    compact.kind[to] = set.kind[i];
    compact.tier[to] = set.tier[i];
  }
  return compact;
}

/** True where frames would hardly fit into one packet: trying costs the time, and all that was learnt. */
function isTooMuch(frames: readonly Frame[]): boolean {
  let bytes = 0;
  for (const { requestId, samples } of frames) if (requestId !== null) bytes += samples.budget;
  return bytes > SAFE;
}
