import { type OverlayLayer, SgapsError } from '@sgaps/protocol';
import { layersOf } from '../link/linkMessages.js';

/**
 * Reads a text message of a viewer who is let in: which overlays it wants to see. Null for a token, which a transport that asks for none, or has it from the request, passes
 * over. @throws SgapsError `BYTES_MALFORMED`
 *
 * @example
 * ```ts
 * const layers = parseViewerText('{"type":"overlays","layers":["samples"]}');
 * ```
 */
export function parseViewerText(text: string): OverlayLayer[] | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'A text message must be JSON.', { cause });
  }
  const { type, layers } = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>;
  if (type === 'token') return null;
  if (type !== 'overlays' || !Array.isArray(layers))
    throw SgapsError.malformed(`message of a viewer: ${typeof type === 'string' ? type.slice(0, 40) : 'it has no type'}`);
  return layersOf(layers);
}
