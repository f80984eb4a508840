import {
  type CaptureGrid,
  CoordinateDecoder,
  createSampleSet,
  type GameEventMessage,
  isSampleKind,
  isSgapsError,
  LIMITS,
  levelOf,
  type NumbersMessage,
  PixelPacketEncoder,
  type SampleSet,
  type StateSchema,
  type TierBits,
} from '@sgaps/protocol';
import type { RecorderConnection } from '../connection/RecorderConnection.js';
import { packSample } from '../sampler/Sampler.js';
import { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import type { CourierFault } from './CourierPort.js';
import { DepthCoder } from './DepthCoder.js';
import { type CourierFigures, type FrameBatch, HEAD_NUMBERS, type PackedRequest } from './FrameBatch.js';
import { restoreState } from './restoreState.js';

/** Requests remembered, and samples in them (6 bytes each): more than a recorder holds and has under way. */
const REMEMBERED = 256;
const REMEMBERED_SAMPLES = 96 * LIMITS.samplesPerFrame;
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
  readonly #asked = new Map<number, SampleSet>();
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
    connection.onReset(() => this.#encoder.reset());
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
    try {
      this.#sendFrames(this.#read(batch));
    } catch (cause) {
      this.#encoder.reset();
      this.#dropped += batch.frames - (this.#sent - before);
      this.#events.onFault(this.#coding ? 'encode-failed' : 'send-failed', cause);
    }
  }

  /** Codes and sends frames in as few packets as they fit into. */
  #sendFrames(frames: readonly Frame[]): void {
    const bytes = this.#encode(frames);
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

  /** Null when frames that can go apart are too large for one packet. */
  #encode(frames: readonly Frame[]): Uint8Array | null {
    const start = performance.now();
    this.#coding = true;
    try {
      return this.#encoder.encode(frames);
    } catch (cause) {
      if (frames.length > 1 && isSgapsError(cause) && cause.code === 'LIMIT_EXCEEDED') return null;
      throw cause;
    } finally {
      this.#codingMicros += 1000 * (performance.now() - start);
    }
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
    this.#unpack(batch);
    let at = 0;
    let sample = 0;
    for (let i = 0; i < batch.frames; i++) {
      const [frameId, clientTime, request, count] = [numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]];
      const samples = request < 0 ? NO_SAMPLES : (this.#asked.get(request) ?? NO_SAMPLES);
      const hasDepth = numbers[at + 4] === 1;
      const state = (this.#states[i] ??= new FrameStateBuffer());
      state.clear();
      at = restoreState(numbers, at + HEAD_NUMBERS, this.#names, state);
      const known = samples.count === count;
      frames.push({
        frameId,
        clientTime,
        requestId: request < 0 || !known ? null : request,
        state,
        samples: known ? samples : NO_SAMPLES,
        rgb: this.#rgb.subarray(3 * sample, 3 * (sample + count)),
        depth: this.#depthCoder && hasDepth && known ? this.#codes.subarray(sample, sample + count) : null,
      });
      sample += count;
    }
    return frames;
  }

  /** Drops what a GPU adds to colours, and codes depths: work that the game's thread is spared. */
  #unpack({ samples, rgba, depth }: FrameBatch): void {
    if (this.#rgb.length < 3 * samples) this.#rgb = new Uint8Array(3 * samples);
    const rgb = this.#rgb;
    for (let i = 0, to = 0; to < 3 * samples; i += 4) {
      rgb[to++] = rgba[i];
      rgb[to++] = rgba[i + 1];
      rgb[to++] = rgba[i + 2];
    }
    const coder = this.#depthCoder;
    if (!coder || !depth) return;
    if (this.#codes.length < samples) this.#codes = new Uint16Array(samples);
    for (let i = 0; i < samples; i++) this.#codes[i] = coder.code(depth[i]);
  }

  #receive(bytes: Uint8Array, grid: CaptureGrid): void {
    this.#bytesDown += bytes.length;
    try {
      const requests: PackedRequest[] = [];
      for (const request of this.#coordinates.decode(bytes)) {
        const set = this.#coordinates.expand(request);
        if (fits(set, grid)) {
          this.#remember(request.frameId, set);
          requests.push(pack(request.frameId, set));
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

function pack(requestId: number, set: SampleSet): PackedRequest {
  const words = new Uint32Array(set.count);
  for (let i = 0; i < set.count; i++) words[i] = packSample(set.u[i], set.v[i], levelOf(set.kind[i]));
  return { requestId, words, count: set.count };
}
