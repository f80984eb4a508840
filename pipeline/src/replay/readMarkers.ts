import { LIMITS, type RecordingReader, readEvent } from '@sgaps/protocol';

/** A game event, or a marker, as viewers are told it; seconds. */
export interface Marker {
  readonly time: number;
  readonly name: string;
  readonly data: unknown;
}

/** Markers in one message: with 4 KiB each they stay below its 64 KiB. */
const BATCH_BYTES = 48 * 1024;

/**
 * Reads events that were recorded since `after`, a sequence, in batches that fit a message. Events of other writers may hold anything: what is not our JSON is left out.
 *
 * @example
 * ```ts
 * for await (const { markers, sequence } of readMarkers(reader, -1)) tell({ type: 'markers', markers });
 * ```
 */
export async function* readMarkers(
  reader: RecordingReader,
  after: number,
): AsyncGenerator<{ readonly markers: readonly Marker[]; readonly sequence: number }> {
  let markers: Marker[] = [];
  let bytes = 0;
  let count = 0;
  let last = after;
  for await (const { time, sequence, bytes: record } of reader.records(0, { kinds: ['event'], afterSequence: after })) {
    const event = readEvent(record);
    if (event && count++ < LIMITS.markers) {
      if (bytes + record.length > BATCH_BYTES && markers.length > 0) {
        yield { markers, sequence: last };
        markers = [];
        bytes = 0;
      }
      markers.push({ time: time / 1000, ...event });
      // Escapes may lengthen it.
      bytes += 2 * record.length + 64;
    }
    last = sequence;
  }
  if (last > after) yield { markers, sequence: last };
}
