import { Router } from 'express';
import type { ReplayServices } from '../rooms/ReplayServices.js';

/**
 * `/api/cluster`: the processes that record, this one first: `{ redis, processes }`, `redis` false while it is away, null where there is none.
 *
 * @example
 * ```ts
 * app.use('/api/cluster', clusterRoute(services));
 * ```
 */
export function clusterRoute({ cluster, processId, sessions, admission }: ReplayServices): Router {
  const router = Router();
  router.get('/', (_request, response) => {
    const alone = [{ id: processId, sessions: sessions.size, accepting: admission.accepting }];
    response.setHeader('Cache-Control', 'no-store');
    response.json({ redis: cluster?.link.up ?? null, processes: cluster?.members.living ?? alone });
  });
  return router;
}
