import type { Readable } from 'node:stream';
import { SgapsError } from '@sgaps/protocol';

/**
 * What a store says of a blob.
 *
 * @example
 * ```ts
 * const { bytes, sha256 }: BlobInfo = await blobs.put('a1.sgaps', '/data/recordings/a1.sgaps');
 * ```
 */
export interface BlobInfo {
  readonly key: string;
  readonly bytes: number;
  /** ms since 1970, by the store's clock. */
  readonly modifiedAt: number;
  /** Of its bytes, hexadecimal; null where the store was not told, and in lists. */
  readonly sha256: string | null;
}

/**
 * Where recordings are kept beside the disk of the machine that made them. Every call ends in time, with an error where the store does not answer; errors are `STORAGE_FAILED`, or
 * `STORAGE_FULL`, and say what to do. A key is 1 to 200 of `A-Z a-z 0-9 . _ -` and does not begin with a dot; others throw `ARGUMENT_INVALID`.
 *
 * @example
 * ```ts
 * const blobs: BlobStore = await openBlobStore('s3://replays/eu?region=eu-central-1');
 * await blobs.put('a1.sgaps', '/data/recordings/a1.sgaps');
 * ```
 */
export interface BlobStore {
  /** Its address, as people may read it. */
  readonly place: string;
  /** Throws why it cannot be used, and gives the ms by which its clock is ahead of this machine's; null where it has none of its own. */
  check(): Promise<number | null>;
  /**
   * Puts a file there, at once and whole: until then the blob is what it was. What has arrived is compared with what was sent; a blob that is there already and has the same bytes is
   * not sent again. Throws `NOT_FOUND` where there is no such file, `CLOSED` once `signal` is aborted.
   */
  put(key: string, path: string, signal?: AbortSignal): Promise<BlobInfo>;
  /** A blob's bytes, or those from `range.from` to before `range.to`. Throws `NOT_FOUND`. */
  get(key: string, range?: { readonly from: number; readonly to: number }): Promise<Readable>;
  /** What there is of it; null where it is not there. */
  head(key: string): Promise<BlobInfo | null>;
  /** All whose keys begin so, in the order of their keys. */
  list(prefix: string): AsyncIterable<BlobInfo>;
  /** Removes a blob for good, in all of its versions. One that is not there is no error. */
  delete(key: string): Promise<void>;
  /** Removes what uploads left that were broken off before a time, ms since 1970, and says how many; with `look` it only says so. */
  removeParts(before: number, look?: 'look'): Promise<number>;
  /** Ends its connections. */
  close(): void;
}

/** Throws `ARGUMENT_INVALID` for what is no key: none may lead out of a folder or a bucket's prefix. */
export function assertBlobKey(key: string): void {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/.test(key)) return;
  throw new SgapsError('ARGUMENT_INVALID', 'The key of a blob is 1 to 200 of A-Z a-z 0-9 . _ - and begins with no dot.');
}
