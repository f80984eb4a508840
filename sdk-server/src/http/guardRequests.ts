import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { errorMessage, statusOf } from '../rooms/errors.js';
import { requestIdOf } from '../watching/watchRequests.js';

/** Bytes of a request's body: joins and exports are asked for in some hundred. */
const MOST_BODY = 64 * 1024;
const MOST_URL = 4096;
const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(:\d{1,5})?$/i;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Stands before all that a server does with requests, Colyseus' routes among it, which make URLs of headers and read bodies of any size: what no client of ours would send is
 * refused here in JSON, and no error of what comes behind ends the process. Call it once everything listens for requests.
 *
 * @example
 * ```ts
 * await server.listen(2567);
 * guardRequests(transport.server, log);
 * ```
 */
export function guardRequests(server: Server, log?: Logger): void {
  const onRequest = take(server, 'request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    try {
      assertRequest(request);
      onRequest(request, response);
    } catch (error) {
      refuse(error, response, log);
    }
  });
  const onUpgrade = take(server, 'upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    try {
      assertRequest(request);
      onUpgrade(request, socket, head);
    } catch (error) {
      socket.end(`HTTP/1.1 ${statusOf(error)} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
    }
  });
}

/** The listeners there are, as one; from now on they hear nothing by themselves. */
function take(server: Server, event: 'request' | 'upgrade'): (...args: unknown[]) => void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  return (...args) => {
    for (const listener of listeners) listener.apply(server, args);
  };
}

/** Throws `ARGUMENT_INVALID` or `LIMIT_EXCEEDED`. */
function assertRequest({ method = 'GET', url = '/', headers }: IncomingMessage): void {
  if (!METHODS.has(method)) throw invalid('This method is not taken here.');
  if (url.length > MOST_URL) throw SgapsError.limit('length of an address', url.length, MOST_URL);
  if (!url.startsWith('/') || !URL.canParse(`ws://server${url}`)) throw invalid('The address of the request is no path.');
  if (headers.host !== undefined && !HOST.test(headers.host)) throw invalid('The header Host names no host.');
  const proto = headers['x-forwarded-proto'];
  if (proto !== undefined) {
    // Each proxy on the way adds its own: the first is the browser's.
    const [first] = proto.toString().split(',');
    if (!/^(https?|wss?)$/i.test(first.trim())) throw invalid('The header X-Forwarded-Proto names neither http nor https.');
    headers['x-forwarded-proto'] = first.trim();
  }
  if (headers['transfer-encoding'] !== undefined) throw invalid('A body needs the header Content-Length.');
  const length = Number(headers['content-length'] ?? 0);
  if (!(length <= MOST_BODY)) throw SgapsError.limit('length of a body', length, MOST_BODY);
  const type = headers['content-type'];
  if (length > 0 && type !== undefined && !/^application\/json\b/i.test(type)) throw invalid('A body must be JSON.');
}

function invalid(message: string): SgapsError {
  return new SgapsError('ARGUMENT_INVALID', message);
}

function refuse(error: unknown, response: ServerResponse, log: Logger | undefined): void {
  if (!(error instanceof SgapsError)) log?.error({ err: error }, 'request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { code, message } = errorMessage(error);
  const requestId = requestIdOf(response);
  // Nothing of its body is read.
  response.writeHead(statusOf(error), { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(JSON.stringify({ error: { code, message, requestId } }), () => response.req.destroy());
}
