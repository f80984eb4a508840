import { type DecodedFrame, SessionDecoder } from '@sgaps/core';
import {
  CoordinateCodec,
  type FrameState,
  memorySource,
  PixelPacketDecoder,
  RecordingReader,
  type SampleRequest,
  type SampleSet,
} from '@sgaps/protocol';
import { zstdCompressor } from '@sgaps/server';

/** A recording as anybody finds it who has its file and the public packages. */
export interface OpenedRecording {
  readonly reader: RecordingReader;
  /** The packets as exchanged, in order. */
  readonly pixels: readonly Buffer[];
  readonly coordinates: readonly Buffer[];
  readonly requests: readonly SampleRequest[];
  /** Ids of all frames, in order. */
  readonly frameIds: readonly number[];
  /** Rebuilt pictures (RGB) of the frames that were wanted. */
  readonly pictures: ReadonlyMap<number, Uint8Array>;
  /** What the game said of them. */
  readonly states: ReadonlyMap<number, FrameState>;
}

/** Reads a `.sgaps` file and rebuilds it from its first packet on, keeping the pictures of the frames in `keep`, or of the last one. */
export async function openRecording(file: Uint8Array, keep: readonly number[] | 'last' = []): Promise<OpenedRecording> {
  const reader = await RecordingReader.open(memorySource(file), { compressor: zstdCompressor });
  const { grid, schema, tierBits, depth } = reader.header;
  const codec = new CoordinateCodec(grid);
  const asked = new Map<number, SampleSet>();
  const decoder = new PixelPacketDecoder({ grid, schema, tierBits, depth, resolve: (id) => asked.get(id) });
  const session = new SessionDecoder({ grid });
  const pixels: Buffer[] = [];
  const coordinates: Buffer[] = [];
  const requests: SampleRequest[] = [];
  const frameIds: number[] = [];
  const pictures = new Map<number, Uint8Array>();
  const states = new Map<number, FrameState>();
  for await (const { kind, bytes } of reader.records(0, { kinds: ['coordinates', 'pixels'] })) {
    if (kind === 'coordinates') {
      coordinates.push(Buffer.from(bytes));
      for (const request of codec.decode(bytes)) {
        requests.push(request);
        asked.set(request.frameId, codec.expand(request));
      }
      continue;
    }
    pixels.push(Buffer.from(bytes));
    for (const frame of decoder.decode(bytes)) {
      frameIds.push(frame.frameId);
      // Later frames need the memory of all before them; without wanted pictures there is nothing to rebuild.
      if (keep !== 'last' && (keep.length === 0 || frame.frameId > Math.max(...keep))) continue;
      const decoded: DecodedFrame = session.decode(frame);
      if (keep === 'last') pictures.clear();
      if (keep !== 'last' && !keep.includes(frame.frameId)) continue;
      pictures.set(frame.frameId, Uint8Array.from(decoded.rgb));
      states.set(frame.frameId, decoded.state);
    }
  }
  return { reader, pixels, coordinates, requests, frameIds, pictures, states };
}
