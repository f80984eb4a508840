import {
  announcedOf,
  type CommonText,
  commonText,
  type Fields,
  fieldsOf,
  objectOf,
  type PictureAnnounced,
  sizeOf,
} from '../viewer/serverText.js';
import type { StreamInfo } from './messages.js';

/** A picture is told of; `about` is what its scene says. */
export interface ViewNotice extends PictureAnnounced {
  readonly about: Fields;
}

/** What a scene tells that is built while it is watched, as splats of a recording are. */
type BuildText =
  /** `share` is done, 0 … 1. */
  | { readonly type: 'building'; readonly share: number }
  /** From now on there are pictures; `about` is what the scene says of itself now. */
  | { readonly type: 'built'; readonly about: Fields }
  | { readonly type: 'unbuilt'; readonly code: string; readonly message: string };

/** A text message about any scene, checked. */
export type ViewText = CommonText | ViewNotice | BuildText | { readonly type: 'ready'; readonly info: StreamInfo };

/**
 * Reads a text message of a transport about a scene of any kind.
 *
 * @throws SgapsError `BYTES_MALFORMED`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * const text = readViewText(event.data);
 * ```
 */
export function readViewText(json: string): ViewText {
  const fields = fieldsOf(json);
  if (fields.type === 'ready')
    return { type: 'ready', info: { ...sizeOf(fields), about: objectOf(fields.about ?? {}, "'about' of a scene") } };
  if (fields.type !== 'picture') return buildText(fields) ?? commonText(fields);
  const { type: _, frameId: __, unchanged: ___, ...about } = fields;
  return { ...announcedOf(fields), about };
}

/** Null for all else, also for what a scene of another kind says by these words. */
function buildText(fields: Fields): BuildText | null {
  const { type, share, code, message, ...rest } = fields;
  if (type === 'building' && typeof share === 'number' && share >= 0 && share <= 1) return { type, share };
  if (type === 'unbuilt' && typeof code === 'string' && typeof message === 'string') return { type, code, message };
  return type === 'built' ? { type, about: rest } : null;
}
