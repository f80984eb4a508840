import { isSgapsError, SgapsError } from '@sgaps/protocol';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { AccessError } from '../access/AccessError.js';
import { errorMessage, statusOf } from '../rooms/errors.js';

/**
 * Headers every answer of ours carries: no sniffing, no framing, no referrer; and none of the open CORS headers Colyseus
 * adds, except where a router asks for them: replays are private to the server's own pages by default.
 *
 * @example
 * ```ts
 * app.use('/api', securityHeaders);
 * ```
 */
export function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  for (const name of ['Access-Control-Allow-Origin', 'Access-Control-Allow-Credentials']) response.removeHeader(name);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'SAMEORIGIN');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  next();
}

/**
 * Lets pages of these origins read what follows; `*` for all.
 *
 * @example
 * ```ts
 * app.get('/api/viewing', openTo(['https://game.example.com']));
 * ```
 */
export function openTo(origins: readonly string[]) {
  return ({ method, headers }: Request, response: Response, next: NextFunction): void => {
    const { origin } = headers;
    if (method === 'GET' && origin !== undefined && (origins.includes('*') || origins.includes(origin))) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Vary', 'Origin');
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    }
    next();
  };
}

/**
 * Refuses requests that change something and come from a page of another origin. Throws `UNAUTHORIZED`.
 *
 * @example
 * ```ts
 * router.delete('/recordings/:id', sameOrigin, remove);
 * ```
 */
export function sameOrigin(request: Request, _response: Response, next: NextFunction): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.headers.host);
  if (foreign || site === 'cross-site') {
    next(new SgapsError('UNAUTHORIZED', 'Pages of another origin may not do this.'));
    return;
  }
  next();
}

/**
 * Says that a body which is no JSON, or too large, is the sender's mistake.
 *
 * @example
 * ```ts
 * router.use('/recordings/:id/exports', bodyErrors);
 * ```
 */
export function bodyErrors(error: unknown, _request: Request, _response: Response, next: NextFunction): void {
  const refused = error instanceof Error && !isSgapsError(error) && 'status' in error && Number(error.status) < 500;
  next(refused ? new SgapsError('ARGUMENT_INVALID', `The body must be a small JSON object: ${error.message}`) : error);
}

/**
 * Turns errors into JSON: `{ error: { code, message } }` with the status of its code.
 *
 * @example
 * ```ts
 * app.use(jsonErrors(log));
 * ```
 */
export function jsonErrors(log: Logger) {
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(error);
      return;
    }
    if (!isSgapsError(error)) log.error({ err: error, path: request.path }, 'request failed');
    const { code, message } = errorMessage(error);
    if (error instanceof AccessError) {
      if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="sgaps"');
      if (error.retryAfter !== null) response.setHeader('Retry-After', error.retryAfter);
    }
    response.status(statusOf(error)).json({ error: { code, message } });
  };
}
