import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ByteSource, isSgapsError, RecordingReader } from '@sgaps/protocol';
import { fileSource, zstdCompressor } from '@sgaps/server';
import { replayRecording } from '../demo/replayRecording.js';
import { answersOf, lostOf, type RecordedPart } from './FaultRecorder.js';

/** Frames to a packet of the recorder. */
const BATCH = 4;

/**
 * What a recording has of what was exchanged.
 *
 * @example
 * ```ts
 * const { lostFrames, lostRecords, trouble }: PartCheck = await checkPart(data, recorder.part);
 * ```
 */
export interface PartCheck {
  /** Frames in packets that were answered. */
  readonly acknowledged: number;
  /** Of those, not in the recording. */
  readonly lostFrames: number;
  /** Coordinates received and events acknowledged that are not in it. */
  readonly lostRecords: number;
  /** Why it cannot be read as a whole; null where it can. */
  readonly trouble: string | null;
}

/**
 * Reads a recording as a player does and looks in it for all that its recorder was answered, byte for byte. What was sent after the last answered packet
 * of a connection may or may not be there.
 *
 * @example
 * ```ts
 * await recorder.leave();
 * const check = await checkPart('./.sgaps-data', recorder.part);
 * ```
 */
export async function checkPart(data: string, part: RecordedPart): Promise<PartCheck> {
  const acknowledged = BATCH * answersOf(part);
  const stored = new Set<string>();
  let trouble: string | null = null;
  try {
    const reader = await openFiles(data, part.recordingId);
    try {
      for await (const { kind, bytes } of reader.records(0, { kinds: ['pixels', 'coordinates', 'event'] })) {
        stored.add(kind === 'event' ? nameOf(bytes) : keyOf(bytes));
      }
      const { damaged, hasFooter } = reader.index;
      const { frames, rejected } = await replayRecording(reader, () => undefined);
      // Until it is recovered it may end in a chunk that was begun, whose records are in a journal.
      if (damaged > 0 && hasFooter) trouble = `${damaged} damaged stretches`;
      else if (rejected > 0) trouble = `${rejected} packets do not decode`;
      else if (frames < acknowledged) trouble = `${frames} frames decode of ${acknowledged}`;
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!isSgapsError(error)) throw error;
    trouble = `${error.code}: ${error.message}`;
  }
  const isStored = (bytes: Uint8Array) => stored.has(keyOf(bytes));
  const lostFrames = BATCH * lostOf(part, isStored);
  const events = eventsBefore(part).filter((name) => !stored.has(name)).length;
  return { acknowledged, lostFrames, lostRecords: events + part.received.filter((bytes) => !isStored(bytes)).length, trouble };
}

/** Names of events that were sent before a packet that was answered, by the same connection. */
function eventsBefore({ events, connections }: RecordedPart): string[] {
  const known = events.filter(({ after }) =>
    connections.some(({ from, answers, isRefused }) => !isRefused && after >= from && after < from + answers),
  );
  return known.map(({ name }) => name);
}

/** The file of a recording, with its journals where there are any. */
async function openFiles(data: string, id: string): Promise<RecordingReader> {
  const at = (ending: string) => join(data, 'recordings', id + ending);
  const sources: ByteSource[] = [];
  try {
    for (const path of [at('.sgaps'), at('.journal'), at('.journal2')])
      if (sources.length === 0 || existsSync(path)) sources.push(await fileSource(path));
    return await RecordingReader.open(sources[0], { compressor: zstdCompressor, journals: sources.slice(1) });
  } catch (error) {
    for (const source of sources) await source.close?.();
    throw error;
  }
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function nameOf(event: Uint8Array): string {
  return (JSON.parse(new TextDecoder().decode(event)) as { name: string }).name;
}
