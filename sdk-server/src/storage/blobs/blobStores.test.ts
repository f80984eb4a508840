import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3, type TestS3 } from '../../testing/startS3.js';
import type { BlobStore } from './BlobStore.js';
import { fileKey, keyOf, newestFile, partOf } from './blobKeys.js';
import { openBlobStore } from './openBlobStore.js';
import { S3BlobStore } from './S3BlobStore.js';
import { readStoreAddress, type StoreAddress } from './storeAddress.js';

let folder: string;
let s3: TestS3;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sgaps-blobs-'));
  s3 = await startS3();
  Object.assign(process.env, s3.environment);
});

afterAll(async () => {
  for (const name of Object.keys(s3.environment)) delete process.env[name];
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${createHash('sha1').update(bytes).digest('hex')}.bin`);
  await writeFile(path, bytes);
  return path;
}

async function bytesOf(store: BlobStore, key: string, range?: { from: number; to: number }): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await store.get(key, range)) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

async function keysOf(store: BlobStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

const stores = {
  'a folder': async () => {
    const path = await mkdtemp(join(folder, 'store-'));
    return pathToFileURL(path).href;
  },
  'an S3 bucket': () => s3.createBucket(),
  'an S3 bucket that keeps versions': () => s3.createBucket({ versioned: true }),
};

describe.each(Object.entries(stores))('%s', (_, address) => {
  let store: BlobStore;

  beforeAll(async () => {
    store = await openBlobStore(await address());
    const ahead = await store.check();
    if (ahead !== null) expect(Math.abs(ahead)).toBeLessThan(60_000);
  });

  afterAll(() => store.close());

  it('gives back what was put, whole and by ranges, and says what it is', async () => {
    const bytes = randomBytes(100_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const put = await store.put('a1.sgaps', await fileOf(bytes));
    expect(put).toMatchObject({ key: 'a1.sgaps', bytes: 100_000, sha256 });
    expect(await store.head('a1.sgaps')).toMatchObject({ bytes: 100_000, sha256 });
    expect((await bytesOf(store, 'a1.sgaps')).equals(bytes)).toBe(true);
    expect((await bytesOf(store, 'a1.sgaps', { from: 17, to: 4711 })).equals(bytes.subarray(17, 4711))).toBe(true);
    expect((await bytesOf(store, 'a1.sgaps', { from: 99_999, to: 200_000 })).equals(bytes.subarray(99_999))).toBe(true);
    await store.put('empty.sgaps', await fileOf(Buffer.alloc(0)));
    expect(await bytesOf(store, 'empty.sgaps')).toHaveLength(0);
  });

  it('takes what is larger than one part', async () => {
    const bytes = randomBytes(12 * 2 ** 20 + 1);
    expect((await store.put('large.sgaps', await fileOf(bytes))).bytes).toBe(bytes.length);
    expect((await bytesOf(store, 'large.sgaps')).equals(bytes)).toBe(true);
    const [from, to] = [5 * 2 ** 20 - 10, 5 * 2 ** 20 + 10];
    expect((await bytesOf(store, 'large.sgaps', { from, to })).equals(bytes.subarray(from, to))).toBe(true);
  });

  it('puts one blob in the place of another, and does not send again what is there', async () => {
    await store.put('b2.sgaps', await fileOf(Buffer.from('one')));
    const two = await fileOf(Buffer.from('two'));
    await store.put('b2.sgaps', two);
    expect((await bytesOf(store, 'b2.sgaps')).toString()).toBe('two');
    const first = await store.head('b2.sgaps');
    expect(await store.put('b2.sgaps', two)).toEqual(first);
  });

  it('says that something is not there, and deletes what is', async () => {
    expect(await store.head('none.sgaps')).toBeNull();
    await expect(store.get('none.sgaps')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await store.delete('none.sgaps');
    await expect(store.put('c3.sgaps', join(folder, 'no such file'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await store.put('c3.sgaps', await fileOf(Buffer.from('x')));
    await store.put('c31.sgaps', await fileOf(Buffer.from('y')));
    await store.delete('c3.sgaps');
    expect(await store.head('c3.sgaps')).toBeNull();
    expect(await keysOf(store, 'c3')).toEqual(['c31.sgaps']);
  });

  it('lists what begins so, in order', async () => {
    const path = await fileOf(Buffer.from('z'));
    const keys = Array.from({ length: 12 }, (_each, i) => `list.${String(i).padStart(2, '0')}`);
    for (const key of keys.toReversed()) await store.put(key, path);
    expect(await keysOf(store, 'list.')).toEqual(keys);
    expect(await keysOf(store, 'list.1')).toEqual(['list.10', 'list.11']);
    expect(await keysOf(store, 'nothing')).toEqual([]);
  });

  it('takes no key that leads elsewhere', async () => {
    const path = await fileOf(Buffer.from('z'));
    for (const key of ['', '.', '..', '../x', 'a/b', '.hidden', 'a\\b', 'a\0', 'x'.repeat(201), 'ä']) {
      await expect(store.put(key, path)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
      await expect(store.get(key)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
      await expect(store.delete(key)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    }
  });

  it('gives up when it is told to, and leaves the blob as it was', async () => {
    await store.put('d4.sgaps', await fileOf(Buffer.from('before')));
    const path = await fileOf(randomBytes(15 * 2 ** 20));
    const abort = new AbortController();
    const putting = store.put('d4.sgaps', path, abort.signal);
    abort.abort();
    await expect(putting).rejects.toMatchObject({ code: 'CLOSED' });
    expect((await bytesOf(store, 'd4.sgaps')).toString()).toBe('before');
  });
});

describe('a folder as a store', () => {
  it('is not made where it is missing: a disk that is not mounted must not be taken for an empty one', async () => {
    const store = await openBlobStore(pathToFileURL(join(folder, 'not mounted')).href);
    await expect(store.check()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(store.put('a1.sgaps', await fileOf(Buffer.from('x')))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(store.head('a1.sgaps')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(existsSync(join(folder, 'not mounted'))).toBe(false);
  });

  it('knows what an upload that was broken off has left', async () => {
    const path = await mkdtemp(join(folder, 'left-'));
    await writeFile(join(path, '.a1.sgaps.0.tmp'), 'half');
    await writeFile(join(path, 'a1.sgaps'), 'whole');
    const store = await openBlobStore(pathToFileURL(path).href);
    expect(await store.removeParts(Date.now() - 60_000)).toBe(0);
    expect(await store.removeParts(Date.now() + 1000, 'look')).toBe(1);
    expect(await store.removeParts(Date.now() + 1000)).toBe(1);
    expect(await readdir(path)).toEqual(['a1.sgaps']);
  });
});

describe('an S3 bucket', () => {
  it('goes through pages of a long list', async () => {
    const address = await s3.createBucket();
    const store = new S3BlobStore(readStoreAddress(address) as StoreAddress & { kind: 's3' }, { page: 3 });
    const { hostname: Bucket } = new URL(address);
    const keys = Array.from({ length: 10 }, (_each, i) => `p.${i}`);
    await Promise.all(keys.map((key) => s3.client.send(new PutObjectCommand({ Bucket, Key: `replays/${key}`, Body: 'x' }))));
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'elsewhere/p.1', Body: 'x' }));
    expect(await keysOf(store, 'p.')).toEqual(keys);
    store.close();
  });

  it('deletes all versions, so that none can be brought back', async () => {
    const address = await s3.createBucket({ versioned: true });
    const store = await openBlobStore(address);
    const { hostname: Bucket } = new URL(address);
    for (const text of ['one', 'two', 'three']) await store.put('a1.sgaps', await fileOf(Buffer.from(text)));
    await store.put('b1.sgaps', await fileOf(Buffer.from('other')));
    await store.delete('a1.sgaps');
    const { Versions = [], DeleteMarkers = [] } = await s3.client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions.map(({ Key }) => Key)).toEqual(['replays/b1.sgaps']);
    expect(DeleteMarkers).toEqual([]);
    store.close();
  });

  it('leaves no parts of an upload that failed, and removes those of one that was killed', async () => {
    const address = await s3.createBucket();
    const store = await openBlobStore(address);
    const { hostname: Bucket } = new URL(address);
    const uploads = async () => (await s3.client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [];
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'replays/a1.sgaps' }));
    await s3.client.send(
      new UploadPartCommand({ Bucket, Key: 'replays/a1.sgaps', UploadId, PartNumber: 1, Body: Buffer.alloc(5 * 2 ** 20) }),
    );
    expect(await uploads()).toHaveLength(1);
    expect(await store.removeParts(Date.now() - 3_600_000)).toBe(0);
    expect(await store.removeParts(Date.now() + 60_000, 'look')).toBe(1);
    expect(await store.removeParts(Date.now() + 60_000)).toBe(1);
    expect(await uploads()).toHaveLength(0);
    store.close();
  });

  it('says who is to do what, and never a secret', async () => {
    const { endpoint, credentials } = s3;
    const path = await fileOf(Buffer.from('x'));
    const refusals: Error[] = [];
    const collect = async (work: Promise<unknown>) => {
      const error: unknown = await work.then(
        () => null,
        (raised: unknown) => raised,
      );
      expect(error).toMatchObject({ code: 'STORAGE_FAILED' });
      refusals.push(error as Error);
    };
    const missing = await openBlobStore(`s3://no-such-bucket?endpoint=${endpoint}`);
    await collect(missing.check());
    await collect(missing.put('a1.sgaps', path));
    expect(refusals.every(({ message }) => message.includes('no such bucket'))).toBe(true);
    process.env.AWS_SECRET_ACCESS_KEY = 'wrong';
    const refused = await openBlobStore(await s3.createBucket());
    await collect(refused.check());
    await collect(refused.head('a1.sgaps'));
    process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
    for (const { message } of refusals.slice(2)) expect(message).toMatch(/refuses this access .*credentials/);
    const away = await openBlobStore('s3://bucket-1?endpoint=http://127.0.0.1:1');
    await collect(away.check());
    expect(refusals.at(-1)?.message).toMatch(/does not answer \(.*ECONNREFUSED/);
    for (const error of refusals) {
      const told = JSON.stringify({ ...error, message: error.message, stack: error.stack, cause: error.cause });
      expect(told).not.toMatch(/secret-|wrong|tester|Signature=/);
    }
  });

  it('notices bytes that were changed on the way', async () => {
    const address = await s3.createBucket();
    let turn = 1;
    // One byte of a body is another one behind this.
    const proxy = createServer((near) => {
      const far = connect(Number(new URL(s3.endpoint).port), '127.0.0.1');
      near.on('data', (piece) => {
        const at = piece.indexOf('CHANGE-ME');
        if (at >= 0 && turn-- > 0) piece[at] ^= 1;
        far.write(piece);
      });
      far.pipe(near);
      near.on('error', () => far.destroy()).on('close', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const through = address.replace(s3.endpoint, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    const store = await openBlobStore(through);
    const path = await fileOf(Buffer.concat([randomBytes(1000), Buffer.from('CHANGE-ME'), randomBytes(1000)]));
    await expect(store.put('a1.sgaps', path)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await store.head('a1.sgaps')).toBeNull();
    await store.put('a1.sgaps', path);
    expect((await bytesOf(store, 'a1.sgaps')).equals(await readFile(path))).toBe(true);
    store.close();
    proxy.close();
  });
});

describe('addresses of stores', () => {
  it('reads what they say', () => {
    expect(readStoreAddress('s3://replays')).toEqual({ kind: 's3', bucket: 'replays', prefix: '', pathStyle: false });
    expect(readStoreAddress('s3://replays/eu/1/?endpoint=http://10.0.0.1:9000&region=x')).toEqual({
      kind: 's3',
      bucket: 'replays',
      prefix: 'eu/1/',
      endpoint: 'http://10.0.0.1:9000',
      region: 'x',
      pathStyle: true,
    });
    expect(readStoreAddress('file:///mnt/a%20b')).toEqual({ kind: 'folder', folder: '/mnt/a b' });
  });

  it('refuses others without repeating them', () => {
    const wrong = [
      '',
      '/mnt/replays',
      'http://replays',
      's3://KEY:hidden@replays',
      's3://replays?endpoint=https://KEY:hidden@host',
      's3://replays?secret=hidden',
      's3://replays/hidden%20x',
      's3://a/',
      's3://replays?endpoint=ftp://hidden',
      's3://replays?style=hidden',
      'file://hidden/x',
      'file:///x?hidden',
    ];
    for (const address of wrong) {
      expect(() => readStoreAddress(address), address).toThrow(/The address of the store is wrong/);
      expect(() => readStoreAddress(address)).not.toThrow(/hidden/);
    }
  });
});

describe('keys of blobs', () => {
  it('are what they were made of, and tell the newest file', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    const madeAt = fc.option(fc.double({ min: 1, max: 1e14, noNaN: true, noDefaultInfinity: true }), { nil: null });
    fc.assert(
      fc.property(id, madeAt, (recording, archivedAt) => {
        expect(partOf(fileKey(recording, archivedAt))).toEqual({ id: recording, kind: 'file', archivedAt });
        for (const kind of ['preview', 'full'] as const)
          expect(partOf(keyOf({ id: recording, kind, archivedAt: null }))).toEqual({ id: recording, kind, archivedAt: null });
      }),
    );
    fc.assert(fc.property(fc.string(), (key) => partOf(key) === null || keyOf(partOf(key) as never) === key));
    expect(newestFile(['a.sgaps', 'a.archive-2.sgaps', 'a.archive-10.sgaps', 'a.full.sgaps', 'a.webp'])).toBe(
      'a.archive-10.sgaps',
    );
    expect(newestFile(['a.webp', 'a.full.sgaps'])).toBeNull();
  });
});
