import { pixelPacketSpan, type RecordingReader } from '@sgaps/protocol';

/**
 * A packet that starts the stream afresh: it is decoded without those before it.
 *
 * @example
 * ```ts
 * const { sequence, time }: FreshStart = start;
 * ```
 */
export interface FreshStart {
  readonly sequence: number;
  readonly time: number;
}

/** The last fresh start from `from` to `to`, ms; null where there is none. */
export async function findFreshStart(reader: RecordingReader, from: number, to: number): Promise<FreshStart | null> {
  let found: FreshStart | null = null;
  for await (const { sequence, time, bytes } of reader.records(Math.max(0, from), { kinds: ['pixels'], toTime: to })) {
    if (pixelPacketSpan(bytes)?.reset) found = { sequence, time };
  }
  return found;
}
