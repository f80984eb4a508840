import { SgapsError } from '@sgaps/protocol';
import { Router } from 'express';
import { AccessError } from '../access/AccessError.js';
import { recordingOf } from '../access/Grant.js';
import type { Tokens } from '../access/Tokens.js';
import { type Visitor, visitorOf } from '../access/Visitor.js';
import type { ReplayServices } from '../rooms/ReplayServices.js';

/**
 * Where viewers connect to.
 *
 * @example
 * ```ts
 * const address: ViewingAddress = { port: 2568, url: null, origins: [] };
 * ```
 */
export interface ViewingAddress {
  /** Port of the transport on the host that was asked; null where there is none. */
  readonly port: number | null;
  /** The whole address, where a proxy stands before it. */
  readonly url: string | null;
  /** Origins other than the server's own whose pages may watch; `*` for all. */
  readonly origins: readonly string[];
}

/** Characters of a scene's name that are looked at. */
const LONGEST = 200;

/**
 * `/api/viewing`: `{ url }`, the WebSocket address of the transport as seen by whoever asks, null where none was started; and `token`, a ticket for the scene
 * that is named (`?scene=replay:ID`), where one is needed.
 *
 * @example
 * ```ts
 * app.use('/api/viewing', viewingRoute({ port: 2568, url: null }, services));
 * ```
 */
export function viewingRoute(
  { port, url }: Pick<ViewingAddress, 'port' | 'url'>,
  { access, catalog }: Pick<ReplayServices, 'access' | 'catalog'>,
): Router {
  const router = Router();
  router.get('/', async ({ headers, protocol, query }, response) => {
    const asked = `http://${headers.host}`;
    const host = headers.host !== undefined && URL.canParse(asked) ? new URL(asked).hostname : null;
    const own = port !== null && host !== null ? `${protocol === 'https' ? 'wss' : 'ws'}://${host}:${port}` : null;
    const { scene } = query;
    const token = access.tokens && typeof scene === 'string' ? await ticketFor(scene, visitorOf(response), access.tokens) : null;
    response.setHeader('Cache-Control', 'no-store').json({ url: url ?? own, ...(token !== null && { token }) });
  });
  return router;

  async function ticketFor(scene: string, visitor: Visitor, tokens: Tokens): Promise<string> {
    if (scene.length === 0 || scene.length > LONGEST)
      throw new SgapsError('ARGUMENT_INVALID', 'scene must be a name, as replay:ID.');
    const recording = recordingOf(scene);
    // What is no recording belongs to no game.
    if (recording === null && !visitor.mayAll('watch')) throw AccessError.notCovered('Your token is for recordings only.');
    const row = recording === null ? null : await catalog.get(recording);
    if (recording !== null && !row && !visitor.mayAll('watch')) throw AccessError.notCovered('Your token is not for this.');
    const grant = visitor.require({ scope: 'watch', recording: recording ?? undefined, game: row?.game });
    return tokens.createTicket(scene, grant);
  }
}
