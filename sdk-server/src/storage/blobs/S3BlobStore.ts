import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { toStorageError } from '../files.js';
import { assertBlobKey, type BlobInfo, type BlobStore } from './BlobStore.js';
import { digestFile, type FileDigest } from './FileDigest.js';
import { toS3Error } from './s3Errors.js';
import type { StoreAddress } from './storeAddress.js';

/** The least that S3 takes, so that hashing one for its signature keeps nobody waiting for long. */
const PART = 5 * 2 ** 20;
const MOST_PARTS = 10_000;
/** Parts of one upload under way at once. */
const PARTS_AT_ONCE = 2;
/** ms to connect, to answer a request in whole, and between two pieces on a connection. */
const CONNECT_WITHIN = 5_000;
const ANSWER_WITHIN = 120_000;
const IDLE = 30_000;
const ATTEMPTS = 3;

/** Tells a blob's SHA-256 with it. */
const SHA256 = 'sha256';

/**
 * A bucket of an S3-compatible store, or a part of one. Parts travel signed with their SHA-256, which the store checks; afterwards its size and ETag are compared with the file's; the SHA-256 of
 * the whole is kept with the object for whoever fetches it.
 *
 * @example
 * ```ts
 * const blobs = new S3BlobStore(readStoreAddress('s3://replays/eu?region=eu-central-1'));
 * await blobs.check();
 * ```
 */
export class S3BlobStore implements BlobStore {
  readonly place: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  readonly #page: number | undefined;

