import { LIMITS, SgapsError } from '@sgaps/protocol';
import {
  announcedOf,
  type CommonText,
  commonText,
  type Fields,
  fieldsOf,
  numberOf,
  objectOf,
  type PictureAnnounced,
  sizeOf,
  textOf,
} from '../../viewer/serverText.js';
import type { ReplayFigures, ReplayInfo, ReplayMarker, ReplayStates } from '../ReplaySource.js';

/** What the server tells of a replay's picture. Times in seconds. */
export interface PictureNotice extends PictureAnnounced {
  readonly time: number;
  readonly previous: number | null;
  readonly next: number | null;
  readonly recordedFrame: number;
  readonly refined: boolean;
}

/** A text message of the transport about a replay, checked. */
export type ServerText =
  | CommonText
  | PictureNotice
  | { readonly type: 'ready'; readonly info: ReplayInfo }
  | { readonly type: 'markers'; readonly markers: readonly ReplayMarker[] }
  | { readonly type: 'states'; readonly states: ReplayStates }
  | { readonly type: 'figures'; readonly figures: ReplayFigures }
  | { readonly type: 'growth'; readonly duration: number; readonly growing: boolean };

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
  const fields = fieldsOf(json);
  switch (fields.type) {
    case 'picture':
      return { ...announcedOf(fields), ...noticeOf(fields) };
    case 'ready':
      return { type: 'ready', info: infoOf(fields) };
    case 'markers':
      return { type: 'markers', markers: listOf(fields.markers, 'markers').map(markerOf) };
    case 'states':
      return { type: 'states', states: statesOf(fields, values) };
    case 'figures':
      return { type: 'figures', figures: figuresOf(fields) };
    case 'growth':
      return { type: 'growth', duration: numberOf(fields, 'duration'), growing: fields.growing === true };
    default:
      return commonText(fields);
  }
}

function infoOf(fields: Fields): ReplayInfo {
  const about = objectOf(fields.about, "'about' of a replay");
  const { width, height } = sizeOf(fields);
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
    archived: about.archived === true,
    values: listOf(about.values, 'values').map((name) => String(name)),
  };
}

function noticeOf(fields: Fields): Omit<PictureNotice, keyof PictureAnnounced> {
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

function listOf(raw: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw SgapsError.malformed(`message of the server: '${what}' is no list`);
  return raw;
}

function numbersOf(raw: unknown, what: string): number[] {
  const list = listOf(raw, what);
  if (list.every((value) => typeof value === 'number')) return list as number[];
  throw SgapsError.malformed(`message of the server: '${what}' holds more than numbers`);
}
