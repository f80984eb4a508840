import { matchMaker } from '@colyseus/core';
import { type Request, type Response, Router } from 'express';
import type { ReplayServices } from '../rooms/ReplayServices.js';

/**
 * `/healthz`: 200 as long as the process answers, whatever else is wrong: for what restarts it. `/readyz`: 200 while it takes sessions, else 503 with each check's reason: for what sends it some.
 * `tellsAll`: whom `/healthz` tells how much there is to do and what the disk has left, and not only whether it is well; default everybody.
 *
 * @example
 * ```ts
 * app.use(healthRoutes(services));
 * ```
 */
export function healthRoutes(
  { sessions, disk, readiness, overload }: Pick<ReplayServices, 'sessions' | 'disk' | 'readiness' | 'overload'>,
  tellsAll: (request: Request, response: Response) => boolean = () => true,
): Router {
  const router = Router();
  router.get('/healthz', (request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    const well = { ok: true, ready: readiness.ready };
    if (!tellsAll(request, response)) {
      response.json(well);
      return;
    }
    response.json({
      ...well,
      accepting: accepting(),
      full: overload.full,
      ...overload.figures,
      sessions: sessions.size,
      disk: disk.figures,
      uptimeSeconds: Math.round(process.uptime()),
    });
  });
  router.get('/readyz', (_request, response) => {
    const { ready, checks } = readiness.report();
    response
      .status(ready ? 200 : 503)
      .setHeader('Cache-Control', 'no-store')
      .json({ ready, checks });
  });
  return router;
}

/**
 * Whether the matchmaker opens rooms: not before the server listens, and not once it closes.
 *
 * @example
 * ```ts
 * readiness.add('rooms', () => (accepting() ? null : 'The server is starting or closing.'), { every: 0 });
 * ```
 */
export function accepting(): boolean {
  return matchMaker.state === matchMaker.MatchMakerState.READY;
}
