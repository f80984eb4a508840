import { createServer, type Server } from 'node:http';
import { gateConnections, HTTP_LIMITS } from '@sgaps/pipeline';
import express, { type RequestHandler, Router } from 'express';
import { holdsToken } from './metricsToken.js';
import { metrics } from './registry.js';
import { requestIdOf } from './watchRequests.js';

/**
 * `/metrics`, in Prometheus' text format, for who brings the token where one is set. `orNext` leaves others to the routes that follow.
 *
 * @example
 * ```ts
 * app.use(metricsRoute(token));
 * ```
 */
export function metricsRoute(token: string | null = null, orNext = false): Router {
  const router = Router();
  router.get('/metrics', async ({ headers }, response, next) => {
    if (!holdsToken(headers.authorization, token)) {
      if (orNext) return next();
      const message = 'The token of /metrics is needed: Authorization: Bearer …';
      const requestId = requestIdOf(response);
      response
        .status(401)
        .setHeader('WWW-Authenticate', 'Bearer')
        .json({ error: { code: 'UNAUTHORIZED', message, requestId } });
      return;
    }
    response
      .setHeader('Cache-Control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.metrics());
  });
  return router;
}

/**
 * Serves routes on a port of their own, for the network that only operators reach; rejects with Node's error where the port is taken.
 *
 * @example
 * ```ts
 * const internal = await serveInternally([metricsRoute(), healthRoutes(services)], { port: 9464, host: '127.0.0.1' });
 * internal.close();
 * ```
 */
export async function serveInternally(
  routes: readonly RequestHandler[],
  { port, host }: { readonly port: number; readonly host: string },
): Promise<Server> {
  const app = express()
    .disable('x-powered-by')
    .use(...routes);
  const server = createServer(HTTP_LIMITS, app);
  gateConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}
