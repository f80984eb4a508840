import type { DecodedFrame, SessionDecoder } from '@sgaps/core';
import {
  type CaptureGrid,
  type CoordinateCodec,
  createSampleSet,
  type FrameState,
  type PixelPacketDecoder,
  type PixelPacketEncoder,
  SampleKind,
  type SampleRequest,
  type SampleSet,
  SgapsError,
} from '@sgaps/protocol';
import { framingBytes } from './framing.js';
import { sampleDepth, samplePicture } from './samplePicture.js';

/** Frames after which the client throws a request away. */
const STALE = 32;

/** Message names of the room, whose bytes are counted. */
const MESSAGE = { pixels: 'pixels', coordinates: 'coords' } as const;

/**
 * What the loop asks of a planner; `SamplingPlanner` is one.
 *
 * @example
 * ```ts
 * const planner: LoopPlanner = new SamplingPlanner({ grid, decoder });
 * ```
 */
interface LoopPlanner {
  /** The request for `targetFrameId`, a frame to come. */
  plan(targetFrameId: number): SampleRequest;
  /** Measured bytes of one frame, up and down, and its samples. */
  feedback(bytesUp: number, bytesDown: number, samples: number): void;
}

/**
 * The two ends of the loop. The client's and the server's parts are objects of their own, joined by bytes alone.
 *
 * @example
 * ```ts
 * const parts = createLoopParts({ grid, bytesUp: 2048 });
 * ```
 */
export interface LoopParts {
  readonly client: {
    readonly coordinates: Pick<CoordinateCodec, 'decode' | 'expand'>;
    readonly pixels: Pick<PixelPacketEncoder, 'encode'>;
    /** Codes the same frames without depth, to tell what depth costs; nothing of it is sent. */
    readonly colours?: Pick<PixelPacketEncoder, 'encode'>;
  };
  /** `createPixels` gets the resolver of request ids, as the room gives it to the real decoder. */
  readonly server: {
    readonly coordinates: Pick<CoordinateCodec, 'encode' | 'decode' | 'expand'>;
    readonly createPixels: (resolve: (requestId: number) => SampleSet | undefined) => Pick<PixelPacketDecoder, 'decode'>;
    readonly session: Pick<SessionDecoder, 'decode'>;
    readonly planner: LoopPlanner;
  };
}

/**
 * What a loop did, summed over its frames.
 *
 * @example
 * ```ts
 * const perFrame = loop.totals.bytesUp / loop.totals.frames;
 * ```
 */
export interface LoopTotals {
  frames: number;
  samples: number;
  /** Samples that came with depth. */
  depthSamples: number;
  /** Bytes of the pixel packets that depth is to blame for; part of `bytesUp`. */
  depthBytes: number;
  /** Bytes over the socket: packets and their framing (`framingBytes`). */
  bytesUp: number;
  bytesDown: number;
  /** Frames that found no request to answer. */
  framesWithoutRequest: number;
  /** Server time per frame, ms: decode packet, rebuild, plan, encode coordinates. */
  readonly ms: number[];
  /** Bytes up and down of each frame; what a packet of several frames cost is shared evenly. */
  readonly bytesPerFrame: number[];
}

/**
 * The SGAPS loop on a clip with nothing left out but the wires: a request made when frame t arrives can first be used at frame t + latency, and
 * at join the server asks for the frames that come before its first answer can. Pixels are sent `batch` frames at a time.
 *
 * @example
 * ```ts
 * const loop = new ClipLoop({ grid, fps: 30, latency: 2, parts, onFrame: (decoded) => meter.add(truth, decoded.rgb) });
 * loop.push(rgb, state);
 * loop.finish();
 * ```
 */
export class ClipLoop {
  readonly totals: LoopTotals = {
    frames: 0,
    samples: 0,
    depthSamples: 0,
    depthBytes: 0,
    bytesUp: 0,
    bytesDown: 0,
    framesWithoutRequest: 0,
    ms: [],
    bytesPerFrame: [],
  };
  private readonly grid: CaptureGrid;
  private readonly frameMs: number;
  private readonly latency: number;
  private readonly batch: number;
  private readonly parts: LoopParts;
  private readonly onFrame: (decoded: DecodedFrame) => void;
  private readonly pixels: Pick<PixelPacketDecoder, 'decode'>;
  /** Coordinate packets under way, and the frame from which the client has each. */
  private readonly flying: { from: number; bytes: Uint8Array }[] = [];
  private readonly waiting: SampleRequest[] = [];
  private readonly asked = new Map<number, SampleSet>();
  private readonly batched: Parameters<PixelPacketEncoder['encode']>[0][number][] = [];
  private nextFrame = 0;
  /** Bytes of the last coordinate packet, without framing: what the planner is told, as in the room. */
  private lastDown = 0;

