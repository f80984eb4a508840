import { CoordinateCodec, type PixelFrame, PixelPacketDecoder, type RecordingReader, type SampleSet } from '@sgaps/protocol';
import { copyFrame } from './copyFrame.js';

/** Everything that was sent, decoded. */
export interface SentFrames {
  readonly frames: readonly PixelFrame[];
  /** Samples of all frames. */
  readonly samples: number;
  readonly events: readonly { readonly name: string; readonly data: unknown; readonly time: number }[];
  readonly meta: Readonly<Record<string, string>>;
}

/** Decodes every packet of a recording, and closes it. Throws where one does not decode. */
export async function readFrames(reader: RecordingReader): Promise<SentFrames> {
  const { grid, schema, tierBits, depth } = reader.header;
  const codec = new CoordinateCodec(grid);
  const asked = new Map<number, SampleSet>();
  const decoder = new PixelPacketDecoder({ grid, schema, tierBits, depth, resolve: (id) => asked.get(id) });
  const frames: PixelFrame[] = [];
  const events: SentFrames['events'][number][] = [];
  for await (const { kind, bytes } of reader.records(0, { kinds: ['coordinates', 'pixels', 'event'] })) {
    if (kind === 'coordinates') for (const request of codec.decode(bytes)) asked.set(request.frameId, codec.expand(request));
    else if (kind === 'pixels') frames.push(...decoder.decode(bytes).map(copyFrame));
    else events.push(JSON.parse(new TextDecoder().decode(bytes)) as SentFrames['events'][number]);
  }
  await reader.close();
  const samples = frames.reduce((sum, frame) => sum + frame.samples.count, 0);
  return { frames, samples, events, meta: reader.header.meta ?? {} };
}
