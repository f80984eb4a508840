import { SgapsError } from '@sgaps/protocol';
import { json, Router } from 'express';
import type { ReplayServices } from '../rooms/ReplayServices.js';
import { sameOrigin } from './respond.js';

/** Seconds. */
const MOST_WITHIN = 7 * 24 * 3600;

/**
 * `/api/drain`: GET tells how far a drain is, POST (`{ within }` seconds, by default as the server was told) begins one; DELETE takes sessions in again, though
 * those that were handed over do not come back.
 *
 * @example
 * ```ts
 * app.use('/api/drain', drainRoute(services));
 * ```
 */
export function drainRoute({ drain, sessions, admission, log }: ReplayServices): Router {
  const router = Router();
  const state = () => ({
    draining: admission.draining,
    sessions: sessions.size,
    left: drain.left === null ? null : drain.left / 1000,
  });

  router.get('/', (_request, response) => {
    response.setHeader('Cache-Control', 'no-store').json(state());
  });

  router.post('/', sameOrigin, json({ limit: '1kb' }), (request, response) => {
    const { within } = (request.body ?? {}) as { readonly within?: unknown };
    if (within !== undefined && !(typeof within === 'number' && within >= 0 && within <= MOST_WITHIN))
      throw new SgapsError('ARGUMENT_INVALID', `within must be seconds, 0 to ${MOST_WITHIN}.`);
    drain
      .run(within === undefined ? undefined : 1000 * within)
      .catch((error: unknown) => log.error({ err: error }, 'drain failed'));
    response.status(202).json(state());
  });

  router.delete('/', sameOrigin, (_request, response) => {
    drain.stop();
    admission.draining = false;
    response.json(state());
  });

  return router;
}