  /** `latency` ≥ 1 frames between a frame and the first that can use the answer to it; `batch` 1 … 16. */
  constructor(options: {
    readonly grid: CaptureGrid;
    readonly fps: number;
    readonly latency: number;
    readonly batch?: number;
    readonly parts: LoopParts;
    readonly onFrame: (decoded: DecodedFrame) => void;
  }) {
    const { latency, batch = 1 } = options;
    if (!Number.isInteger(latency) || latency < 1)
      throw new SgapsError('ARGUMENT_INVALID', `Latency is ${latency}; a whole number of at least 1 is needed.`);
    if (!Number.isInteger(batch) || batch < 1 || batch > 16)
      throw new SgapsError('ARGUMENT_INVALID', `Batch is ${batch}; 1 … 16 is allowed.`);
    this.grid = options.grid;
    this.frameMs = 1000 / options.fps;
    this.latency = latency;
    this.batch = batch;
    this.parts = options.parts;
    this.onFrame = options.onFrame;
    this.pixels = options.parts.server.createPixels((requestId) => this.asked.get(requestId));
    const first = latency + batch - 1;
    this.ask(
      Array.from({ length: first }, (_, target) => this.parts.server.planner.plan(target)),
      0,
    );
  }

  /**
   * The client side of one frame: the true picture on the grid and what the game knows; `depth` has a depth code for each pixel of
   * the grid, of which the points take theirs.
   */
  push(rgb: Uint8Array | Uint8ClampedArray, state: FrameState, depth?: Uint16Array): void {
    const frameId = this.nextFrame++;
    this.receive(frameId);
    const request = this.newestRequest(frameId);
    const samples = request ? this.parts.client.coordinates.expand(request) : createSampleSet(0);
    if (!request) this.totals.framesWithoutRequest++;
    this.batched.push({
      frameId,
      clientTime: frameId * this.frameMs,
      requestId: request ? request.frameId : null,
      state,
      samples,
      rgb: samplePicture(this.grid, rgb, samples, new Uint8Array(3 * samples.count)),
      depth: depth ? sampleDepth(this.grid, depth, samples, new Uint16Array(samples.count)) : null,
    });
    this.totals.frames++;
    this.totals.samples += samples.count;
    if (this.batched.length === this.batch) this.send();
  }

  /** Sends what a last, incomplete batch holds. */
  finish(): void {
    if (this.batched.length > 0) this.send();
  }

  private send(): void {
    const { pixels, colours } = this.parts.client;
    const packet = pixels.encode(this.batched);
    if (colours) this.totals.depthBytes += packet.length - colours.encode(this.batched).length;
    const count = this.batched.length;
    const newest = this.batched[count - 1].frameId;
    const samples = this.batched.reduce((sum, frame) => sum + frame.samples.count, 0);
    this.batched.length = 0;
    const bytesUp = packet.length + framingBytes(MESSAGE.pixels, packet.length, 'up');
    const downBefore = this.totals.bytesDown;
    this.totals.bytesUp += bytesUp;

    const { planner, session } = this.parts.server;
    let spent = 0;
    let start = performance.now();
    const frames = this.pixels.decode(packet);
    for (const frame of frames) {
      if (frame.values.depth) this.totals.depthSamples += pointCount(frame.samples);
      const decoded = session.decode(frame);
      spent += performance.now() - start;
      this.onFrame(decoded);
      start = performance.now();
    }
    planner.feedback(packet.length / count, this.lastDown / count, samples / count);
    const requests = Array.from({ length: count }, (_, j) => planner.plan(newest + this.latency + j));
    this.ask(requests, newest + this.latency);
    spent += performance.now() - start;
    for (let i = 0; i < count; i++) {
      this.totals.ms.push(spent / count);
      this.totals.bytesPerFrame.push((bytesUp + this.totals.bytesDown - downBefore) / count);
    }
  }

  /** Sends requests that the client has from frame `from` on. The server remembers them as the bytes say, like a reader of the recording. */
  private ask(requests: readonly SampleRequest[], from: number): void {
    const { coordinates } = this.parts.server;
    const bytes = coordinates.encode(requests);
    for (const request of coordinates.decode(bytes)) this.asked.set(request.frameId, coordinates.expand(request));
    const oldest = this.nextFrame - 64;
    for (const id of this.asked.keys()) if (id < oldest) this.asked.delete(id);
    this.flying.push({ from, bytes });
    this.lastDown = bytes.length;
    this.totals.bytesDown += bytes.length + framingBytes(MESSAGE.coordinates, bytes.length, 'down');
  }

  private receive(frameId: number): void {
    while (this.flying.length > 0 && this.flying[0].from <= frameId) {
      const packet = this.flying.shift();
      if (packet) this.waiting.push(...this.parts.client.coordinates.decode(packet.bytes));
    }
  }

  /** The newest request for this frame or an earlier one; those passed over stay for later frames, as in the client. */
  private newestRequest(frameId: number): SampleRequest | undefined {
    while (this.waiting.length > 0 && this.waiting[0].frameId + STALE < frameId) this.waiting.shift();
    let due = 0;
    while (due < this.waiting.length && this.waiting[due].frameId <= frameId) due++;
    return due > 0 ? this.waiting.splice(due - 1, 1)[0] : undefined;
  }
}

function pointCount(samples: SampleSet): number {
  let count = 0;
  for (let i = 0; i < samples.count; i++) if (samples.kind[i] === SampleKind.point) count++;
  return count;
}
