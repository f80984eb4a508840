import { performance } from 'node:perf_hooks';
import { carriesDepth, type PixelFrame, type PixelPacketDecoder, type SampleRequest, type SampleSet } from '@sgaps/protocol';
import type { LatencyCompensation } from '../network/LeadEstimator.js';
import { framingBytes } from './framing.js';
import type { LoopFrame, LoopParts, LoopTotals } from './LoopParts.js';

/** Frames after which nobody refers to a request any more. */
const FORGET = 96;

/** A frame that a model works on since then, ms. */
interface UnderWay {
  readonly picture: Promise<LoopFrame>;
  readonly since: number;
}

/**
 * The server's end of a clip's loop: takes pixel packets in, rebuilds their frames, plans the frames that its answer is expected to reach in time, and
 * answers. Each frame is planned at most once, as in the room. A model works beside it, as there: what it says of a packet's last frame counts from the next packet on.
 *
 * @example
 * ```ts
 * const server = new LoopServer({ parts, compensation, frameMs, totals, onFrame, send: (bytes) => wire.push(bytes) });
 * server.start(2);
 * await server.accept(packet, packet.length + 16);
 * ```
 */
export class LoopServer {
  private readonly parts: LoopParts['server'];
  private readonly compensation: LatencyCompensation;
  private readonly frameMs: number;
  private readonly totals: LoopTotals;
  private readonly onFrame: (decoded: LoopFrame) => void;
  private readonly send: (bytes: Uint8Array) => void;
  private readonly pixels: Pick<PixelPacketDecoder, 'decode'>;
  private readonly asked = new Map<number, SampleSet>();
  private lastTarget = -1;
  /** Bytes of the last coordinate packet, without framing: what the planner is told, as in the room. */
  private lastDown = 0;
  /** Milliseconds that reading the last request back took: only who decodes pixels has to. */
  private readBack = 0;

  constructor(options: {
    readonly parts: LoopParts['server'];
    readonly compensation: LatencyCompensation;
    readonly frameMs: number;
    readonly totals: LoopTotals;
    readonly onFrame: (decoded: LoopFrame) => void;
    readonly send: (bytes: Uint8Array) => void;
  }) {
    this.parts = options.parts;
    this.compensation = options.compensation;
    this.frameMs = options.frameMs;
    this.totals = options.totals;
    this.onFrame = options.onFrame;
    this.send = options.send;
    this.pixels = options.parts.createPixels((requestId) => this.asked.get(requestId));
  }

  /** At join: asks for the first `count` frames. */
  start(count: number): void {
    this.ask(this.plan(0, count - 1));
  }

  /** Takes a pixel packet in, `bytes` of the socket, and answers it. */
  async accept(packet: Uint8Array, bytes: number): Promise<void> {
    const { planner, takeDigest } = this.parts;
    const { totals } = this;
    const downBefore = totals.bytesDown;
    let start = performance.now();
    takeDigest?.(packet);
    let spent = performance.now() - start;
    const { frames, ms, last } = await this.rebuild(packet);
    // What is decoded when somebody looks is not the loop's time.
    if (!takeDigest) spent += ms;
    start = performance.now();
    const count = frames.length;
    for (const { frameId, samples: set } of frames)
      planner.feedback(packet.length / count, this.lastDown / count, set.count, frameId);
    const newest = frames[count - 1].frameId;
    const lead = this.compensation.lead(this.frameMs);
    totals.leads += lead;
    totals.answers++;
    this.ask(this.plan(newest + lead, newest + lead + count - 1));
    spent += performance.now() - start - (takeDigest ? this.readBack : 0);
    const busy = last ? await this.show(last) : 0;
    if (!takeDigest) spent += busy;
    for (const id of this.asked.keys()) if (id < newest - FORGET) this.asked.delete(id);
    for (let i = 0; i < count; i++) {
      totals.ms.push(spent / count);
      totals.bytesPerFrame.push((bytes + totals.bytesDown - downBefore) / count);
    }
  }

  /** Decodes a packet and rebuilds its frames, and shows them, but for the last one where a model still works on it. `ms` is the time of this thread. */
  private async rebuild(packet: Uint8Array): Promise<{ frames: PixelFrame[]; ms: number; last: UnderWay | null }> {
    const { session, refine } = this.parts;
    let start = performance.now();
    const frames = this.pixels.decode(packet);
    let ms = performance.now() - start;
    let last: UnderWay | null = null;
    for (const frame of frames) {
      if (last) ms += await this.show(last);
      if (frame.values.depth) this.totals.depthSamples += pointCount(frame.samples);
      start = performance.now();
      const decoded = session.decode(frame);
      const since = performance.now();
      const picture = refine?.(decoded);
      ms += performance.now() - start;
      last = picture ? { picture, since } : null;
      // Who awaits it hears of what goes wrong with it; where planning fails before, nobody does.
      picture?.catch(() => undefined);
      if (!picture) this.onFrame(decoded);
    }
    return { frames, ms, last };
  }

  /** Awaits a model's picture and shows it; returns the time that it took this thread, ms, with all else that the thread did meanwhile. */
  private async show({ picture, since }: UnderWay): Promise<number> {
    const before = performance.eventLoopUtilization();
    const frame = await picture;
    const { active } = performance.eventLoopUtilization(before);
    if (frame.output) this.totals.modelMs.push(performance.now() - since);
    this.onFrame(frame);
    return active;
  }

  /** Plans frames `first` … `last`, of which those that were planned before are left out. */
  private plan(first: number, last: number): SampleRequest[] {
    const requests: SampleRequest[] = [];
    for (let target = Math.max(first, this.lastTarget + 1); target <= last; target++)
      requests.push(this.parts.planner.plan(target));
    this.lastTarget = Math.max(this.lastTarget, last);
    return requests;
  }

  /** Remembers the requests as the bytes say, like a reader of the recording. Nothing is sent where nothing is asked. */
  private ask(requests: readonly SampleRequest[]): void {
    this.lastDown = 0;
    if (requests.length === 0) return;
    const { coordinates } = this.parts;
    const bytes = coordinates.encode(requests);
    const start = performance.now();
    for (const request of coordinates.decode(bytes)) this.asked.set(request.frameId, coordinates.expand(request));
    this.readBack = performance.now() - start;
    this.lastDown = bytes.length;
    this.totals.bytesDown += bytes.length + framingBytes('coords', bytes.length, 'down');
    this.send(bytes);
  }
}

function pointCount(samples: SampleSet): number {
  let count = 0;
  for (let i = 0; i < samples.count; i++) if (carriesDepth(samples.kind[i], samples.u[i], samples.v[i])) count++;
  return count;
}
