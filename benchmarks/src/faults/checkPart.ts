import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ByteSource, isSgapsError, RecordingReader } from '@sgaps/protocol';
import { fileSource, zstdCompressor } from '@sgaps/server';
import { replayRecording } from '../demo/replayRecording.js';
import type { RecordedPart } from './FaultRecorder.js';

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
 * Reads a recording as a player does and compares it, byte for byte, with what its recorder exchanged: whose answers say what the server has.
 * The recorder's packets lie in it in the order they were sent; those after the last answered one may or may not be there.
 *
 * @example
 * ```ts
 * await recorder.leave();
 * const check = await checkPart('./.sgaps-data', recorder.part);
 * ```
 */
export async function checkPart(data: string, part: RecordedPart): Promise<PartCheck> {
  const acknowledged = BATCH * part.answers;
  const events = part.events.filter(({ after }) => after < part.answers);
  let pixels = 0;
  let coordinates = 0;
  const names = new Set<string>();
  let trouble: string | null = null;
  try {
    const reader = await openFiles(data, part.recordingId);
    try {
      for await (const { kind, bytes } of reader.records(0, { kinds: ['pixels', 'coordinates', 'event'] })) {
        if (kind === 'event') names.add(nameOf(bytes));
        else if (kind === 'pixels') pixels = after(part.sent, pixels, bytes);
        else coordinates = after(part.received, coordinates, bytes);
      }
      const { damaged } = reader.index;
      const { frames, rejected } = await replayRecording(reader, () => undefined);
      if (damaged > 0) trouble = `${damaged} damaged stretches`;
      else if (rejected > 0) trouble = `${rejected} packets do not decode`;
      else if (frames < acknowledged) trouble = `${frames} frames decode of ${acknowledged}`;
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!isSgapsError(error)) throw error;
    trouble = `${error.code}: ${error.message}`;
  }
  const lostEvents = events.filter(({ name }) => !names.has(name)).length;
  return {
    acknowledged,
    lostFrames: Math.max(0, acknowledged - BATCH * pixels),
    lostRecords: lostEvents + Math.max(0, part.received.length - coordinates),
    trouble,
  };
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

/** How many of `all` have been met in order, when `bytes` comes after the first `met` of them. */
function after(all: readonly Uint8Array[], met: number, bytes: Uint8Array): number {
  return met < all.length && Buffer.compare(all[met], bytes) === 0 ? met + 1 : met;
}

function nameOf(event: Uint8Array): string {
  return (JSON.parse(new TextDecoder().decode(event)) as { name: string }).name;
}
