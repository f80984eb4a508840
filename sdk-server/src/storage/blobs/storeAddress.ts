import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SgapsError } from '@sgaps/protocol';

/**
 * A store's address, read.
 *
 * @example
 * ```ts
 * const address: StoreAddress = readStoreAddress('s3://replays/eu?region=eu-central-1');
 * ```
 */
export type StoreAddress =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** '' or with a slash at its end. */
      readonly prefix: string;
      /** Undefined: Amazon's own. */
      readonly endpoint?: string;
      readonly region?: string;
      /** The bucket is in the path of addresses, not in the name of the host. */
      readonly pathStyle: boolean;
    };

const FORMS = 's3://bucket/prefix?endpoint=https://host&region=name, or file:///folder';
const PARAMETERS = ['endpoint', 'region', 'style'];

/** Reads `s3://…` and `file://…`. Throws `ARGUMENT_INVALID`, never repeating an address, which may have secrets in it. */
export function readStoreAddress(text: string): StoreAddress {
  if (!URL.canParse(text)) throw wrong('it is no address');
  const url = new URL(text);
  if (url.username || url.password)
    throw wrong('credentials do not belong in it. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile or role');
  if (url.protocol === 'file:') return { kind: 'folder', folder: folderOf(url) };
  if (url.protocol !== 's3:') throw wrong(`${url.protocol} is not known`);
  const bucket = url.hostname;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw wrong('the bucket’s name is 3 to 63 of a-z 0-9 . -');
  for (const name of url.searchParams.keys())
    if (!PARAMETERS.includes(name)) throw wrong(`it may say ${PARAMETERS.join(', ')} behind the question mark, nothing else`);
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '');
  if (!/^[A-Za-z0-9._/-]*$/.test(prefix) || prefix.split('/').includes('..')) throw wrong('its prefix is A-Z a-z 0-9 . _ - /');
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined) assertEndpoint(endpoint);
  const style = url.searchParams.get('style') ?? (endpoint === undefined ? 'virtual' : 'path');
  if (style !== 'path' && style !== 'virtual') throw wrong('style is path or virtual');
  const region = url.searchParams.get('region') ?? undefined;
  return { kind: 's3', bucket, prefix: prefix && `${prefix}/`, endpoint, region, pathStyle: style === 'path' };
}

function assertEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw wrong('its endpoint is http://host:port or https://host');
  if (url.username || url.password || url.search) throw wrong('its endpoint is a host, without credentials and parameters');
}

function folderOf(url: URL): string {
  if (url.search || url.hash) throw wrong('a folder has no parameters');
  try {
    const folder = fileURLToPath(url);
    if (isAbsolute(folder)) return folder;
  } catch {
    // Said below.
  }
  throw wrong('a folder’s address is file:// and its whole path');
}

function wrong(why: string): SgapsError {
  return new SgapsError('ARGUMENT_INVALID', `The address of the store is wrong: ${why}. It is ${FORMS}.`);
}
