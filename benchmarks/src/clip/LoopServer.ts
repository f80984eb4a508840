import { performance } from 'node:perf_hooks';
import { carriesDepth, type PixelPacketDecoder, type SampleRequest, type SampleSet } from '@sgaps/protocol';
import type { LatencyCompensation } from '../network/LeadEstimator.js';
import { framingBytes } from './framing.js';
import type { LoopFrame, LoopParts, LoopTotals } from './LoopParts.js';

/** Frames after which nobody refers to a request any more. */
const FORGET = 96;

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
    const { session, planner, takeDigest, refine } = this.parts;
    const { totals } = this;
    const downBefore = totals.bytesDown;
    let spent = 0;
    let start = performance.now();
    takeDigest?.(packet);
    const taken = performance.now() - start;
    start = performance.now();
    const frames = this.pixels.decode(packet);
    const count = frames.length;
    let refined: Promise<LoopFrame> | null = null;
    let refining = start;
    for (const frame of frames) {
      if (refined) {
        spent += performance.now() - start + (await this.show(refined, refining));
        start = performance.now();
      }
      if (frame.values.depth) totals.depthSamples += pointCount(frame.samples);
      const decoded = session.decode(frame);
      refining = performance.now();
      refined = refine?.(decoded) ?? null;
      if (refined) continue;
      spent += performance.now() - start;
      this.onFrame(decoded);
      start = performance.now();
    }
    // What is decoded when somebody looks is not the loop's time.
    if (takeDigest) spent = 0;
    for (const { frameId, samples: set } of frames)
      planner.feedback(packet.length / count, this.lastDown / count, set.count, frameId);
    const newest = frames[count - 1].frameId;
    const lead = this.compensation.lead(this.frameMs);
    totals.leads += lead;
    totals.answers++;
    this.ask(this.plan(newest + lead, newest + lead + count - 1));
    spent += performance.now() - start + taken - (takeDigest ? this.readBack : 0);
    if (refined) {
      const busy = await this.show(refined, refining);
      if (!takeDigest) spent += busy;
    }
    for (const id of this.asked.keys()) if (id < newest - FORGET) this.asked.delete(id);
    for (let i = 0; i < count; i++) {
      totals.ms.push(spent / count);
      totals.bytesPerFrame.push((bytes + totals.bytesDown - downBefore) / count);
    }
  }

  /** Awaits what the model, given it at `since`, makes of a frame, and shows it; returns the time that it took this thread, ms. */
  private async show(refined: Promise<LoopFrame>, since: number): Promise<number> {
    const before = performance.eventLoopUtilization();
    const frame = await refined;
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
