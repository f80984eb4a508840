import type { IncomingMessage } from 'node:http';

/** Addresses of `X-Forwarded-For` that are looked at. */
const MOST_HOPS = 32;

/**
 * The address that a request came from. `proxies` of our own stand before the server, each of which added the one that it was asked from: what lies
 * before those is what the client wrote.
 */
export function clientAddress({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>, proxies: number): string {
  const near = plain(socket.remoteAddress ?? '');
  if (proxies === 0) return near;
  const told = headers['x-forwarded-for'];
  const list = (Array.isArray(told) ? told.join(',') : (told ?? '')).split(',').map((one) => one.trim());
  const hops = [...list.filter((one) => one !== '').slice(-MOST_HOPS), near].reverse();
  return plain(hops[Math.min(proxies, hops.length - 1)]).slice(0, 64);
}

/** IPv4 as such, also where it came in by IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}
