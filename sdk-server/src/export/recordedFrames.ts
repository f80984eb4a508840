import { GapWatch, type ReplicaFrame, SessionReplica } from '@sgaps/core';
import { isSgapsError, type RecordingReader, type RecordingRecord } from '@sgaps/protocol';

/** What is known at a place of a recording, and the sequence after which to read on from it. */
export interface RecordedPlace {
  readonly replica: SessionReplica;
  readonly gaps: GapWatch;
  readonly afterSequence: number;
}

/** The nearest snapshot, or the recording's start. */
export async function startAt(reader: RecordingReader, time: number): Promise<RecordedPlace> {
  const { grid, schema, tierBits, depth } = reader.header;
  const shape = { grid, schema, tierBits, depth };
  const snapshot = await reader.nearestSnapshot(time);
  const replica = new SessionReplica(shape);
  const gaps = new GapWatch(reader);
  if (!snapshot) return { replica, gaps, afterSequence: -1 };
  try {
    replica.restore(snapshot.state);
    gaps.goTo(snapshot.sequence, replica.frameId);
    return { replica, gaps, afterSequence: snapshot.sequence };
  } catch (error) {
    // Of another version, or broken; the packets are all there.
    if (!isSgapsError(error)) throw error;
    return { replica: new SessionReplica(shape), gaps, afterSequence: -1 };
  }
}

/** The frames that a record brings; none where it does not decode. Throws `CHECKSUM_MISMATCH` where others are missing before it. */
export function framesOf({ replica, gaps }: RecordedPlace, record: RecordingRecord): ReplicaFrame[] {
  gaps.pass(record);
  const { kind, bytes, time } = record;
  try {
    if (kind === 'pixels') return replica.pixels(bytes, time);
    replica.coordinates(bytes);
  } catch (error) {
    // The live loop rejected this packet too: everything received is recorded, also what did not decode.
    if (!isSgapsError(error)) throw error;
  }
  return [];
}
