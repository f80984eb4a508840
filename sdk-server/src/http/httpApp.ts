import type { Application, Request, Response } from 'express';
import type { Access } from '../access/Access.js';
import { accessRoutes, shareLinks } from '../access/accessRoutes.js';
import { httpGate, tellRefusals } from '../access/httpGate.js';
import { isLoopback } from '../access/listenAddress.js';
import { visitorOf } from '../access/Visitor.js';
import type { SampleGame } from '../gallery/SampleGame.js';
import type { ReplayServices } from '../rooms/ReplayServices.js';
import { healthRoutes } from '../watching/healthRoutes.js';
import { metricsRoute } from '../watching/metricsRoute.js';
import { requestIdOf, watchRequest } from '../watching/watchRequests.js';
import { clusterRoute } from './clusterRoute.js';
import { dashboardRoutes } from './dashboardRoutes.js';
import { drainRoute } from './drainRoute.js';
import { exampleRoutes } from './exampleRoutes.js';
import { exportRoutes } from './exportRoutes.js';
import { keepingRoutes } from './keepingRoutes.js';
import { playerRoutes } from './playerRoutes.js';
import { recordingRoutes } from './recordingRoutes.js';
import { jsonErrors, openTo, securityHeaders } from './respond.js';
import { sessionRoutes } from './sessionRoutes.js';
import { type ViewingAddress, viewingRoute } from './viewingRoute.js';

/**
 * Mounts everything SGAPS serves over HTTP on an Express app: `/api/…`, `/healthz`, `/readyz`, `/metrics`, the dashboard and the sample games.
 * Give it to Colyseus as its `express` option. `exportBytes`: what files of exports may take in all, default 8 GiB. `stored`: as the server's options of these names. `metricsToken`: what `/metrics` is asked with, default nothing; false leaves it out.
 *
 * @example
 * ```ts
 * defineServer({ rooms, express: (app) => mountHttp(app, services, []) });
 * ```
 */
export async function mountHttp(
  app: Application,
  services: ReplayServices,
  games: readonly SampleGame[],
  viewing: ViewingAddress = { port: null, url: null, origins: [] },
  exportBytes?: number,
  stored: { readonly store?: string; readonly localBytes?: number } = {},
  metricsToken?: string | null | false,
): Promise<void> {
  app.disable('x-powered-by');
  app.set('trust proxy', services.access.trustProxy);
  app.use((request, response, next) => {
    watchRequest(request, response, services.log);
    next();
  });
  app.use(securityHeaders);
  // These and nothing below them: a recording's file stays with the server's own pages.
  app.get(['/api/viewing', '/api/recordings/:id', '/api/recordings/:id/thumbnail'], openTo(viewing.origins));
  // Who brings its own token need not have one of the gate's.
  if (metricsToken) app.use(metricsRoute(metricsToken, true));
  app.use(httpGate(services));
  app.get(['/session/:id', '/dashboard/player'], shareLinks(services));
  app.use('/api', accessRoutes(services));
  app.use('/api/recordings', recordingRoutes(services));
  app.use('/api', keepingRoutes(services));
  app.use('/api/sessions', sessionRoutes(services));
  app.use('/api/cluster', clusterRoute(services));
  app.use('/api/drain', drainRoute(services));
  app.use('/api/viewing', viewingRoute(viewing, services));
  app.use('/api', exportRoutes(services, exportBytes, stored));
  app.use(healthRoutes(services, (request, response) => mayKnowAll(request, response, services.access)));
  if (metricsToken !== false) app.use(metricsRoute(services.access.required ? null : metricsToken));
  app.use('/api', notFound);
  app.use('/examples', exampleRoutes(games));
  app.use('/dashboard/player', playerRoutes(services));
  app.use(await dashboardRoutes());
  app.use(tellRefusals(services.access));
  app.use(jsonErrors(services.log));
}

/** Who watches the server: this machine, and whoever may watch everything, which all may where there is no secret. */
function mayKnowAll(request: Request, response: Response, { trustProxy }: Access): boolean {
  const visitor = visitorOf(response);
  if (visitor.mayAll('watch')) return true;
  // Who comes through a proxy of this machine that we were not told of is anybody.
  return isLoopback(visitor.address) && (trustProxy > 0 || request.get('x-forwarded-for') === undefined);
}

function notFound(request: Request, response: Response): void {
  // Not the whole address: its parameters may be secret.
  const message = `${request.method} ${request.baseUrl}${request.path} is not served here.`;
  response.status(404).json({ error: { code: 'NOT_FOUND', message, requestId: requestIdOf(response) } });
}
