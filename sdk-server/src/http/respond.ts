import { isSgapsError, SgapsError } from '@sgaps/protocol';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { AccessError } from '../access/AccessError.js';
import { errorMessage, statusOf } from '../rooms/errors.js';
import { requestIdOf } from '../watching/watchRequests.js';

/** What an answer that is no page may do in a browser that opens it. Pages have policies of their own. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const NO_DEVICES = 'camera=(), microphone=(), geolocation=(), payment=(), usb=()';

/**
 * Headers every answer of ours carries: no sniffing, no framing, no referrer, no devices, nothing to run; and none of the open CORS headers Colyseus
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
  response.setHeader('Content-Security-Policy', NOTHING);
  response.setHeader('Permissions-Policy', NO_DEVICES);
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
 * Turns errors into JSON: `{ error: { code, message, requestId } }` with the status of its code.
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
    const requestId = requestIdOf(response);
    const refused = refusedBy(error);
    if (refused !== null) {
      const { code, message } = errorMessage(new SgapsError('ARGUMENT_INVALID', 'The request could not be read.'));
      response.status(refused).json({ error: { code, message, requestId } });
      return;
    }
    const status = statusOf(error);
    // What strangers did wrong is in the access log; what we did is here.
    if (status >= 500) log.error({ err: error, request: requestId, path: request.path }, 'request failed');
    const { code, message } = errorMessage(error);
    if (error instanceof AccessError) {
      if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="sgaps"');
      if (error.retryAfter !== null) response.setHeader('Retry-After', error.retryAfter);
    }
    response.status(status).json({ error: { code, message, requestId } });
  };
}

/** The status of what Express and its parsers refuse themselves: an address that cannot be decoded, a body that is none. Null for what is no fault of the sender. */
function refusedBy(error: unknown): number | null {
  if (isSgapsError(error) || !(error instanceof Error) || !('status' in error)) return null;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}