  /** `credentials`: default where AWS' tools look for them. `page`: keys that are listed at once; default as many as the store gives. */
  constructor(
    address: StoreAddress & { readonly kind: 's3' },
    { credentials, page }: { readonly credentials?: S3ClientConfig['credentials']; readonly page?: number } = {},
  ) {
    const { bucket, prefix, endpoint, region, pathStyle } = address;
    this.place = `s3://${bucket}/${prefix}${endpoint === undefined ? '' : ` at ${new URL(endpoint).host}`}`;
    this.#bucket = bucket;
    this.#page = page;
    this.#prefix = prefix;
    this.#client = new S3Client({
      endpoint,
      // Stores that know no regions take any.
      region: region ?? (endpoint === undefined ? undefined : 'us-east-1'),
      credentials,
      forcePathStyle: pathStyle,
      maxAttempts: ATTEMPTS,
      // Many stores do not know the newer checksums; ours are said above.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: CONNECT_WITHIN,
        requestTimeout: ANSWER_WITHIN,
        socketTimeout: IDLE,
        throwOnRequestTimeout: true,
      },
    });
  }

  async check(): Promise<number | null> {
    return this.#ask('looking at the bucket', async () => {
      const client = this.#client;
      let answeredAt: number | null = null;
      const command = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix, MaxKeys: 1 });
      command.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          const { headers } = result.response as { headers?: Record<string, string> };
          const date = Date.parse(headers?.date ?? '');
          if (Number.isFinite(date)) answeredAt = date;
          return result;
        },
        { step: 'deserialize', name: 'sgapsClock' },
      );
      await client.send(command);
      return answeredAt === null ? null : answeredAt - Date.now();
    });
  }

  async put(key: string, path: string, signal?: AbortSignal): Promise<BlobInfo> {
    assertBlobKey(key);
    const handle = await open(path).catch((error: unknown) => {
      throw toStorageError(error, `opening what is to be stored as ${key}`);
    });
    try {
      const { size } = await handle.stat();
      const partSize = Math.max(PART, Math.ceil(size / MOST_PARTS));
      const digest = await digestFile(handle, partSize);
      const there = await this.head(key);
      if (there?.bytes === digest.bytes && there.sha256 === digest.sha256) return there;
      await this.#ask(`putting ${key}`, async () => {
        const abortController = new AbortController();
        const stop = () => abortController.abort();
        signal?.addEventListener('abort', stop);
        if (signal?.aborted) stop();
        const upload = new Upload({
          client: this.#client,
          params: {
            Bucket: this.#bucket,
            Key: this.#prefix + key,
            // Bytes that were hashed, and no more, whatever becomes of the file.
            Body: size === 0 ? Buffer.alloc(0) : handle.createReadStream({ start: 0, end: size - 1, autoClose: false }),
            ContentLength: size,
            ContentType: key.endsWith('.webp') ? 'image/webp' : 'application/octet-stream',
            Metadata: { [SHA256]: digest.sha256 },
          },
          partSize,
          queueSize: PARTS_AT_ONCE,
          abortController,
        });
        try {
          await upload.done();
        } finally {
          signal?.removeEventListener('abort', stop);
        }
      });
      return await this.#verified(key, digest);
    } finally {
      await handle.close();
    }
  }

  async get(key: string, range?: { readonly from: number; readonly to: number }): Promise<Readable> {
    assertBlobKey(key);
    return this.#ask(`getting ${key}`, async () => {
      const Range = range && `bytes=${range.from}-${range.to - 1}`;
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + key, Range }));
      return Body as Readable;
    });
  }

  async head(key: string): Promise<BlobInfo | null> {
    assertBlobKey(key);
    const found = await this.#head(key);
    return found && { key, bytes: found.ContentLength ?? 0, ...told(found) };
  }

  async *list(prefix: string): AsyncIterable<BlobInfo> {
    let next: string | undefined;
    do {
      const page = await this.#ask('listing the bucket', () =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: this.#prefix + prefix,
            ContinuationToken: next,
            MaxKeys: this.#page,
          }),
        ),
      );
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const key = Key.slice(this.#prefix.length);
        yield { key, bytes: Size, modifiedAt: LastModified?.getTime() ?? 0, sha256: null };
      }
      next = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (next !== undefined);
  }

  async delete(key: string): Promise<void> {
    assertBlobKey(key);
    const Key = this.#prefix + key;
    await this.#ask(`deleting ${key}`, async () => {
      const versions = await this.#versions(Key);
      // A list may lag behind.
      if (versions.length === 0 && (await this.#head(key))) versions.push(undefined);
      for (const VersionId of versions)
        await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key, VersionId }));
    });
  }

  async removeParts(before: number, look?: 'look'): Promise<number> {
    return this.#ask('looking for broken-off uploads', async () => {
      let count = 0;
      let at: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
      while (at) {
        const page: ListMultipartUploadsCommandOutput = await this.#client.send(
          new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: this.#prefix, ...at }),
        );
        for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
          if ((Initiated?.getTime() ?? 0) >= before) continue;
          count++;
          if (look) continue;
          await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key, UploadId }));
        }
        at = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null;
      }
      return count;
    });
  }

  close(): void {
    this.#client.destroy();
  }

  /** Ids of an object's versions and of the marks that it was deleted, the oldest first: none is to be seen again on the way. Of a store that keeps none, one that stands for the object. */
  async #versions(key: string): Promise<(string | undefined)[]> {
    const found: { readonly id?: string; readonly at: number }[] = [];
    let at: { KeyMarker?: string; VersionIdMarker?: string } | null = {};
    try {
      while (at) {
        const page: ListObjectVersionsCommandOutput = await this.#client.send(
          new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: key, ...at }),
        );
        for (const { Key, VersionId: id, IsLatest, LastModified } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])])
          if (Key === key) found.push({ id, at: IsLatest ? Number.POSITIVE_INFINITY : (LastModified?.getTime() ?? 0) });
        at = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : null;
      }
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status !== 501 && status !== 405) throw error;
      return [undefined];
    }
    return found
      .reverse()
      .sort((a, b) => a.at - b.at)
      .map(({ id }) => id);
  }

  /** What has arrived, by the store's own account. */
  async #verified(key: string, { bytes, sha256, etag }: FileDigest): Promise<BlobInfo> {
    const found = await this.#head(key);
    const isHashed = /^"[0-9a-f]{32}(-\d+)?"$/.test(found?.ETag ?? '') && !/kms/.test(found?.ServerSideEncryption ?? '');
    const isSame = found?.ContentLength === bytes && told(found).sha256 === sha256 && (!isHashed || found.ETag === `"${etag}"`);
    if (isSame) return { key, bytes, ...told(found) };
    throw new SgapsError('CHECKSUM_MISMATCH', `${this.place} does not hold what was put as ${key}: it is sent again.`);
  }

  async #head(key: string): Promise<HeadObjectCommandOutput | null> {
    try {
      return await this.#ask(`looking for ${key}`, () =>
        this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + key })),
      );
    } catch (error) {
      if (isSgapsError(error) && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  async #ask<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toS3Error(error, this.place, doing);
    }
  }
}

function told({ LastModified, Metadata }: HeadObjectCommandOutput): Pick<BlobInfo, 'modifiedAt' | 'sha256'> {
  return { modifiedAt: LastModified?.getTime() ?? 0, sha256: Metadata?.[SHA256] ?? null };
}
