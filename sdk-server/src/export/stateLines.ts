import { setImmediate as rest } from 'node:timers/promises';
import { type Camera3D, type RecordingReader, readEvent } from '@sgaps/protocol';
import { openStates, type RecordedState } from './recordedStates.js';

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
  const states = await openStates(reader, from);
  // Frames arrive some time after they were made, events at once: an event waits for the frame that is later than it.
  const events: StateLine[] = [];
  const { afterSequence } = states;
  for await (const record of reader.records(0, { afterSequence, kinds: ['coordinates', 'pixels', 'pictures', 'event'] })) {
    const { kind, time, bytes } = record;
    if (kind === 'event') {
      const event = time >= from && time <= to ? readEvent(bytes) : null;
      if (event) events.push({ line: lineOf({ type: 'event', time: seconds(time), ...event }), isFrame: false, time });
      continue;
    }
    if (kind !== 'coordinates') await rest();
    for (const frame of states.take(record)) {
      while (events.length > 0 && events[0].time <= frame.time) yield events.shift() as StateLine;
      if (frame.time > to) return;
      if (frame.time >= from) yield { line: lineOf(describe(frame, names)), isFrame: true, time: frame.time };
    }
  }
  yield* events;
}

function describe({ frameId, state, time }: RecordedState, names: readonly string[]): Record<string, unknown> {
  const { cameras, cameras3d, objects, values } = state;
  return {
    type: 'frame',
    time: seconds(time),
    frameId,
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
