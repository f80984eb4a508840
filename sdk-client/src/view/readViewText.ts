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

/** A text message about any scene, checked. */
export type ViewText = CommonText | ViewNotice | { readonly type: 'ready'; readonly info: StreamInfo };

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
  if (fields.type !== 'picture') return commonText(fields);
  const { type: _, frameId: __, unchanged: ___, ...about } = fields;
  return { ...announcedOf(fields), about };
}
