import { type OverlayLayer, SgapsError } from '@sgaps/protocol';
import { layersOf } from '../link/linkMessages.js';

/**
 * Reads the one text message that viewers send: which overlays they want to see. @throws SgapsError `BYTES_MALFORMED`
 *
 * @example
 * ```ts
 * seat.overlays(parseViewerText('{"type":"overlays","layers":["samples"]}'));
 * ```
 */
export function parseViewerText(text: string): OverlayLayer[] {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'A text message must be JSON.', { cause });
  }
  const { type, layers } = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>;
  if (type !== 'overlays' || !Array.isArray(layers))
    throw SgapsError.malformed(`message of a viewer: ${typeof type === 'string' ? type.slice(0, 40) : 'it has no type'}`);
  return layersOf(layers);
}
