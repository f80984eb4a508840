import { type ReplicaFrame, SessionReplica } from '@sgaps/core';
import { isSgapsError, type RecordingReader } from '@sgaps/protocol';

/** The nearest snapshot, and the sequence after which to read on from it. */
export async function startAt(
  reader: RecordingReader,
  time: number,
): Promise<{ replica: SessionReplica; afterSequence: number }> {
  const { grid, schema, tierBits, depth } = reader.header;
  const shape = { grid, schema, tierBits, depth };
  const snapshot = await reader.nearestSnapshot(time);
  const replica = new SessionReplica(shape);
  if (!snapshot) return { replica, afterSequence: -1 };
  try {
    replica.restore(snapshot.state);
    return { replica, afterSequence: snapshot.sequence };
  } catch (error) {
    // Of another version, or broken; the packets are all there.
    if (!isSgapsError(error)) throw error;
    return { replica: new SessionReplica(shape), afterSequence: -1 };
  }
}

/** The frames that a record brings; none where it does not decode. */
export function framesOf(replica: SessionReplica, kind: string, bytes: Uint8Array, time: number): ReplicaFrame[] {
  try {
    if (kind === 'pixels') return replica.pixels(bytes, time);
    replica.coordinates(bytes);
  } catch (error) {
    // The live loop rejected this packet too: everything received is recorded, also what did not decode.
    if (!isSgapsError(error)) throw error;
  }
  return [];
}
