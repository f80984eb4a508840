import {
  CoordinateDecoder,
  createSampleSet,
  DEFAULT_TIER_BITS,
  LIMITS,
  PixelPacketEncoder,
  type RecordingHeader,
  type SampleRequest,
  type StateSchema,
} from '@sgaps/protocol';
import { type RecordSink, SessionLoop } from '@sgaps/server';
import { samplePicture } from '../clip/samplePicture.js';
import { SCENE_GRID, SyntheticScene } from '../load/SyntheticScene.js';

/** Frames a packet and a second. */
const BATCH = 4;
const FPS = 30;

/**
 * The header of a recording of the synthetic scene.
 *
 * @example
 * ```ts
 * const writer = await store.create(sceneHeader('a1'));
 * ```
 */
export function sceneHeader(recordingId: string): RecordingHeader {
  return {
    recordingId,
    game: 'synthetic scene',
    engine: 'none',
    grid: SCENE_GRID,
    fps: FPS,
    schema: { values: [] },
    tierBits: DEFAULT_TIER_BITS,
    protocolVersion: 1,
    modelId: 'diffusion@1',
    startedAt: Date.now(),
    meta: {},
  };
}

/**
 * What differs between recordings of the scene.
 *
 * @example
 * ```ts
 * const options: SceneOptions = { sampling: 'points' };
 * ```
 */
export interface SceneOptions {
  readonly sampling?: 'auto' | 'points';
  /** ms between the recording's own snapshots. */
  readonly snapshotEvery?: number;
  /** Values that the game tells, as the header names them. */
  readonly schema?: StateSchema;
  readonly values?: (frameId: number) => readonly number[];
}

/**
 * Records the synthetic scene through the real loop and codecs, packet by packet, at the pace of whoever calls.
 *
 * @example
 * ```ts
 * const recording = new SceneRecording(writer, { sampling: 'auto' });
 * for (let i = 0; i < 100; i++) recording.packet();
 * ```
 */
export class SceneRecording {
  /** Frames recorded. */
  frames = 0;
  readonly #scene = new SyntheticScene(SCENE_GRID);
  readonly #coordinates = new CoordinateDecoder(SCENE_GRID);
  readonly #requests = new Map<number, SampleRequest>();
  readonly #encoder: PixelPacketEncoder;
  readonly #loop: SessionLoop;
  readonly #scratch = new Uint8Array(3 * BATCH * LIMITS.samplesPerFrame);
  readonly #values: (frameId: number) => readonly number[];
  #now = 0;

  constructor(sink: RecordSink, { schema = { values: [] }, values = () => [], ...options }: SceneOptions = {}) {
    const { grid, tierBits } = sceneHeader('scene');
    this.#values = values;
    this.#encoder = new PixelPacketEncoder({ grid, schema, tierBits });
    this.#loop = new SessionLoop({ shape: { grid, schema, tierBits }, sink, clock: () => this.#now, fps: FPS, ...options });
    this.#ask(this.#loop.start());
  }

  /** Records the next four frames, at their time of the recording. */
  packet(): void {
    const frames = Array.from({ length: BATCH }, (_, i) => {
      const frameId = this.frames++;
      const { picture, state } = this.#scene.frame(frameId);
      const request = this.#requests.get(frameId);
      this.#requests.delete(frameId);
      const samples = request ? this.#coordinates.expand(request) : createSampleSet(0);
      const rgb = samplePicture(SCENE_GRID, picture, samples, this.#scratch.subarray(3 * i * LIMITS.samplesPerFrame));
      return {
        frameId,
        clientTime: (1000 * frameId) / FPS,
        requestId: request ? frameId : null,
        state: { ...state, values: [...this.#values(frameId)] },
        samples,
        rgb,
      };
    });
    this.#now = (1000 * (this.frames - 1)) / FPS;
    this.#ask(this.#loop.accept(this.#encoder.encode(frames)));
  }

  #ask(bytes: Uint8Array | null): void {
    for (const request of bytes ? this.#coordinates.decode(bytes) : []) this.#requests.set(request.frameId, request);
  }
}
