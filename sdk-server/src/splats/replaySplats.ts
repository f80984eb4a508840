import { type RecordingReader, SgapsError } from '@sgaps/protocol';
import { type RecordedCamera, ReplaySplatBuilder, type ReplaySplats, replayCamera, type SplatCamera } from '@sgaps/splats';
import { replayFrames } from './replayFrames.js';

/**
 * Options of `replaySplats`.
 *
 * @example
 * ```ts
 * const options: ReplaySplatsOptions = { from: 12_000, to: 20_000, onProgress: (share) => bar.set(share) };
 * ```
 */
export interface ReplaySplatsOptions {
  /** ms of the recording; default all of it. */
  readonly from?: number;
  readonly to?: number;
  /** Splats at most, 100 … 4 million; default 1 million. */
  readonly mostSplats?: number;
  /** How often the recorded pictures are drawn to correct colours, 0 … 50; default as `ReplaySplatBuilder` has it. */
  readonly sweeps?: number;
  /** Which frames are looked at; default all. */
  readonly uses?: (frameId: number) => boolean;
  /** 0 … 1. */
  readonly onProgress?: (share: number) => void;
  /** Ends it, which rejects with `CLOSED`. */
  readonly signal?: AbortSignal;
}

/**
 * Splats of a recording, and where its player stood.
 *
 * @example
 * ```ts
 * const { cloud, camera }: RecordingSplats = await replaySplats(reader);
 * ```
 */
export interface RecordingSplats extends ReplaySplats {
  /** The camera of the frame in the middle of what was used. */
  readonly camera: SplatCamera;
}

/** Share of the work that reading is. */
const READING = 0.2;

/**
 * Splats of what stood still in a 3D game, from its recording alone: sampled colours, depths and cameras. The reader stays open, and is nobody else's meanwhile. It takes
 * seconds to minutes of one core.
 *
 * @throws SgapsError `UNSUPPORTED` for a recording without depth or without a 3D camera, `CLOSED` where it was aborted, `ARGUMENT_INVALID` for options out of range; and
 * what reading a damaged recording throws.
 *
 * @example
 * ```ts
 * const reader = await store.open('a1');
 * const { cloud } = await replaySplats(reader);
 * await writeFile('a1.ply', writePly(cloud));
 * ```
 */
export async function replaySplats(reader: RecordingReader, options: ReplaySplatsOptions = {}): Promise<RecordingSplats> {
  const { from = 0, to = reader.duration, mostSplats, sweeps, uses, onProgress = () => undefined, signal } = options;
  const check = () => {
    if (signal?.aborted) throw new SgapsError('CLOSED', 'Building splats was aborted.');
  };
  const builder = new ReplaySplatBuilder({
    ...{ mostSplats, sweeps },
    onProgress: (share) => {
      check();
      onProgress(READING + (1 - READING) * share);
    },
  });
  const { width, height } = reader.header.grid;
  const cameras: RecordedCamera[] = [];
  check();
  for await (const { frame, frameId, time } of replayFrames(reader, from, to)) {
    check();
    if (uses && !uses(frameId)) continue;
    if (builder.add(frame)) cameras.push(frame.camera);
    onProgress(to > from ? (READING * (time - from)) / (to - from) : READING);
  }
  const splats = await builder.build();
  const camera = replayCamera(cameras[cameras.length >> 1], width, height);
  if (!camera) throw new SgapsError('UNSUPPORTED', `Recording ${reader.header.recordingId} has no 3D camera.`);
  return { ...splats, camera };
}
