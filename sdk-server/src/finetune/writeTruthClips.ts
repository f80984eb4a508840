import { join } from 'node:path';
import { pixelPacketSpan, type RecordingReader, SgapsError } from '@sgaps/protocol';
import { openRecording } from '../storage/index.js';
import { ClipFile } from './ClipFile.js';
import type { FoundRecording } from './findRecording.js';
import { readTruth, TRUTH_DB, type TruthCount } from './readTruth.js';

/** Frames that a clip has at least: training shows a model sequences of 5, and must have a choice of them. */
const LEAST_FRAMES = 10;

/**
 * A clip made of a recording's frames.
 *
 * @example
 * ```ts
 * const { name, frames }: TruthClip = clips[0];
 * ```
 */
export interface TruthClip {
  /** Of `NAME.mkv` and `NAME.json`. */
  readonly name: string;
  readonly frames: number;
  /** Only judged by, never trained on. */
  readonly judged: boolean;
}

/**
 * What a recording gave.
 *
 * @example
 * ```ts
 * const { clips, count, game }: TruthClips = await writeTruthClips(found, 'out/clips', 'split');
 * ```
 */
interface TruthClips {
  readonly game: string;
  readonly clips: readonly TruthClip[];
  readonly count: TruthCount;
}

/** Who stops it, and who is told how many frames were looked at. */
interface Watch {
  readonly signal?: AbortSignal;
  readonly onFrame?: (frames: number) => void;
}

/** Part of a recording's frames, from its start, that is trained on where its end is judged by. */
const TRAINED = 0.75;

/**
 * Writes those frames of a recording that may pass for the truth as clips into a folder. Frames left out are a jump in the clip, as a lost packet is in a
 * session.
 *
 * @param purpose What the recording is for; `split`: its last quarter is judged by, in a clip of its own.
 * @throws SgapsError `CLOSED` where it was stopped; `UNSUPPORTED` for a recording without such frames, for an archive, and where ffmpeg is missing; what `openRecording` throws.
 *
 * @example
 * ```ts
 * await writeTruthClips(await findRecording('a1', './.sgaps-data'), 'out/clips', 'split');
 * ```
 */
export async function writeTruthClips(
  found: FoundRecording,
  folder: string,
  purpose: 'train' | 'judge' | 'split',
  watch: Watch = {},
): Promise<TruthClips> {
  const reader = await openRecording(found.path, found.journalPaths, `recording ${found.name}`);
  try {
    if (reader.header.archive)
      throw new SgapsError(
        'UNSUPPORTED',
        `Recording ${found.name} is archived: its pictures are no longer those that were recorded, and nothing is to be learnt from them.`,
      );
    return await writeClips(reader, found.name, folder, purpose, watch);
  } finally {
    await reader.close();
  }
}

async function writeClips(
  reader: RecordingReader,
  name: string,
  folder: string,
  purpose: 'train' | 'judge' | 'split',
  { signal, onFrame }: Watch,
): Promise<TruthClips> {
  const { grid, fps, game } = reader.header;
  const count: TruthCount = { used: 0, drawn: 0, unanswered: 0, poor: 0 };
  const parts = [
    { name, judged: purpose === 'judge' },
    { name: `${name}-judged`, judged: true },
  ].map((part) => ({
    ...part,
    file: new ClipFile(join(folder, part.name), { name: part.name, source: `recording ${name} of ${game}`, grid, fps }),
  }));
  const until = purpose === 'split' ? await splitFrame(reader) : Number.POSITIVE_INFINITY;
  try {
    for await (const decoded of readTruth(reader, count)) {
      if (signal?.aborted) throw new SgapsError('CLOSED', 'Stopped; no clip was made.');
      await parts[decoded.frameId < until ? 0 : 1].file.add(decoded);
      onFrame?.(count.used + count.drawn + count.unanswered + count.poor);
    }
    const clips: TruthClip[] = [];
    for (const { file, name: clip, judged } of parts) {
      if (file.frames < LEAST_FRAMES) {
        await file.discard();
        continue;
      }
      await file.close();
      clips.push({ name: clip, frames: file.frames, judged });
    }
    if (clips.length === 0) throw noTruth(name, count);
    // Too little to hold back a part of it.
    if (purpose === 'split' && clips.length === 1) clips[0] = { ...clips[0], judged: false };
    return { game, clips, count };
  } catch (error) {
    for (const { file } of parts) await file.discard();
    throw error;
  }
}

/** The first frame of the recording's end, by what its packets say of themselves. */
async function splitFrame(reader: RecordingReader): Promise<number> {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for await (const { bytes } of reader.records(0, { kinds: ['pixels'] })) {
    const span = pixelPacketSpan(bytes);
    if (!span) continue;
    first = Math.min(first, span.firstFrame);
    last = Math.max(last, span.lastFrame);
  }
  return first + TRAINED * (last - first);
}

function noTruth(name: string, { used, drawn, unanswered, poor }: TruthCount): SgapsError {
  return new SgapsError(
    'UNSUPPORTED',
    `Recording ${name} holds too little to learn from: of ${used + drawn + unanswered + poor} frames ${used} are whole pictures of ${TRUTH_DB} dB or better, ` +
      `at least ${LEAST_FRAMES} are needed (${drawn} were drawn by memory in part, ${unanswered} were not sampled, ${poor} came out below). ` +
      `Record the game with more bytes (room setting \`bytesUp\`, 8192 say) and the preset 'high', with \`sampling\` left at 'auto'.`,
  );
}
