import {
  CoordinateDecoder,
  createSampleSet,
  DEFAULT_TIER_BITS,
  type FrameState,
  levelOf,
  PixelPacketEncoder,
  type RecordingHeader,
  type SampleRequest,
  type SampleSet,
} from '@sgaps/protocol';
import { SessionLoop } from '../loop/SessionLoop.js';
import type { RecordSink } from '../loop/SessionLoopOptions.js';

/** Frames to a packet, and ms from one to the next. */
const BATCH = 4;
const FRAME_MS = 33;

/**
 * What is recorded, and how.
 *
 * @example
 * ```ts
 * const options: SceneOptions = { frames: 300, sampling: 'points', cuts: [100], snapshotEvery: 2000 };
 * ```
 */
export interface SceneOptions {
  readonly frames: number;
  readonly sampling?: 'auto' | 'points';
  /** Frames from one to another for which the client has little time: samples alone do not keep the picture up to date. */
  readonly busy?: readonly [number, number];
  /** Frames that show something else altogether. */
  readonly cuts?: readonly number[];
  /** Packets with which the stream starts afresh. */
  readonly afresh?: readonly number[];
  /** ms between the recording's own snapshots. */
  readonly snapshotEvery?: number;
  /** A packet before which the game stands still, and for how long, ms. */
  readonly pause?: readonly [number, number];
  /** ms that packet `i` arrives late. */
  readonly late?: (packet: number) => number;
  /** Called after each packet. */
  readonly onPacket?: (packet: number) => void | Promise<void>;
}

/**
 * Header of a recording of the scene: 64×36, one value.
 *
 * @example
 * ```ts
 * const writer = await store.create(sceneHeader('a1'));
 * ```
 */
export function sceneHeader(recordingId: string): RecordingHeader {
  return {
    recordingId,
    game: 'platformer',
    grid: { width: 64, height: 36 },
    fps: 30,
    schema: { values: [{ name: 'frame', type: 'int' }] },
    tierBits: DEFAULT_TIER_BITS,
    protocolVersion: 1,
    modelId: 'diffusion@1',
    engine: 'phaser',
    startedAt: 0,
    meta: {},
  };
}

/**
 * Records a scene through the real loop, not in real time: tiles under a camera that scrolls, a lamp on the screen, and a disc that the game tells of.
 *
 * @example
 * ```ts
 * await recordScene(writer, { frames: 300, cuts: [100] });
 * ```
 */
export async function recordScene(sink: RecordSink, options: SceneOptions): Promise<void> {
  const { frames: count, cuts = [], afresh = [], busy = [0, 0], sampling, snapshotEvery, late = () => 0 } = options;
  const { pause = [0, 0] } = options;
  const header = sceneHeader('scene');
  let now = 0;
  const loop = new SessionLoop({ shape: header, sink, clock: () => now, snapshotEvery, sampling });
  const encoder = new PixelPacketEncoder(header);
  const coordinates = new CoordinateDecoder(header.grid);
  const requests = new Map<number, SampleRequest>();
  const ask = (bytes: Uint8Array | null) => {
    for (const request of bytes ? coordinates.decode(bytes) : []) requests.set(request.frameId, request);
  };
  ask(loop.start());
  for (let first = 0; first < count; first += BATCH) {
    const paused = first / BATCH < pause[0] ? 0 : pause[1];
    const frames = Array.from({ length: BATCH }, (_, i) => {
      const frameId = first + i;
      const request = requests.get(frameId);
      const samples = request ? coordinates.expand(request) : createSampleSet(0);
      const shown = cuts.filter((cut) => cut <= frameId).length;
      const rgb = sample(frameId, shown, samples);
      return {
        frameId,
        clientTime: frameId * FRAME_MS + paused,
        requestId: request ? frameId : null,
        state: stateOf(frameId),
        samples,
        rgb,
      };
    });
    loop.allowance = { share: first >= busy[0] && first < busy[1] ? 0.3 : 1, pace: 1 };
    if (afresh.includes(first / BATCH)) encoder.reset();
    now = Math.max(now, (first + BATCH - 1) * FRAME_MS + paused + late(first / BATCH));
    ask(loop.accept(encoder.encode(frames)));
    await options.onPacket?.(first / BATCH);
  }
}

function stateOf(t: number): FrameState {
  const camera = { id: 0, viewX: t >> 1, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...sceneHeader('scene').grid };
  return { cameras: [camera], cameras3d: [], objects: [], values: [t] };
}

function colourAt(t: number, scene: number, u: number, v: number): readonly number[] {
  if (u < 8 && v < 8) return t % 40 < 20 ? [250, 240, 200] : [20, 20, 30];
  if (Math.hypot(u - 32 - 20 * Math.sin(t / 17), v - 18) < 6) return [200, 40 + (t % 60), 90];
  const tile = ((u + (t >> 1)) >> 3) * 5 + (v >> 3) * 3 + 7 * scene;
  return [(tile * 37) % 256, (tile * 91) % 256, (tile * 53 + 80 * scene) % 256];
}

function sample(t: number, scene: number, { count, u, v, kind }: SampleSet): Uint8Array {
  const rgb = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    const half = (1 << levelOf(kind[i])) >> 1;
    rgb.set(colourAt(t, scene, u[i] + half, v[i] + half), 3 * i);
  }
  return rgb;
}
