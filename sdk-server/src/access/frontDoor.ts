import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { isPublicName } from '@sgaps/pipeline';
import { isAllowed } from '../rooms/origins.js';
import type { Access } from './Access.js';
import { AccessError } from './AccessError.js';
import { clientOf } from './ClientLimits.js';
import { clientAddress } from './clientAddress.js';

/** Where joins come in, which Colyseus answers before anything of ours. */
const JOINS = '/matchmake/';
/** Pages of other origins join and read; they change nothing. */
const METHODS = 'GET,HEAD,POST';
const HEADERS = 'Authorization, Content-Type, Range';
/** Seconds that a browser need not ask again. */
const REMEMBER = 600;

const NOT_LOCAL =
  'UNAUTHORIZED: This server has no secret and is for its own machine: it answers to localhost and to addresses, not to names of the internet. Set SGAPS_SECRET, or say --insecure.';

/** What is known of the server that it stands before. */
export interface FrontDoorOptions {
  /** Origins other than the server's own whose pages may watch. */
  readonly viewerOrigins?: readonly string[];
  /** Whoever reaches it may do everything, since only its own machine does: a page on the internet may say that its name is that of this machine. */
  readonly local: boolean;
}

/**
 * Looks at each request and each upgrade of a server before Colyseus does: tells it the client's true address, whatever the client wrote, and answers
 * whose pages may ask at all. To be called once the server listens, since Colyseus puts itself first then.
 *
 * @example
 * ```ts
 * await server.listen(2567);
 * standBefore(transport.server, access, { viewerOrigins: ['https://tools.example.com'], local: false });
 * ```
 */
export function standBefore(server: Server, access: Access, { viewerOrigins = [], local }: FrontDoorOptions): void {
  const behind = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const joins = (request.url ?? '').startsWith(JOINS);
    const allowed = joins ? [...viewerOrigins, ...access.recordOrigins] : viewerOrigins;
    const mayAsk = isAllowed(originOf(request), allowed);
    nameAddress(request, access.trustProxy);
    if (local && isPublicName(request.headers.host)) return refuse(response, 403, NOT_LOCAL);
    if (request.method === 'OPTIONS') return preflight(request, response, mayAsk);
    if (!joins) return pass(behind, request, response);
    if (!mayAsk)
      return refuse(
        response,
        403,
        `UNAUTHORIZED: Pages of ${String(request.headers.origin).slice(0, 200)} may neither record nor watch here.`,
      );
    try {
      access.limits.request(clientOf(null, clientAddress(request, access.trustProxy)));
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      response.setHeader('Retry-After', error.retryAfter ?? 1);
      allow(request, response);
      return refuse(response, 429, `${error.code}: ${error.message}`);
    }
    pass(behind, request, response);
  });
  server.prependListener('upgrade', (request: IncomingMessage) => nameAddress(request, access.trustProxy));
}

/** Colyseus believes these headers, whoever wrote them: the first of them is ours from now on. */
function nameAddress(request: IncomingMessage, proxies: number): void {
  request.headers['x-real-ip'] = clientAddress(request, proxies);
}

function originOf({ headers }: IncomingMessage): { origin: string | null; hosts: readonly string[] } {
  return { origin: headers.origin ?? null, hosts: headers.host === undefined ? [] : [headers.host] };
}

function pass(listeners: readonly RequestListener[], request: IncomingMessage, response: ServerResponse): void {
  for (const listener of listeners) listener(request, response);
}

function preflight(request: IncomingMessage, response: ServerResponse, mayAsk: boolean): void {
  if (mayAsk && request.headers.origin !== undefined) {
    allow(request, response);
    response.setHeader('Access-Control-Allow-Methods', METHODS);
    response.setHeader('Access-Control-Allow-Headers', HEADERS);
    response.setHeader('Access-Control-Max-Age', REMEMBER);
  }
  response.writeHead(204).end();
}

function allow({ headers: { origin } }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Vary', 'Origin');
  if (origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
}

/** As Colyseus tells a join that is refused. */
function refuse(response: ServerResponse, code: number, error: string): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ code, error }));
}
