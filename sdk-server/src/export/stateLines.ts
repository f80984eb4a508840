import { setImmediate as rest } from 'node:timers/promises';
import { type ReplicaFrame, SessionReplica } from '@sgaps/core';
import { type Camera3D, isSgapsError, type RecordingReader, readEvent } from '@sgaps/protocol';

/** A line, with its end; what it tells of, and when that was, ms. */
interface StateLine {
  readonly line: string;
  readonly isFrame: boolean;
  readonly time: number;
}

/**
 * What a recording tells without its pictures, one JSON object a line (docs/guide/export.md): itself, then frames and events as they came.
 *
 * @param from ms, as `to`.
 *
 * @example
 * ```ts
 * for await (const { line } of stateLines(reader, 0, reader.duration)) process.stdout.write(line);
 * ```
 */
export async function* stateLines(reader: RecordingReader, from: number, to: number): AsyncGenerator<StateLine> {
  const { recordingId, game, engine, grid, fps, startedAt, schema } = reader.header;
  const about = { type: 'recording', recordingId, game, engine, ...grid, fps, startedAt, from: seconds(from), to: seconds(to) };
  yield { line: lineOf(about), isFrame: false, time: from };
  const names = schema.values.map(({ name }) => name);
  const { replica, afterSequence } = await startAt(reader, from);
  // Frames arrive some time after they were made, events at once: an event waits for the frame that is later than it.
  const events: StateLine[] = [];
  for await (const { kind, time, bytes } of reader.records(0, { afterSequence, kinds: ['coordinates', 'pixels', 'event'] })) {
    if (kind === 'event') {
      const event = time >= from && time <= to ? readEvent(bytes) : null;
      if (event) events.push({ line: lineOf({ type: 'event', time: seconds(time), ...event }), isFrame: false, time });
      continue;
    }
    if (kind === 'pixels') await rest();
    for (const frame of framesOf(replica, kind, bytes, time)) {
      while (events.length > 0 && events[0].time <= frame.time) yield events.shift() as StateLine;
      if (frame.time > to) return;
      if (frame.time >= from) yield { line: lineOf(describe(frame, names)), isFrame: true, time: frame.time };
    }
  }
  yield* events;
}

/** The nearest snapshot, and the sequence after which to read on from it. */
async function startAt(reader: RecordingReader, time: number): Promise<{ replica: SessionReplica; afterSequence: number }> {
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

function framesOf(replica: SessionReplica, kind: string, bytes: Uint8Array, time: number): ReplicaFrame[] {
  try {
    if (kind === 'pixels') return replica.pixels(bytes, time);
    replica.coordinates(bytes);
  } catch (error) {
    // The live loop rejected this packet too: everything received is recorded, also what did not decode.
    if (!isSgapsError(error)) throw error;
  }
  return [];
}

function describe({ frame, time }: ReplicaFrame, names: readonly string[]): Record<string, unknown> {
  const { cameras, cameras3d, objects, values } = frame.state;
  return {
    type: 'frame',
    time: seconds(time),
    frameId: frame.frameId,
    values: Object.fromEntries(names.map((name, i) => [name, values[i]])),
    cameras,
    cameras3d: cameras3d.map(plainCamera),
    objects,
  };
}

function plainCamera({ view, projection, ...camera }: Camera3D): Record<string, unknown> {
  return { ...camera, view: Array.from(view), projection: Array.from(projection) };
}

/** To a microsecond. */
function seconds(ms: number): number {
  return Math.round(1000 * ms) / 1e6;
}

function lineOf(value: Record<string, unknown>): string {
  return `${JSON.stringify(value)}\n`;
}
