import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRecordingId } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { Counter, Histogram } from 'prom-client';
import { metrics } from './registry.js';

const HEADER = 'X-Request-Id';
/** An id that is taken over from a proxy: nothing that could break a line or a page. */
const SANE = /^[\w.:@+/-]{1,128}$/;
/** Methods that have a series of their own. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const labelNames = ['method', 'route', 'status'] as const;
const requests = new Counter({
  name: 'sgaps_http_requests_total',
  help: 'HTTP requests, by method, pattern of the route and status.',
  labelNames,
  registers: [metrics],
});
const seconds = new Histogram({
  name: 'sgaps_http_request_seconds',
  help: 'What HTTP requests took until all was sent, by method and pattern of the route; downloads included.',
  labelNames: ['method', 'route'],
  buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
  registers: [metrics],
});

/** What Express leaves on a request that it found a route for. */
interface Routed {
  readonly route?: { readonly path?: unknown };
  readonly originalUrl?: string;
}

/** Requests that are watched already. */
const seen = new WeakSet<IncomingMessage>();

/**
 * Gives a request its id, which its answer carries (`X-Request-Id`: that of a proxy where it is sane, else a new one), and counts, times and logs it (at debug) when it is done. Watching one
 * a second time does nothing. Addresses are neither counted nor logged, only patterns of routes and the ids of recordings: they may hold what gives access.
 *
 * @example
 * ```ts
 * http.prependListener('request', (request, response) => watchRequest(request, response, log));
 * ```
 */
export function watchRequest(request: IncomingMessage, response: ServerResponse, log: Logger): void {
  if (seen.has(request)) return;
  seen.add(request);
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && SANE.test(given) ? given : randomUUID();
  if (!response.headersSent) response.setHeader(HEADER, id);
  const begun = performance.now();
  response.once('close', () => {
    const ms = performance.now() - begun;
    const method = METHODS.has(request.method ?? '') ? (request.method as string) : 'other';
    const route = routeOf(request);
    const whole = response.writableFinished;
    // As nginx counts it: whoever asked has gone before all was sent.
    const status = whole ? response.statusCode : 499;
    requests.inc({ method, route, status });
    seconds.observe({ method, route }, ms / 1000);
    const recording = recordingOf(route, request);
    log.debug({ request: id, method, route, status, ms: Math.round(ms), recording }, 'request');
  });
}

/**
 * The id of the request that this is the answer to, undefined where it is not watched.
 *
 * @example
 * ```ts
 * log.warn({ request: requestIdOf(response) }, 'refused');
 * ```
 */
export function requestIdOf(response: ServerResponse): string | undefined {
  const id = response.getHeader(HEADER);
  return typeof id === 'string' ? id : undefined;
}

/** Patterns that have a series of their own; a server has some dozens. */
const routes = new Set<string>();
const MOST_ROUTES = 200;

/** Pattern of the route that took a request, a word for all others: there are so many and no more, whatever strangers ask for. */
function routeOf(request: IncomingMessage & Routed): string {
  const route = patternOf(pathOf(request), request.route?.path);
  if (routes.size < MOST_ROUTES) routes.add(route);
  return routes.has(route) ? route : 'other';
}

function pathOf({ originalUrl, url }: IncomingMessage & Routed): string {
  return (originalUrl ?? url ?? '/').split(/[?#]/, 1)[0];
}

/** The recording that a request is about, as its address says; undefined for none. */
function recordingOf(route: string, request: IncomingMessage): string | undefined {
  const id = route.startsWith('/api/recordings/:id') ? pathOf(request).split('/')[3] : undefined;
  return isRecordingId(id) ? id : undefined;
}

function patternOf(path: string, found: unknown): string {
  // Colyseus answers these before Express, which serves folders without a route.
  if (path.startsWith('/matchmake/')) return '/matchmake/:method/:room';
  if (found === undefined) return /^\/examples\//i.test(path) ? '/examples/*' : 'none';
  const parts = path.split('/').filter(Boolean);
  // A router knows only the end of the path: what was before it is where it is mounted, whatever the case it was asked in. The longest first, since `/` ends any path.
  const ends = [found].flat().map((pattern) => String(pattern).split('/').filter(Boolean));
  const end = ends.sort((a, b) => b.length - a.length).find((pattern) => isEnd(pattern, parts));
  if (!end) return 'other';
  const mounted = parts.slice(0, parts.length - end.length).map((part) => part.toLowerCase());
  return `/${[...mounted, ...end].join('/')}`;
}

function isEnd(pattern: readonly string[], parts: readonly string[]): boolean {
  const from = parts.length - pattern.length;
  return from >= 0 && pattern.every((part, i) => part.startsWith(':') || part.toLowerCase() === parts[from + i].toLowerCase());
}
