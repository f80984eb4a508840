import { fileURLToPath } from 'node:url';
import { type NextFunction, type Request, type Response, Router } from 'express';
import { builtPages, sendPage } from './builtPages.js';

/** Scripts, styles, pictures and sockets of this server only. */
const POLICY =
  "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; object-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/**
 * The pages `/`, `/session/:id` and `/examples` and what they load. Built files are taken from `dist/dashboard`; when the server runs
 * from its sources, Vite builds them in memory at start.
 *
 * @example
 * ```ts
 * app.use(await dashboardRoutes());
 * ```
 */
export async function dashboardRoutes(): Promise<Router> {
  const router = Router();
  router.use(policy);
  const pages = await builtPages(fileUrl('./dashboard'), fileUrl('../../vite.config.ts'));
  const send = (name: string) => (_request: Request, response: Response, next: NextFunction) =>
    sendPage(pages, name, response, next);
  router.get('/', send('index.html'));
  router.get('/session/:id', send('session.html'));
  router.get('/examples', send('gallery.html'));
  router.get('/assets/:name', ({ params }, response, next) => sendPage(pages, `assets/${params.name}`, response, next));
  return router;
}

const fileUrl = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Also of what pages load: a worker has the policy of its own file. */
function policy(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Content-Security-Policy', POLICY);
  next();
}
