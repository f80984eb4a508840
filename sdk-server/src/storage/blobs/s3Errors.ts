import { SgapsError } from '@sgaps/protocol';

/** As the SDK, Node and stores raise it. */
interface Raised {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const REFUSED = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
  'Forbidden',
]);
const FULL = new Set(['QuotaExceeded', 'EntityTooLarge', 'InsufficientStorage', 'XMinioStorageFull', 'ServiceQuotaExceeded']);
const GONE = new Set(['NoSuchKey', 'NotFound', 'NoSuchVersion']);

/**
 * What an S3 store or the way to it raised, as a typed error that says what to do. Nothing of the original goes along: it tells of signatures and keys.
 *
 * @example
 * ```ts
 * throw toS3Error(error, 's3://replays', 'putting a1.sgaps');
 * ```
 */
export function toS3Error(error: unknown, place: string, doing: string): SgapsError {
  if (error instanceof SgapsError) return error;
  const { name = '', code = '', $metadata } = (error ?? {}) as Raised;
  const status = $metadata?.httpStatusCode;
  const said = [name, code, status].filter(Boolean).join(' ');
  const failed = (what: string): SgapsError => new SgapsError('STORAGE_FAILED', `${place}, while ${doing}: ${what}`);
  if (name === 'AbortError') return new SgapsError('CLOSED', `${place}, while ${doing}: given up.`);
  if (name === 'NoSuchBucket') return failed('there is no such bucket. Make it, or correct the address of the store.');
  if (GONE.has(name)) return new SgapsError('NOT_FOUND', `${place}, while ${doing}: it is not there.`);
  if (FULL.has(name) || status === 507)
    return new SgapsError(
      'STORAGE_FULL',
      `${place}, while ${doing}: the store takes no more (${said}). Raise its quota or free some.`,
    );
  if (name === 'CredentialsProviderError')
    return failed(
      'no credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or give the machine a role.',
    );
  if (name === 'RequestTimeTooSkewed') return failed('its clock and this machine’s differ too much. Set this machine’s clock.');
  if (REFUSED.has(name) || status === 403 || status === 401)
    return failed(
      `the store refuses this access (${said}). Check the credentials and what they are allowed: see docs/operations/blobs.md.`,
    );
  if (name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed' || status === 301)
    return failed(`the bucket is in another region (${said}). Say which with region= in the address of the store.`);
  if (status === undefined)
    return failed(`the store does not answer (${said || 'no reason given'}). Check that it runs and is reached from here.`);
  return failed(`the store fails (${said}).`);
}
