import type { Writable } from 'node:stream';
import { openReplaySource, type ReplaySourceOptions } from '@sgaps/core';
import { type RecordingReader, SgapsError } from '@sgaps/protocol';
import { writePly } from '@sgaps/splats';
import { nodeMachine } from '../playback/nodeMachine.js';
import { replaySplats } from '../splats/replaySplats.js';
import { type ExportTarget, openFile, openFolder, openStream, type PictureTarget } from './ExportTarget.js';
import { type ExportPlan, planExport } from './exportPlan.js';
import { type ExportRequest, hasPictures } from './exportRequest.js';
import { FilmFile } from './FilmFile.js';
import { FrameWalk } from './FrameWalk.js';
import { GifFile } from './GifFile.js';
import { PictureMaker } from './PictureMaker.js';
import type { PictureWriter } from './PictureWriter.js';
import { PngFiles } from './PngFiles.js';
import { stateLines } from './stateLines.js';
import { zipTarget } from './zipTarget.js';

/**
 * How far an export is.
 *
 * @example
 * ```ts
 * const show = ({ done, total, progress }: ExportProgress) => bar.set(progress, `${done}/${total}`);
 * ```
 */
export interface ExportProgress {
  /** Pictures made, frames told (`jsonl`), or hundredths of the work done (`ply`). */
  readonly done: number;
  /** Pictures there will be; null for `jsonl` and `ply`, where nobody knows before. */
  readonly total: number | null;
  /** 0 … 1; below 1 until the file is whole. */
  readonly progress: number;
}

/**
 * Options of `exportReplay`.
 *
 * @example
 * ```ts
 * const options: ExportOptions = { format: 'mp4', from: 12, to: 20, out: 'jump.mp4' };
 * ```
 */
