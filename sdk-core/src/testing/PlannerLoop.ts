import {
  type CaptureGrid,
  CoordinateCodec,
  DEFAULT_TIER_BITS,
  type FrameState,
  levelOf,
  PixelPacketDecoder,
  PixelPacketEncoder,
  type SampleRequest,
  type SampleSet,
} from '@sgaps/protocol';
import { SamplingPlanner, type SamplingPlannerOptions } from '../plan/SamplingPlanner.js';
import { type DecodedFrame, SessionDecoder } from '../session/SessionDecoder.js';

/** A game for tests: what it shows and what its engine knows, frame by frame. */
export interface TestWorld {
  readonly grid: CaptureGrid;
  state(frame: number): FrameState;
  /** Paints the frame, 3 × W·H. */
  paint(frame: number, rgb: Uint8Array): void;
}

/** What one frame of the loop did; the picture and the decoder's arrays are overwritten by the next. */
export interface LoopStep {
  /** What was asked of the frame, as the planner said and as the client read it: blocks as their 64 samples. */
  readonly request: SampleRequest;
  readonly samples: SampleSet;
  readonly decoded: DecodedFrame;
  readonly truth: Uint8Array;
  readonly bytes: number;
  readonly psnr: number;
}

/** Values of a set's samples, as a client reads them: means over their squares, clipped to the grid. */
function readSamples({ width, height }: CaptureGrid, picture: Uint8Array, set: SampleSet): Uint8Array {
  const rgb = new Uint8Array(3 * set.count);
  for (let i = 0; i < set.count; i++) {
    const side = 1 << levelOf(set.kind[i]);
    const right = Math.min(width, set.u[i] + side);
    const bottom = Math.min(height, set.v[i] + side);
    const count = (right - set.u[i]) * (bottom - set.v[i]);
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let v = set.v[i]; v < bottom; v++) for (let u = set.u[i]; u < right; u++) sum += picture[3 * (v * width + u) + c];
      rgb[3 * i + c] = Math.floor((2 * sum + count) / (2 * count));
    }
  }
  return rgb;
}

/** PSNR of a picture, dB, 60 at most. */
function psnrOf(truth: Uint8Array, rgb: Uint8ClampedArray): number {
  let error = 0;
  for (let i = 0; i < truth.length; i++) error += (truth[i] - rgb[i]) ** 2;
  return Math.min(60, 10 * Math.log10((255 * 255 * truth.length) / error));
}

/** The loop of a session on a test world, through the real codecs: planner, client and decoder, `latency` frames apart. */
export class PlannerLoop {
  readonly decoder: SessionDecoder;
  readonly planner: SamplingPlanner;
  private readonly encoder: PixelPacketEncoder;
  private readonly packets: PixelPacketDecoder;
  private readonly coordinates: CoordinateCodec;
  private readonly requests: SampleRequest[] = [];
  private readonly expanded = new Map<number, SampleSet>();
  private readonly downBytes: number[] = [];
  private readonly latency: number;
  private frame = 0;

  constructor(
    private readonly world: TestWorld,
    options: Omit<SamplingPlannerOptions, 'grid' | 'decoder'> & { readonly latency?: number } = {},
  ) {
    const { grid } = world;
    const codec = { grid, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS };
    this.latency = options.latency ?? 2;
    this.decoder = new SessionDecoder({ grid, features: options.features });
    this.planner = new SamplingPlanner({ ...options, grid, decoder: this.decoder });
    this.coordinates = new CoordinateCodec(grid);
    this.encoder = new PixelPacketEncoder(codec);
    this.packets = new PixelPacketDecoder({ ...codec, resolve: (id) => this.expanded.get(id) });
    for (let t = 0; t < this.latency; t++) this.ask(t);
  }

  /** The next frame: read, sent, decoded; then the one `latency` frames on is asked for. */
  step(): LoopStep {
    const { grid } = this.world;
    const frameId = this.frame++;
    const truth = new Uint8Array(3 * grid.width * grid.height);
    this.world.paint(frameId, truth);
    const samples = this.expanded.get(frameId);
    if (!samples) throw new Error(`frame ${frameId} was never asked for`);
    const rgb = readSamples(grid, truth, samples);
    const state = this.world.state(frameId);
    const packet = this.encoder.encode([{ frameId, clientTime: frameId * 33, requestId: frameId, state, samples, rgb }]);
    const decoded = this.decoder.decode(this.packets.decode(packet)[0]);
    // The room knows what its last request took, as it does not keep those of each frame.
    this.planner.feedback(packet.length, this.downBytes[this.downBytes.length - 1], samples.count);
    this.ask(frameId + this.latency);
    const bytes = packet.length + this.downBytes[frameId];
    return { request: this.requests[frameId], samples, decoded, truth, bytes, psnr: psnrOf(truth, decoded.rgb) };
  }

  private ask(frameId: number): void {
    const request = this.planner.plan(frameId);
    const bytes = this.coordinates.encode([request]);
    this.expanded.set(frameId, this.coordinates.expand(this.coordinates.decode(bytes)[0]));
    this.requests[frameId] = request;
    this.downBytes[frameId] = bytes.length;
  }
}
