import { ARCHIVE_OVERLAYS } from '@sgaps/core';
import { type OverlayLayer, type RecordingReader, SgapsError } from '@sgaps/protocol';
import { assertHasDepth } from '../splats/replayFrames.js';
import { type ExportFormat, type ExportRequest, hasPictures, isWidth, MOST_FACTOR } from './exportRequest.js';

/**
 * What an export will be: which moments, and pictures of which size.
 *
 * @example
 * ```ts
 * for (let i = 0; i < plan.frames; i++) await writer.write(await pictureAt(plan.from + i * plan.period));
 * ```
 */
export interface ExportPlan {
  readonly format: ExportFormat;
  /** ms of the recording. */
  readonly from: number;
  readonly to: number;
  /** ms from one picture to the next. */
  readonly period: number;
  /** Pictures; 0 for `jsonl` and `ply`. */
  readonly frames: number;
  /** One moment, one picture. */
  readonly single: boolean;
  /** All of the recording. */
  readonly whole: boolean;
  /** Pixels a side that are drawn for each of the recording; the picture is brought to its size after. */
  readonly factor: number;
  readonly width: number;
  readonly height: number;
  readonly overlays: readonly OverlayLayer[];
}

const USUAL_GIF_FPS = 15;
const USUAL_GIF_WIDTH = 480;
/** Of all pictures of a GIF, unpacked. */
const MOST_GIF_BYTES = 256 * 1024 * 1024;
/** Pixels a side in films unless asked otherwise: they have one colour for four pixels, which then are one of the recording. */
const USUAL_FILM_FACTOR = 2;
/** What a picture's time is told in, ms: a GIF knows hundredths of a second, and WebM milliseconds. Other formats are exact. */
const TICKS: Partial<Record<ExportFormat, number>> = { gif: 10, webm: 1 };
/** Players show frames of a GIF that are quicker than this at a tenth of their speed. */
const LEAST_GIF_PERIOD = 20;

/**
 * Works out what a request means for a recording. Throws `ARGUMENT_INVALID` for a range that is not in it, `NOT_FOUND` for a recording without frames, `LIMIT_EXCEEDED` for a
 * GIF that does not fit into memory, `UNSUPPORTED` for splats (`ply`) of a recording without depth, and for overlays that an archive does not have.
 *
 * @example
 * ```ts
 * const { frames, width, height } = planExport(reader, { format: 'gif', from: 2, to: 4 });
 * ```
 */
export function planExport(reader: RecordingReader, request: ExportRequest): ExportPlan {
  const { header, duration } = reader;
  const { format, overlays = [] } = request;
  if (reader.index.frames === 0)
    throw new SgapsError('NOT_FOUND', `Recording ${header.recordingId} has no frames${reader.index.hasFooter ? '' : ' yet'}.`);
  const from = 1000 * (request.from ?? 0);
  if (from > duration)
    throw new SgapsError('ARGUMENT_INVALID', `from is ${request.from} s; the recording lasts ${(duration / 1000).toFixed(2)} s.`);
  const to = Math.min(1000 * (request.to ?? Number.POSITIVE_INFINITY), duration);
  const single = format === 'png' && request.from !== undefined && request.to === request.from;
  const period = periodOf(request, header.fps);
  // The last frame is there until the next would have come.
  const end = to < duration ? to : duration + period;
  if (format === 'ply') assertHasDepth(header);
  if (header.archive) assertInArchives(overlays);
  const frames = !hasPictures(format) ? 0 : single ? 1 : Math.max(1, Math.round((end - from) / period));
  const whole = from === 0 && to === duration;
  const size = sizeOf(request, header.grid);
  if (format === 'gif') assertFits(frames, 3 * size.width * size.height, period);
  return { format, from, to, period, frames, single, whole, overlays, ...size };
}

function assertInArchives(overlays: readonly OverlayLayer[]): void {
  const missing = overlays.find((layer) => !ARCHIVE_OVERLAYS.includes(layer));
  if (missing === undefined) return;
  throw new SgapsError(
    'UNSUPPORTED',
    `An archive has no overlay '${missing}': it keeps pictures, and neither samples nor doubts. There is ${ARCHIVE_OVERLAYS.join(', ')}.`,
  );
}

/** A GIF's pictures are in memory, all of them, until it is written. */
function assertFits(frames: number, bytes: number, period: number): void {
  const most = Math.floor(MOST_GIF_BYTES / bytes);
  if (frames <= most) return;
  throw new SgapsError(
    'LIMIT_EXCEEDED',
    `A GIF of this size holds at most ${Math.floor((most * period) / 1000)} s. Choose a shorter range, a smaller scale or fewer pictures a second; or mp4.`,
  );
}

function periodOf({ format, fps }: ExportRequest, recorded: number): number {
  const usual = Math.min(60, Math.max(1, Math.round(recorded)));
  const wanted = 1000 / (fps ?? (format === 'gif' ? Math.min(usual, USUAL_GIF_FPS) : usual));
  const tick = TICKS[format];
  if (tick === undefined) return wanted;
  return Math.max(format === 'gif' ? LEAST_GIF_PERIOD : tick, tick * Math.round(wanted / tick));
}

function sizeOf(
  { format, scale }: ExportRequest,
  grid: { readonly width: number; readonly height: number },
): Pick<ExportPlan, 'factor' | 'width' | 'height'> {
  const film = format === 'mp4' || format === 'webm';
  const wanted = scale ?? usualScale(format, grid.width);
  const width = isWidth(wanted) ? wanted : wanted * grid.width;
  const height = isWidth(wanted) ? Math.max(1, Math.round((grid.height * width) / grid.width)) : wanted * grid.height;
  // H.264 and VP9 as everything plays them have even sides.
  const even = (side: number) => (film ? side + (side & 1) : side);
  return { factor: Math.max(1, Math.ceil(width / grid.width)), width: even(width), height: even(height) };
}

function usualScale(format: ExportFormat, width: number): number {
  if (format === 'mp4' || format === 'webm') return USUAL_FILM_FACTOR;
  if (format !== 'gif') return 1;
  return width > USUAL_GIF_WIDTH ? USUAL_GIF_WIDTH : Math.min(MOST_FACTOR, Math.floor(USUAL_GIF_WIDTH / width));
}