export interface ExportOptions extends ExportRequest, Pick<ReplaySourceOptions, 'model' | 'archiveModel'> {
  /**
   * A file (written as `<out>.tmp`, and renamed once it is whole) or a stream, which is ended. Several pictures (`png`) go into a folder of that name, or into an
   * archive where it ends with `.zip` or is a stream.
   */
  readonly out: string | Writable;
  readonly onProgress?: (progress: ExportProgress) => void;
  /** Ends the export, which rejects with `CLOSED` and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/**
 * What was written.
 *
 * @example
 * ```ts
 * const { bytes, frames }: ExportResult = await exportReplay(reader, options);
 * ```
 */
export interface ExportResult {
  readonly bytes: number;
  /** Pictures, frames told, or frames that splats were made of. */
  readonly frames: number;
  /** Pixels; null for `jsonl` and `ply`. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** Seconds of the recording that it shows. */
  readonly seconds: number;
}

/** What is left once all pictures are made: a GIF's are packed then, together. */
const MADE = 0.99;

/**
 * Makes a film, pictures, lines of text or splats of a recording, of all that it holds by then. The reader stays open, and is nobody else's meanwhile.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for what the recording or the format does not have, `NOT_FOUND` for a recording without frames, `LIMIT_EXCEEDED` for a GIF or
 * an archive that is too large, `STORAGE_FAILED`, `STORAGE_FULL`, `UNSUPPORTED` where this machine's encoder gives up, or splats are wanted of a recording without depth or overlays of an archive, `MODEL_NOT_FOUND` for an archive whose model is not here, `CLOSED` where it was aborted; and what reading a
 * damaged recording throws.
 *
 * @example
 * ```ts
 * const reader = await store.open('a1');
 * await exportReplay(reader, { format: 'mp4', from: 12, to: 20, overlays: ['samples'], out: 'jump.mp4' });
 * await reader.close();
 * ```
 */
export async function exportReplay(reader: RecordingReader, options: ExportOptions): Promise<ExportResult> {
  const { out, signal, onProgress = () => undefined } = options;
  assertGoing(signal);
  const plan = planExport(reader, options);
  const target = await openTarget(plan, out);
  try {
    const frames = hasPictures(plan.format)
      ? await writePictures(reader, plan, target, options)
      : await writeWords(reader, plan, target, onProgress, signal);
    assertGoing(signal);
    await target.finish();
    const { format, width, height, from, to, period } = plan;
    const pictures = hasPictures(format);
    const seconds = (pictures ? frames * period : to - from) / 1000;
    onProgress({ done: frames, total: pictures ? frames : null, progress: 1 });
    return { bytes: target.bytes, frames, size: pictures ? { width, height } : null, seconds };
  } catch (error) {
    await target.discard();
    throw error;
  }
}

async function openTarget({ format, single }: ExportPlan, out: string | Writable): Promise<ExportTarget | PictureTarget> {
  const several = format === 'png' && !single;
  if (typeof out !== 'string') return several ? zipTarget(openStream(out)) : openStream(out);
  if (!several) return openFile(out);
  return out.toLowerCase().endsWith('.zip') ? zipTarget(await openFile(out)) : openFolder(out);
}

/** Writes what is no pictures; how many frames it tells of. */
async function writeWords(
  reader: RecordingReader,
  plan: ExportPlan,
  target: ExportTarget | PictureTarget,
  onProgress: (progress: ExportProgress) => void,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (!('write' in target)) throw new SgapsError('UNSUPPORTED', `${plan.format} is one file, not several.`);
  if (plan.format === 'jsonl') return writeLines(reader, plan, target, onProgress, signal);
  const { from, to } = plan;
  const { cloud, frames } = await replaySplats(reader, {
    ...{ from, to, signal },
    onProgress: (share) => onProgress({ done: Math.floor(100 * share), total: null, progress: MADE * share }),
  });
  await target.write(writePly(cloud));
  return frames;
}

async function writeLines(
  reader: RecordingReader,
  { from, to }: ExportPlan,
  target: ExportTarget,
  onProgress: (progress: ExportProgress) => void,
  signal: AbortSignal | undefined,
): Promise<number> {
  let done = 0;
  for await (const { line, isFrame, time } of stateLines(reader, from, to)) {
    assertGoing(signal);
    await target.write(Buffer.from(line));
    if (!isFrame) continue;
    done++;
    onProgress({ done, total: null, progress: to > from ? (MADE * (time - from)) / (to - from) : MADE });
  }
  return done;
}

async function writePictures(
  reader: RecordingReader,
  plan: ExportPlan,
  target: ExportTarget | PictureTarget,
  { model, archiveModel, onProgress, signal }: ExportOptions,
): Promise<number> {
  const source = openReplaySource(reader, { model, archiveModel, machine: nodeMachine });
  const walk = new FrameWalk(reader, source);
  const pictures = new PictureMaker(reader.header.grid, plan, source);
  const writer = newWriter(plan, reader, target);
  try {
    await walk.start(plan.from);
    for (let i = 0; i < plan.frames; i++) {
      assertGoing(signal);
      const frame = await walk.to(plan.from + i * plan.period);
      // Frames that do not decode are passed over; where all were, the first picture is missing.
      if (!frame && i === 0) throw new SgapsError('NOT_FOUND', `Recording ${reader.header.recordingId} has no frame there.`);
      await writer.write(frame && (await pictures.make(frame)));
      onProgress?.({ done: i + 1, total: plan.frames, progress: (MADE * (i + 1)) / plan.frames });
    }
    await writer.finish();
    return plan.frames;
  } finally {
    writer.dispose();
  }
}

function newWriter(plan: ExportPlan, { header }: RecordingReader, target: ExportTarget | PictureTarget): PictureWriter {
  if (plan.format === 'png') return new PngFiles(plan, target);
  if (!('write' in target)) throw new SgapsError('UNSUPPORTED', `${plan.format} is one file, not several.`);
  if (plan.format === 'gif') return new GifFile(plan, target);
  return new FilmFile(plan, header.grid.width * header.grid.height, target);
}

function assertGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new SgapsError('CLOSED', 'The export was aborted.');
}
