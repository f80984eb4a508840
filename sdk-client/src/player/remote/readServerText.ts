import { LIMITS, SgapsError } from '@sgaps/protocol';
import type { ReplayFigures, ReplayInfo, ReplayMarker, ReplayStates } from '../ReplaySource.js';

/** What the server tells of a picture. Times in seconds. */
export interface PictureNotice {
  readonly type: 'picture';
  readonly frameId: number;
  readonly unchanged: boolean;
  readonly time: number;
  readonly previous: number | null;
  readonly next: number | null;
  readonly recordedFrame: number;
  readonly refined: boolean;
}

/** A text message of the transport, checked. `other` is one that this version does not know. */
export type ServerText =
  | PictureNotice
  | { readonly type: 'ready'; readonly info: ReplayInfo }
  | { readonly type: 'overlay' }
  | { readonly type: 'markers'; readonly markers: readonly ReplayMarker[] }
  | { readonly type: 'states'; readonly states: ReplayStates }
  | { readonly type: 'figures'; readonly figures: ReplayFigures }
  | { readonly type: 'growth'; readonly duration: number; readonly growing: boolean }
  | { readonly type: 'error'; readonly code: string; readonly message: string }
  /** One picture could not be made. */
  | { readonly type: 'failed'; readonly frameId: number; readonly code: string; readonly message: string }
  | { readonly type: 'other' };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a text message.
 *
 * @param values How many values `states` has lists for: known since `ready`.
 * @throws SgapsError `BYTES_MALFORMED`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * const text = readServerText(event.data, info.values.length);
 * ```
 */
export function readServerText(json: string, values: number): ServerText {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'Malformed message of the server: it is no JSON.', { cause });
  }
  const fields = objectOf(raw, 'message of the server');
  switch (fields.type) {
    case 'picture':
      return { type: 'picture', frameId: numberOf(fields, 'frameId'), unchanged: fields.unchanged === true, ...noticeOf(fields) };
    case 'ready':
      return { type: 'ready', info: infoOf(fields) };
    case 'overlay':
      return { type: 'overlay' };
    case 'markers':
      return { type: 'markers', markers: listOf(fields.markers, 'markers').map(markerOf) };
    case 'states':
      return { type: 'states', states: statesOf(fields, values) };
    case 'figures':
      return { type: 'figures', figures: figuresOf(fields) };
    case 'growth':
      return { type: 'growth', duration: numberOf(fields, 'duration'), growing: fields.growing === true };
    case 'error':
      return { type: 'error', ...errorOf(fields) };
    case 'failed':
      return { type: 'failed', frameId: numberOf(fields, 'frameId'), ...errorOf(fields) };
    default:
      return { type: 'other' };
  }
}

function infoOf(fields: Fields): ReplayInfo {
  const about = objectOf(fields.about, "'about' of a replay");
  const [width, height] = [numberOf(fields, 'width'), numberOf(fields, 'height')];
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1) throw SgapsError.malformed(`'ready': pictures of ${width}×${height}`);
    if (side > LIMITS.pictureSide) throw SgapsError.limit('side of a picture', side, LIMITS.pictureSide);
  }
  const fps = numberOf(about, 'fps');
  if (fps > LIMITS.fps) throw SgapsError.limit('frames a second', fps, LIMITS.fps);
  return {
    recordingId: textOf(about, 'recordingId'),
    game: textOf(about, 'game'),
    engine: textOf(about, 'engine'),
    width,
    height,
    fps,
    startedAt: numberOf(about, 'startedAt'),
    duration: numberOf(about, 'duration'),
    growing: about.growing === true,
    values: listOf(about.values, 'values').map((name) => String(name)),
  };
}

function noticeOf(fields: Fields): Omit<PictureNotice, 'type' | 'frameId' | 'unchanged'> {
  return {
    time: numberOf(fields, 'time'),
    previous: fields.previous === null || fields.previous === undefined ? null : numberOf(fields, 'previous'),
    next: fields.next === null || fields.next === undefined ? null : numberOf(fields, 'next'),
    recordedFrame: numberOf(fields, 'recordedFrame'),
    refined: fields.refined === true,
  };
}

function markerOf(raw: unknown): ReplayMarker {
  const fields = objectOf(raw, 'marker');
  return { time: numberOf(fields, 'time'), name: textOf(fields, 'name'), data: fields.data ?? null };
}

function statesOf(fields: Fields, count: number): ReplayStates {
  const times = numbersOf(fields.times, 'times');
  const values = listOf(fields.values, 'values').map((list) => numbersOf(list, 'values'));
  if (values.length !== count || values.some((list) => list.length !== times.length))
    throw SgapsError.malformed(`'states': ${count} lists of ${times.length} values are due`);
  return { times, values };
}

/** What of them are numbers. */
function figuresOf(fields: Fields): ReplayFigures {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, number] => Number.isFinite(entry[1])));
}

function errorOf(fields: Fields): { code: string; message: string } {
  return { code: textOf(fields, 'code'), message: textOf(fields, 'message') };
}

function objectOf(raw: unknown, what: string): Fields {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw SgapsError.malformed(`${what}: it is no object`);
  return raw as Fields;
}

function listOf(raw: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw SgapsError.malformed(`message of the server: '${what}' is no list`);
  return raw;
}

function numbersOf(raw: unknown, what: string): number[] {
  const list = listOf(raw, what);
  if (list.every((value) => typeof value === 'number')) return list as number[];
  throw SgapsError.malformed(`message of the server: '${what}' holds more than numbers`);
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw SgapsError.malformed(`message of the server: '${name}' is no text`);
}

/** A number from 0 on. */
function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  throw SgapsError.malformed(`message of the server: '${name}' is ${JSON.stringify(value)}`);
}
