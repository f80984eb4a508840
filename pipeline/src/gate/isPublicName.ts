import { isIP } from 'node:net';

/**
 * True for a `Host` that somebody on the internet may have made lead here (DNS rebinding): not an address, nor a name without a dot. What lets everybody in since only its own machine
 * reaches it answers to none of these: a page could read it by a name of its own.
 *
 * @example
 * ```ts
 * if (isPublicName(request.headers.host)) response.writeHead(403).end();
 * ```
 */
export function isPublicName(host = ''): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return hostname.includes('.') && !hostname.startsWith('[') && isIP(hostname) === 0 && !hostname.endsWith('.localhost');
}
