import { isIP, type NetConnectOpts } from 'node:net';
import { SgapsError } from '@sgaps/protocol';

/**
 * Where an inference service listens: a Unix socket of one machine, or a port of a private network.
 *
 * @example
 * ```ts
 * const address: InferenceAddress = { path: '/run/sgaps/inference.sock' };
 * ```
 */
export type InferenceAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** Reads `unix:/path` or `tcp:host:port`. Throws `ARGUMENT_INVALID`. */
export function readAddress(text: string): InferenceAddress {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) };
  const found = /^tcp:(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text);
  const port = Number(found?.[2]);
  if (!found || port > 65_535)
    throw new SgapsError(
      'ARGUMENT_INVALID',
      `'${text}' is no address of an inference service: unix:/path/of.sock or tcp:host:port.`,
    );
  return { host: found[1].replace(/^\[|\]$/g, ''), port };
}

export function writeAddress(address: InferenceAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  return `tcp:${isIP(address.host) === 6 ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Whether only this machine reaches it. */
export function isOwnMachine(address: InferenceAddress): boolean {
  return 'path' in address || /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(address.host);
}

/** For `net.connect` and `net.Server.listen`. */
export function netOptions(address: InferenceAddress): NetConnectOpts {
  return 'path' in address ? { path: address.path } : { host: address.host, port: address.port };
}
