import { setImmediate as rest } from 'node:timers/promises';
import {
  codeToDepth,
  levelOf,
  NO_DEPTH,
  type PixelFrame,
  type RecordingHeader,
  type RecordingReader,
  SgapsError,
} from '@sgaps/protocol';
import type { ReplayFrame } from '@sgaps/splats';
import { framesOf, startAt } from '../export/recordedFrames.js';

/** A frame as a builder of splats takes it; its arrays hold until the next. */
interface SampledFrame {
  readonly frame: ReplayFrame;
  readonly frameId: number;
  /** ms of the recording. */
  readonly time: number;
}

/** Throws `UNSUPPORTED` for a recording of which no splats can be made. */
export function assertHasDepth({ recordingId, depth, archive }: RecordingHeader): void {
  if (archive)
    throw new SgapsError(
      'UNSUPPORTED',
      `Recording ${recordingId} is archived: what splats are made of, its samples and their depth, is gone.`,
    );
  if (depth === true) return;
  throw new SgapsError(
    'UNSUPPORTED',
    `Recording ${recordingId} has no depth, as of a 2D game: splats need it. A 3D game is recorded with depth where its plugin is told to.`,
  );
}

/**
 * What was sampled of the frames of a recording that one 3D camera showed, pixel by pixel: means of several pixels are left out.
 *
 * @param from ms, as `to`.
 *
 * @example
 * ```ts
 * for await (const { frame } of replayFrames(reader, 0, reader.duration)) builder.add(frame);
 * ```
 */
export async function* replayFrames(reader: RecordingReader, from: number, to: number): AsyncGenerator<SampledFrame> {
  assertHasDepth(reader.header);
  const { grid } = reader.header;
  const place = await startAt(reader, from);
  const { afterSequence } = place;
  const single = new SinglePixels();
  for await (const record of reader.records(0, { afterSequence, kinds: ['coordinates', 'pixels'] })) {
    if (record.kind === 'pixels') await rest();
    for (const { frame, time: shownAt } of framesOf(place, record)) {
      if (shownAt > to) return;
      const [camera] = frame.state.cameras3d;
      if (shownAt < from || !camera || frame.samples.count === 0) continue;
      yield { frame: { ...grid, camera, ...single.of(frame) }, frameId: frame.frameId, time: shownAt };
    }
  }
}

/** Keeps of a frame's samples those of single pixels, in arrays that are used again. */
class SinglePixels {
  private u = new Uint16Array(0);
  private v = new Uint16Array(0);
  private rgb = new Uint8Array(0);
  private depth = new Float32Array(0);

  of({ samples, values }: PixelFrame): Pick<ReplayFrame, 'count' | 'u' | 'v' | 'rgb' | 'depth'> {
    if (this.u.length < samples.count) {
      this.u = new Uint16Array(samples.count);
      this.v = new Uint16Array(samples.count);
      this.rgb = new Uint8Array(3 * samples.count);
      this.depth = new Float32Array(samples.count);
    }
    const { u, v, rgb, depth } = this;
    let count = 0;
    for (let i = 0; i < samples.count; i++) {
      if (levelOf(samples.kind[i]) > 0) continue;
      u[count] = samples.u[i];
      v[count] = samples.v[i];
      for (let c = 0; c < 3; c++) rgb[3 * count + c] = values.rgb[3 * i + c];
      const code = values.depth?.[i] ?? NO_DEPTH;
      depth[count++] = code === NO_DEPTH ? Number.NaN : codeToDepth(code);
    }
    return { count, u, v, rgb, depth };
  }
}
