import { createServer, type Server } from 'node:http';
import express, { type RequestHandler, Router } from 'express';
import { metrics } from './registry.js';

/**
 * `/metrics`, in Prometheus' text format. `guard` comes first: who may see it.
 *
 * @example
 * ```ts
 * app.use(metricsRoute(onlyAdmins));
 * ```
 */
export function metricsRoute(...guard: RequestHandler[]): Router {
  const router = Router();
  router.get('/metrics', ...guard, async (_request, response) => {
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
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}
