import { type DecodedFrame, FrameRefiner, type ModelBackend, SessionDecoder } from '@sgaps/core';
import {
  CoordinateCodec,
  isSgapsError,
  type PixelFrame,
  PixelPacketDecoder,
  type RecordingReader,
  type SampleSet,
} from '@sgaps/protocol';
import { framingBytes } from '../clip/framing.js';
import { quantile } from '../metrics/statistics.js';

/** Frames after which nobody answers a request any more. */
const STALE = 512;

/**
 * What a recording says about how it came to be.
 *
 * @example
 * ```ts
 * const perFrame = exchange.bytesUp / exchange.frames;
 * ```
 */
export interface Exchange {
  readonly frames: number;
  readonly samples: number;
  /** Bytes over the socket, framing included. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Median frames between the newest frame the server had and the first frame it asked for. */
  readonly latencyFrames: number;
  /** Share of frames that answered the request made for them. */
  readonly hitRate: number;
  /** Pixel packets that did not decode: the server asked for a fresh start after each. */
  readonly rejected: number;
  /** Frames per second between the first and the last frame. */
  readonly fps: number;
}

/**
 * Rebuilds a finished recording from its bytes alone, record by record and with the model, where there is one, and counts what was exchanged. Throws the formats' errors.
 *
 * @example
 * ```ts
 * const exchange = await replayRecording(reader, (decoded) => meter.add(truth(decoded.frameId), decoded.rgb));
 * ```
 */
export async function replayRecording(
  reader: RecordingReader,
  onFrame: (decoded: DecodedFrame) => Promise<void> | void,
  model: ModelBackend | null = null,
): Promise<Exchange> {
  const { grid, schema, tierBits, depth } = reader.header;
  const coordinates = new CoordinateCodec(grid);
  const asked = new Map<number, SampleSet>();
  const pixels = new PixelPacketDecoder({ grid, schema, tierBits, depth, resolve: (id) => asked.get(id) });
  const session = new SessionDecoder({ grid });
  const refiner = model && new FrameRefiner(grid, model);
  const leads: number[] = [];
  let newest = -1;
  let frames = 0;
  let samples = 0;
  let hits = 0;
  let rejected = 0;
  let bytesUp = 0;
  let bytesDown = 0;
  let first = Number.NaN;
  let last = Number.NaN;
  for await (const record of reader.records(0, { kinds: ['coordinates', 'pixels'] })) {
    if (record.kind === 'coordinates') {
      bytesDown += record.bytes.length + framingBytes('coords', record.bytes.length, 'down');
      const requests = coordinates.decode(record.bytes);
      for (const request of requests) asked.set(request.frameId, coordinates.expand(request));
      if (newest >= 0 && requests.length > 0) leads.push(requests[0].frameId - newest);
      continue;
    }
    bytesUp += record.bytes.length + framingBytes('pixels', record.bytes.length, 'up');
    let decoded: PixelFrame[];
    try {
      decoded = pixels.decode(record.bytes);
    } catch (error) {
      // Recorded before it was looked at; the live room dropped it like this.
      if (!isSgapsError(error)) throw error;
      rejected++;
      continue;
    }
    for (const frame of decoded) {
      frames++;
      samples += frame.samples.count;
      if (frame.requestId === frame.frameId) hits++;
      newest = frame.frameId;
      if (Number.isNaN(first)) first = frame.clientTime;
      last = frame.clientTime;
      const rebuilt = session.decode(frame);
      await onFrame(refiner && !rebuilt.kept ? { ...rebuilt, ...(await refiner.refine(rebuilt, session.memory)) } : rebuilt);
      for (const id of asked.keys()) if (id + STALE < frame.frameId) asked.delete(id);
    }
  }
  return {
    frames,
    samples,
    bytesUp,
    bytesDown,
    latencyFrames: quantile(leads, 0.5),
    rejected,
    hitRate: frames > 0 ? hits / frames : 0,
    fps: frames > 1 ? (1000 * (frames - 1)) / (last - first) : 0,
  };
}
