import {
  type CaptureGrid,
  createSampleSet,
  type FrameState,
  type PixelPacketEncoder,
  type SampleRequest,
  SgapsError,
} from '@sgaps/protocol';
import type { LatencyCompensation } from '../network/LeadEstimator.js';
import { type Network, SteadyNetwork } from '../network/networks.js';
import { framingBytes } from './framing.js';
import { createTotals, type LoopFrame, type LoopParts, type LoopTotals } from './LoopParts.js';
import { LoopServer } from './LoopServer.js';
import { sampleDepth, samplePicture } from './samplePicture.js';

/** Frames after which the client throws a request away. */
const STALE = 32;
/** Frames that a server which does not know the delay asks for at join, as the room does. */
const JOIN = 8;
/** What arrives within so many ms of a frame is there in time: times are sums of fractions. */
const ROUNDING = 1e-6;

/**
 * A network other than the steady one, and what measures it.
 *
 * @example
 * ```ts
 * const link: LoopLink = { network: createNetwork('jittery', 7), compensation: new LeadEstimator(2) };
 * ```
 */
export interface LoopLink {
  readonly network: Network;
  readonly compensation: LatencyCompensation;
}

/**
 * The SGAPS loop on a clip with nothing left out but the wires, whose delays are simulated. Without a `link` the delay is steady and known: a request made
 * when frame t arrives can first be used at frame t + latency. Pixels are sent `batch` frames at a time; packets that arrive late are decoded late, in order.
 *
 * @example
 * ```ts
 * const loop = new ClipLoop({ grid, fps: 30, latency: 2, parts, onFrame: (decoded) => meter.add(truth, decoded.rgb) });
 * await loop.push(rgb, state);
 * await loop.finish();
 * ```
 */
export class ClipLoop {
  readonly totals: LoopTotals = createTotals();
  private readonly grid: CaptureGrid;
  private readonly frameMs: number;
  private readonly batch: number;
  private readonly client: LoopParts['client'];
  private readonly link: LoopLink;
  private readonly server: LoopServer;
  /** Pixel packets under way, with the round trips that the client tells of. */
  private readonly goingUp: { at: number; sent: number; packet: Uint8Array; bytes: number; trips: number[] }[] = [];
  /** Coordinate packets under way; `sent` is when the pixels were that they answer. */
  private readonly goingDown: { at: number; sent: number; bytes: Uint8Array }[] = [];
  private readonly waiting: SampleRequest[] = [];
  private readonly batched: Parameters<PixelPacketEncoder['encode']>[0][number][] = [];
  private trips: number[] = [];
  private nextFrame = 0;
  /** The server's clock, and when the packet was sent that it answers. */
  private serverTime = 0;
  private answering = Number.NaN;

  /** `latency` ≥ 1 frames between a frame and the first that can use the answer to it; `batch` 1 … 16. */
  constructor(options: {
    readonly grid: CaptureGrid;
    readonly fps: number;
    readonly latency: number;
    readonly batch?: number;
    readonly parts: LoopParts;
    readonly link?: LoopLink;
    readonly onFrame: (decoded: LoopFrame) => void;
  }) {
    const { latency, batch = 1 } = options;
    if (!Number.isInteger(latency) || latency < 1)
      throw new SgapsError('ARGUMENT_INVALID', `Latency is ${latency}; a whole number of at least 1 is needed.`);
    if (!Number.isInteger(batch) || batch < 1 || batch > 16)
      throw new SgapsError('ARGUMENT_INVALID', `Batch is ${batch}; 1 … 16 is allowed.`);
    this.grid = options.grid;
    this.frameMs = 1000 / options.fps;
    this.batch = batch;
    this.client = options.parts.client;
    this.link = options.link ?? {
      network: new SteadyNetwork(latency * this.frameMs),
      compensation: { observe: () => undefined, lead: () => latency },
    };
    this.server = new LoopServer({
      parts: options.parts.server,
      compensation: this.link.compensation,
      frameMs: this.frameMs,
      totals: this.totals,
      onFrame: options.onFrame,
      send: (bytes) => {
        // What is asked at join is there with the first frame: the client records nothing before.
        const at = Number.isNaN(this.answering) ? 0 : this.link.network.down(this.serverTime);
        this.goingDown.push({ at, sent: this.answering, bytes });
      },
    });
    const first = latency + batch - 1;
    this.server.start(options.link ? Math.max(JOIN, first) : first);
  }

  /**
   * The client side of one frame: the true picture on the grid and what the game knows; `depth` has a depth code for each pixel of
   * the grid, of which the points take theirs.
   */
  async push(rgb: Uint8Array | Uint8ClampedArray, state: FrameState, depth?: Uint16Array): Promise<void> {
    const frameId = this.nextFrame++;
    const now = frameId * this.frameMs;
    await this.serve(now);
    this.receive(now);
    const request = this.newestRequest(frameId);
    const samples = request ? this.client.coordinates.expand(request) : createSampleSet(0);
    if (!request) this.totals.framesWithoutRequest++;
    if (request?.frameId !== frameId) this.totals.framesLate++;
    this.batched.push({
      frameId,
      clientTime: now,
      requestId: request ? request.frameId : null,
      state,
      samples,
      rgb: samplePicture(this.grid, rgb, samples, new Uint8Array(3 * samples.count)),
      depth: depth ? sampleDepth(this.grid, depth, samples, new Uint16Array(samples.count)) : null,
    });
    this.totals.frames++;
    this.totals.samples += samples.count;
    if (this.batched.length === this.batch) this.send(now);
    await this.serve(now);
  }

  /** Sends what a last, incomplete batch holds, and waits for all that is under way. */
  async finish(): Promise<void> {
    if (this.batched.length > 0) this.send((this.nextFrame - 1) * this.frameMs);
    await this.serve(Number.POSITIVE_INFINITY);
  }

  private send(now: number): void {
    const { pixels, colours } = this.client;
    const packet = pixels.encode(this.batched);
    if (colours) this.totals.depthBytes += packet.length - colours.encode(this.batched).length;
    this.batched.length = 0;
    const bytes = packet.length + framingBytes('pixels', packet.length, 'up');
    this.totals.bytesUp += bytes;
    this.goingUp.push({ at: this.link.network.up(now), sent: now, packet, bytes, trips: this.trips });
    this.trips = [];
  }

  /** The server's work until `now`. */
  private async serve(now: number): Promise<void> {
    while (this.goingUp.length > 0 && this.goingUp[0].at <= now + ROUNDING) {
      const arrived = this.goingUp.shift();
      if (!arrived) return;
      this.serverTime = arrived.at;
      this.answering = arrived.sent;
      for (const trip of arrived.trips) this.link.compensation.observe(trip, arrived.at);
      await this.server.accept(arrived.packet, arrived.bytes);
    }
  }

  /** What has come to the client until `now`. */
  private receive(now: number): void {
    while (this.goingDown.length > 0 && this.goingDown[0].at <= now + ROUNDING) {
      const arrived = this.goingDown.shift();
      if (!arrived) return;
      if (!Number.isNaN(arrived.sent)) this.trips.push(arrived.at - arrived.sent);
      this.waiting.push(...this.client.coordinates.decode(arrived.bytes));
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
