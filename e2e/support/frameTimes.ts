import { SessionReplica } from '@sgaps/core';
import { memorySource, RecordingReader } from '@sgaps/protocol';
import { zstdCompressor } from '@sgaps/server';

/** A frame with its place in a recording, ms. */
export interface TimedFrame {
  readonly frameId: number;
  readonly time: number;
}

/** The frames of a `.sgaps` file, in order, where its player places them; nothing is rebuilt. */
export async function frameTimes(file: Uint8Array): Promise<TimedFrame[]> {
  const reader = await RecordingReader.open(memorySource(file), { compressor: zstdCompressor });
  const { grid, schema, tierBits, depth } = reader.header;
  const replica = new SessionReplica({ grid, schema, tierBits, depth });
  const frames: TimedFrame[] = [];
  for await (const { kind, bytes, time } of reader.records(0, { kinds: ['coordinates', 'pixels'] })) {
    if (kind === 'coordinates') replica.coordinates(bytes);
    else frames.push(...replica.pixels(bytes, time).map(({ frame, time }) => ({ frameId: frame.frameId, time })));
  }
  await reader.close();
  return frames;
}
