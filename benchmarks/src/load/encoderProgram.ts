import { parentPort, workerData } from 'node:worker_threads';
import {
  CoordinateDecoder,
  createSampleSet,
  LIMITS,
  PixelPacketEncoder,
  type SampledFrame,
  type SampleRequest,
  type TierBits,
} from '@sgaps/protocol';
import { samplePicture } from '../clip/samplePicture.js';
import { BATCH, FPS } from './messages.js';
import { SCENE_GRID, SyntheticScene } from './SyntheticScene.js';

/**
 * What an encoder thread is started with.
 *
 * @example
 * ```ts
 * const setup: EncoderSetup = { offset: 37, tierBits: [8, 5, 3, 3] };
 * ```
 */
export interface EncoderSetup {
  /** Frame of the scene that stands for frame 0. */
  readonly offset: number;
  readonly tierBits: TierBits;
}

/**
 * A packet to be encoded by one of the thread's encoders, which is made when it is first named. Answered by the packet's bytes, in turn.
 *
 * @example
 * ```ts
 * thread.postMessage({ encoder: 0, afresh: true, digest: true, frames: [{ frameId: 0, request }] } satisfies EncodeJob);
 * ```
 */
export interface EncodeJob {
  readonly encoder: number;
  readonly afresh: boolean;
  /** Packets tell what changed; changes with a fresh start only. */
  readonly digest: boolean;
  /** The frames and what each answers; null for one without samples. */
  readonly frames: readonly { readonly frameId: number; readonly request: SampleRequest | null }[];
}

const { offset, tierBits } = workerData as EncoderSetup;
const scene = new SyntheticScene(SCENE_GRID);
const coordinates = new CoordinateDecoder(SCENE_GRID);
const encoders = new Map<number, PixelPacketEncoder>();
const scratch = Array.from({ length: BATCH }, () => ({
  samples: createSampleSet(LIMITS.samplesPerFrame),
  rgb: new Uint8Array(3 * LIMITS.samplesPerFrame),
}));

function encoderOf(name: number): PixelPacketEncoder {
  const encoder = encoders.get(name) ?? new PixelPacketEncoder({ grid: SCENE_GRID, schema: { values: [] }, tierBits });
  encoders.set(name, encoder);
  return encoder;
}

function sample({ frameId, request }: EncodeJob['frames'][number], i: number): SampledFrame {
  const { picture, state } = scene.frame(frameId + offset);
  const { samples, rgb } = scratch[i];
  samples.count = 0;
  if (request) samplePicture(SCENE_GRID, picture, coordinates.expand(request, samples), rgb);
  return { frameId, clientTime: (1000 * frameId) / FPS, requestId: request?.frameId ?? null, state, samples, rgb };
}

parentPort?.on('message', ({ encoder: name, afresh, digest, frames }: EncodeJob) => {
  const encoder = encoderOf(name);
  if (afresh) encoder.reset(digest);
  parentPort?.postMessage(encoder.encode(frames.map(sample)));
});
