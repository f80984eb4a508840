import { OVERLAY_LAYERS, type OverlayLayer, SgapsError } from '@sgaps/protocol';

/**
 * What a recording can be exported as.
 *
 * @example
 * ```ts
 * for (const format of EXPORT_FORMATS) addChoice(format);
 * ```
 */
export const EXPORT_FORMATS = ['mp4', 'webm', 'gif', 'png', 'jsonl', 'ply'] as const;
/**
 * One of `EXPORT_FORMATS`.
 *
 * @example
 * ```ts
 * const format: ExportFormat = 'mp4';
 * ```
 */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * What is to be exported of a recording, and how.
 *
 * @example
 * ```ts
 * const request: ExportRequest = { format: 'mp4', from: 12, to: 20, overlays: ['samples'] };
 * ```
 */
export interface ExportRequest {
  readonly format: ExportFormat;
  /** Seconds; default the start and the end. For one picture (`png`) both are the same. */
  readonly from?: number;
  readonly to?: number;
  /** Pictures a second, a whole number of 1 … 60; default the recording's, at most 15 in a `gif`. */
  readonly fps?: number;
  /** 1 … 8: so many pixels a side for each of the recording; from 16: pixels of the picture's width. */
  readonly scale?: number;
  /** Burned in. */
  readonly overlays?: readonly OverlayLayer[];
}

const MOST_FPS = 60;
export const MOST_FACTOR = 8;
const LEAST_WIDTH = 16;
const MOST_WIDTH = 4096;
const FIELDS = ['format', 'from', 'to', 'fps', 'scale', 'overlays'];

/**
 * A request as it came from outside. Fields that are null count as absent. Throws `ARGUMENT_INVALID`, saying what was wrong.
 *
 * @example
 * ```ts
 * const request = readExportRequest(await response.json());
 * ```
 */
export function readExportRequest(raw: unknown): ExportRequest {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw invalid('An export is asked for by a JSON object.');
  for (const name of Object.keys(raw)) {
    if (!FIELDS.includes(name)) throw invalid(`An export has no '${name.slice(0, 40)}'; it has ${FIELDS.join(', ')}.`);
  }
  const given = raw as Record<string, unknown>;
  const format = EXPORT_FORMATS.find((known) => known === given.format);
  if (format === undefined) throw invalid(`format must be one of ${EXPORT_FORMATS.join(', ')}.`);
  const from = numberOf(given, 'from');
  const to = numberOf(given, 'to');
  const fps = numberOf(given, 'fps');
  const scale = numberOf(given, 'scale');
  const overlays = overlaysOf(given.overlays);
  for (const [name, time] of Object.entries({ from, to })) {
    if (time !== undefined && time < 0) throw invalid(`${name} is ${time} s; a recording starts at 0.`);
  }
  if (from !== undefined && to !== undefined && (to < from || (to === from && format !== 'png')))
    throw invalid(`to is ${to} s; it must be later than from, ${from} s.`);
  if (fps !== undefined && !(Number.isInteger(fps) && fps >= 1 && fps <= MOST_FPS))
    throw invalid(`fps is ${fps}; it must be a whole number from 1 to ${MOST_FPS}.`);
  if (scale !== undefined && !isScale(scale))
    throw invalid(
      `scale is ${scale}; it must be a whole number from 1 to ${MOST_FACTOR}, or a width of ${LEAST_WIDTH} to ${MOST_WIDTH} pixels.`,
    );
  if (!hasPictures(format)) {
    const pictorial = Object.entries({ fps, scale, overlays }).find(([, value]) => value !== undefined);
    if (pictorial)
      throw invalid(
        `${format} holds ${format === 'ply' ? 'splats' : "the game's state"} and no pictures; leave out ${pictorial[0]}.`,
      );
  }
  return { format, from, to, fps, scale, overlays };
}

/** True for formats that are made of pictures. */
export function hasPictures(format: ExportFormat): boolean {
  return format !== 'jsonl' && format !== 'ply';
}

/** True for a scale that is a width in pixels, not a factor. */
export function isWidth(scale: number): boolean {
  return scale >= LEAST_WIDTH;
}

function isScale(scale: number): boolean {
  return Number.isInteger(scale) && scale >= 1 && (scale <= MOST_FACTOR || isWidth(scale)) && scale <= MOST_WIDTH;
}

function numberOf(given: Record<string, unknown>, name: string): number | undefined {
  const value = given[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${name} must be a number.`);
  return value;
}

function overlaysOf(value: unknown): OverlayLayer[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw invalid(`overlays must be a list of ${OVERLAY_LAYERS.join(', ')}.`);
  const strange = value.find((layer) => !OVERLAY_LAYERS.includes(layer as OverlayLayer));
  if (strange !== undefined)
    throw invalid(
      `${typeof strange === 'string' ? `'${strange.slice(0, 40)}'` : 'Something'} is no overlay; there are ${OVERLAY_LAYERS.join(', ')}.`,
    );
  return OVERLAY_LAYERS.filter((layer) => value.includes(layer));
}

function invalid(message: string): SgapsError {
  return new SgapsError('ARGUMENT_INVALID', message);
}
