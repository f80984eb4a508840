import {
  CoordinateDecoder,
  createSampleSet,
  DEFAULT_TIER_BITS,
  LIMITS,
  PixelPacketEncoder,
  type RecordingHeader,
  type SampleRequest,
} from '@sgaps/protocol';
import { type RecordingStore, SessionLoop } from '@sgaps/server';
import { samplePicture } from '../clip/samplePicture.js';
import { SCENE_GRID, SyntheticScene } from '../load/SyntheticScene.js';

const FPS = 30;
const BATCH = 4;

/**
 * Kinds of recordings: `kept` is what a server records by default, `points` the paper's case, which memory draws.
 *
 * @example
 * ```ts
 * const kind: RecordingKind = 'kept';
 * ```
 */
export type RecordingKind = 'kept' | 'points';

/**
 * Records the synthetic scene through the real encoder, loop and writer, as fast as they go, unless the store has it already. Resolves to its id.
 *
 * @example
 * ```ts
 * const id = await makeRecording(store, 'kept', 30);
 * ```
 */
export async function makeRecording(store: RecordingStore, kind: RecordingKind, minutes: number): Promise<string> {
  const recordingId = `${kind}-${String(minutes).replace('.', '_')}`;
  if ((await store.catalog.get(recordingId))?.status === 'finished') return recordingId;
  await store.delete(recordingId);
  const header: RecordingHeader = {
    recordingId,
    game: 'bench:seek',
    grid: SCENE_GRID,
    fps: FPS,
    schema: { values: [{ name: 'wave', type: 'float' }] },
    tierBits: DEFAULT_TIER_BITS,
    protocolVersion: 1,
    modelId: 'diffusion@1',
    engine: 'synthetic',
    startedAt: 0,
    meta: {},
  };
  const writer = await store.create(header);
  let now = 0;
  const sampling = kind === 'points' ? 'points' : 'auto';
  const loop = new SessionLoop({ shape: header, sink: writer, clock: () => now, fps: FPS, sampling });
  const scene = new SyntheticScene(SCENE_GRID);
  const encoder = new PixelPacketEncoder(header);
  const coordinates = new CoordinateDecoder(SCENE_GRID);
  const requests = new Map<number, SampleRequest>();
  const ask = (bytes: Uint8Array | null) => {
    for (const request of bytes ? coordinates.decode(bytes) : []) requests.set(request.frameId, request);
  };
  const scratch = new Uint8Array(3 * BATCH * LIMITS.samplesPerFrame);
  ask(loop.start());
  for (let first = 0; first < 60 * minutes * FPS; first += BATCH) {
    const frames = Array.from({ length: BATCH }, (_, i) => {
      const frameId = first + i;
      const request = requests.get(frameId);
      requests.delete(frameId);
      const samples = request ? coordinates.expand(request) : createSampleSet(0);
      const { picture, state } = scene.frame(frameId);
      return {
        frameId,
        clientTime: (1000 * frameId) / FPS,
        requestId: request ? frameId : null,
        state: { ...state, values: [Math.sin(frameId / 200)] },
        samples,
        rgb: samplePicture(SCENE_GRID, picture, samples, scratch.subarray(3 * i * LIMITS.samplesPerFrame)),
      };
    });
    const packet = encoder.encode(frames);
    now = (1000 * (first + BATCH - 1)) / FPS;
    ask(loop.accept(packet));
    // Lets what is recorded be sealed.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writer.close();
  return recordingId;
}
