import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from './networkOf.js';

/**
 * What an HTTP server that faces the internet is made with: heads of at most 16 KiB and 100 lines, here within 10 s; whole requests within 15 s. Node's own bounds are a minute and five.
 *
 * @example
 * ```ts
 * const server = createServer(HTTP_LIMITS, listener);
 * ```
 */
export const HTTP_LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
} as const;

const HEADER_LINES = 100;
/** ms without a byte either way after which a connection that is no WebSocket is cut. */
const IDLE = 120_000;

/**
 * Bounds of `gateConnections`.
 *
 * @example
 * ```ts
 * const limits: ConnectionLimits = { connections: 10_000, connectionsPerAddress: 256 };
 * ```
 */
export interface ConnectionLimits {
  /** At once. Default 10,000. */
  readonly connections?: number;
  /**
   * Of one address (of IPv6: one network of 64 bits) at once, this machine's own apart, which may be a proxy that all come through; 0 for any number. Default 256. Behind a proxy on another machine all
   * have its address: set 0 there, and bound them at the proxy.
   */
  readonly connectionsPerAddress?: number;
}

/**
 * Bounds an HTTP server's connections, WebSockets among them: those too many are cut before a byte of them is read, and those that stand still in time.
 *
 * @example
 * ```ts
 * gateConnections(createServer(HTTP_LIMITS, listener), { connectionsPerAddress: 64 });
 * ```
 */
export function gateConnections(
  server: Server,
  { connections = 10_000, connectionsPerAddress = 256 }: ConnectionLimits = {},
  isExempt: (address: string) => boolean = isLoopback,
): void {
  server.maxHeadersCount = HEADER_LINES;
  server.maxConnections = connections;
  server.setTimeout(IDLE);
  if (connectionsPerAddress === 0) return;
  const open = new Map<string, number>();
  server.prependListener('connection', (socket: Socket) => {
    if (isExempt(socket.remoteAddress ?? '')) return;
    const address = networkOf(socket.remoteAddress ?? '');
    const count = (open.get(address) ?? 0) + 1;
    if (count > connectionsPerAddress) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
