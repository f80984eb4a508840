import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import express, { type NextFunction, type Request, type Response, Router } from 'express';

/** Scripts, styles, pictures and sockets of this server only. */
const POLICY =
  "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/**
 * The pages `/` and `/session/:id` and what they load. Built files are taken from `dist/dashboard`; when the server runs
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
  const files = await dashboardFiles();
  const send = (name: string) => (_request: Request, response: Response, next: NextFunction) => {
    if (typeof files === 'string') response.sendFile(name, { root: files, dotfiles: 'allow' });
    else sendMemory(files, name, response, next);
  };
  router.get('/', send('index.html'));
  router.get('/session/:id', send('session.html'));
  if (typeof files === 'string')
    router.use('/assets', express.static(`${files}/assets`, { immutable: true, maxAge: '1y', dotfiles: 'allow' }));
  else
    router.get('/assets/:name', (request, response, next) => sendMemory(files, `assets/${request.params.name}`, response, next));
  return router;
}

function policy(request: Request, response: Response, next: NextFunction): void {
  if (request.path === '/' || request.path.startsWith('/session/')) response.setHeader('Content-Security-Policy', POLICY);
  next();
}

function sendMemory(files: ReadonlyMap<string, string | Uint8Array>, name: string, response: Response, next: NextFunction): void {
  const body = files.get(name);
  if (body === undefined) {
    next();
    return;
  }
  response.type(name.slice(name.lastIndexOf('.'))).send(typeof body === 'string' ? body : Buffer.from(body));
}

async function dashboardFiles(): Promise<string | Map<string, string | Uint8Array>> {
  const built = fileURLToPath(new URL('./dashboard', import.meta.url));
  if (existsSync(`${built}/index.html`) && !import.meta.url.endsWith('.ts')) return built;
  return buildInMemory();
}

async function buildInMemory(): Promise<Map<string, string | Uint8Array>> {
  const { build } = await import('vite');
  const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url));
  const result = await build({ configFile, configLoader: 'native', logLevel: 'error', build: { write: false } });
  const files = new Map<string, string | Uint8Array>();
  for (const output of Array.isArray(result) ? result : [result]) {
    if (!('output' in output)) continue;
    for (const file of output.output) files.set(file.fileName, file.type === 'chunk' ? file.code : file.source);
  }
  return files;
}
