import { SgapsError } from '@sgaps/protocol';

/** What decides where a program listens. */
export interface ListenOptions {
  /** Interface as it was asked for. */
  readonly host?: string;
  /** A token is needed to get anything. */
  readonly secured: boolean;
  /** Others may do everything, and whoever runs this knows. */
  readonly insecure?: boolean;
  /** Address that a container's port is published at: what counts there instead of `host`, which has to be all. */
  readonly published?: string;
}

/**
 * Where to listen: a server that asks nobody for a token is for this machine only, unless it is said that it is not. Undefined: on all interfaces. Throws
 * `ARGUMENT_INVALID`.
 */
export function listenAddress({ host, secured, insecure = false, published }: ListenOptions): string | undefined {
  if (secured || insecure) return host;
  if (host === undefined) return '127.0.0.1';
  if (isLoopback(published ?? host)) return host;
  throw new SgapsError(
    'ARGUMENT_INVALID',
    `Without a secret whoever reaches ${published ?? host} may watch and delete all recordings. Set SGAPS_SECRET to 32 bytes or more ('openssl rand -hex 32'), listen on 127.0.0.1, or say --insecure.`,
  );
}

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
