import { createHash, timingSafeEqual } from 'node:crypto';
import { SgapsError } from '@sgaps/protocol';

/** Characters of the shortest token: nobody counts how often one is guessed. */
const SHORTEST = 16;

/**
 * The token of `/metrics` as it was given; null for none, which nothing at all is too, as variables may be. Throws `ARGUMENT_INVALID` for one that could be guessed.
 *
 * @example
 * ```ts
 * const token = metricsTokenOf(process.env.SGAPS_METRICS_TOKEN);
 * ```
 */
export function metricsTokenOf(given: string | null | undefined): string | null {
  if (!given) return null;
  if (given.length >= SHORTEST) return given;
  throw new SgapsError(
    'ARGUMENT_INVALID',
    `The token of /metrics (SGAPS_METRICS_TOKEN, --metrics-token) needs ${SHORTEST} characters or more: 'openssl rand -hex 24' makes one.`,
  );
}

/**
 * Whether a request may see `/metrics`: all may where no token is set, else those that bring it as `Authorization: Bearer …`. Takes the same time whatever is wrong.
 *
 * @example
 * ```ts
 * if (!holdsToken(request.headers.authorization, 'prometheus-1')) response.writeHead(401).end();
 * ```
 */
export function holdsToken(authorization: string | undefined, token: string | null): boolean {
  if (token === null) return true;
  const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string) => createHash('sha256').update(text).digest();
