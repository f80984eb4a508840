import { createHash, timingSafeEqual } from 'node:crypto';

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
