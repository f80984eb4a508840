import type { AuthContext } from '@colyseus/core';
import { SgapsError } from '@sgaps/protocol';

/**
 * Where a join came from, as far as its headers say.
 *
 * @example
 * ```ts
 * const origin: JoinOrigin = joinOrigin(context);
 * ```
 */
export interface JoinOrigin {
  /** Scheme, host and port of the page, null outside browsers. */
  readonly origin: string | null;
  /** Hosts this server is known as by the request. */
  readonly hosts: readonly string[];
}

/**
 * Reads a join's origin.
 *
 * @example
 * ```ts
 * static override async onAuth(_token: string, _options: unknown, context: AuthContext) { return joinOrigin(context); }
 * ```
 */
export function joinOrigin(context: AuthContext): JoinOrigin {
  const { headers } = context;
  const hosts = [headers.get('host'), headers.get('x-forwarded-host')].filter((host): host is string => host !== null);
  return { origin: headers.get('origin'), hosts };
}

/**
 * Replays are private by default: a page of another origin may not watch, even when the server listens on localhost and
 * the page runs in the player's own browser. Throws `UNAUTHORIZED`. Clients outside browsers send no origin and pass.
 *
 * @example
 * ```ts
 * assertViewerOrigin(client.auth, ['https://tools.example.com']);
 * ```
 */
export function assertViewerOrigin(from: JoinOrigin, allowed: readonly string[] = []): void {
  if (isAllowed(from, allowed)) return;
  throw new SgapsError('UNAUTHORIZED', `Pages of ${from.origin} may not watch replays; add it to viewerOrigins to allow it.`);
}

/**
 * Throws `UNAUTHORIZED` for a page of an origin that may not record. Clients outside browsers send none and pass.
 *
 * @example
 * ```ts
 * assertRecorderOrigin(joinOrigin(context), ['https://game.example.com']);
 * ```
 */
export function assertRecorderOrigin(from: JoinOrigin, allowed: readonly string[]): void {
  if (isAllowed(from, allowed)) return;
  throw new SgapsError('UNAUTHORIZED', `Pages of ${from.origin} may not record here; add it to recordOrigins to allow it.`);
}

/** True for this server's own pages, those of the origins in `allowed`, and for who sends no origin. */
export function isAllowed({ origin, hosts }: JoinOrigin, allowed: readonly string[]): boolean {
  if (origin === null || allowed.includes('*') || allowed.includes(origin)) return true;
  const host = URL.canParse(origin) ? new URL(origin).host : null;
  return host !== null && hosts.includes(host);
}
