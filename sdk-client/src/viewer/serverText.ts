import { LIMITS, SgapsError } from '@sgaps/protocol';

/** The fields of a text message. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a connection itself looks at in a text message. */
export interface ServerMessage {
  readonly type: string;
}

/** A picture is told of, whatever its scene tells beside it. */
export interface PictureAnnounced extends ServerMessage {
  readonly type: 'picture';
  readonly frameId: number;
  /** No bytes follow: the picture before it still holds. */
  readonly unchanged: boolean;
}

/** What every scene's transport may say, checked. `other` is one that this version does not know. */
export type CommonText =
  | { readonly type: 'overlay' }
  | { readonly type: 'error'; readonly code: string; readonly message: string }
  /** One picture could not be made. */
  | { readonly type: 'failed'; readonly frameId: number; readonly code: string; readonly message: string }
  | { readonly type: 'other' };

/**
 * The fields of a text message.
 *
 * @throws SgapsError `BYTES_MALFORMED`
 */
export function fieldsOf(json: string): Fields {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'Malformed message of the server: it is no JSON.', { cause });
  }
  return objectOf(raw, 'message of the server');
}

/** A text message that is none of a scene's own. @throws SgapsError `BYTES_MALFORMED` */
export function commonText(fields: Fields): CommonText {
  switch (fields.type) {
    case 'overlay':
      return { type: 'overlay' };
    case 'error':
      return { type: 'error', ...errorOf(fields) };
    case 'failed':
      return { type: 'failed', frameId: numberOf(fields, 'frameId'), ...errorOf(fields) };
    default:
      return { type: 'other' };
  }
}

/** What announces a picture. @throws SgapsError `BYTES_MALFORMED` */
export function announcedOf(fields: Fields): PictureAnnounced {
  return { type: 'picture', frameId: numberOf(fields, 'frameId'), unchanged: fields.unchanged === true };
}

/** The size that `ready` tells. @throws SgapsError `BYTES_MALFORMED`, `LIMIT_EXCEEDED` */
export function sizeOf(fields: Fields): { readonly width: number; readonly height: number } {
  const [width, height] = [numberOf(fields, 'width'), numberOf(fields, 'height')];
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1) throw SgapsError.malformed(`'ready': pictures of ${width}×${height}`);
    if (side > LIMITS.pictureSide) throw SgapsError.limit('side of a picture', side, LIMITS.pictureSide);
  }
  return { width, height };
}

export function objectOf(raw: unknown, what: string): Fields {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw SgapsError.malformed(`${what}: it is no object`);
  return raw as Fields;
}

export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw SgapsError.malformed(`message of the server: '${name}' is no text`);
}

/** A number from 0 on. */
export function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  throw SgapsError.malformed(`message of the server: '${name}' is ${JSON.stringify(value)}`);
}

function errorOf(fields: Fields): { code: string; message: string } {
  return { code: textOf(fields, 'code'), message: textOf(fields, 'message') };
}
