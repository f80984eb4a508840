import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdtemp, open, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordingReader } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { archiveRecording } from '../../archive/archiveRecording.js';
import { recordScene, sceneHeader } from '../../testing/recordScene.js';
import { startS3, type TestS3 } from '../../testing/startS3.js';
import { ReplayLibrary } from '../../viewing/ReplayLibrary.js';
import { Catalog } from '../catalog/index.js';
import { RecordingFolder } from '../RecordingFolder.js';
import { RecordingStore } from '../RecordingStore.js';
import type { BlobStore } from './BlobStore.js';
import { LocalCopies } from './LocalCopies.js';
import { openBlobStore } from './openBlobStore.js';
import { UploadQueue } from './UploadQueue.js';

const log = pino({ level: 'silent' });
let s3: TestS3;

beforeAll(async () => {
  s3 = await startS3();
  Object.assign(process.env, s3.environment);
});

afterAll(async () => {
  for (const name of Object.keys(s3.environment)) delete process.env[name];
  await s3.close();
});

/** A machine with a data folder of its own. */
class Machine {
  readonly queues: UploadQueue[] = [];

  private constructor(
    readonly data: string,
    readonly store: RecordingStore,
    readonly copies: LocalCopies,
  ) {}

  static async open(data: string, address: string, catalog?: Catalog, bytes?: number): Promise<Machine> {
    const blobs = await openBlobStore(address);
    const store = await RecordingStore.open({ folder: data, catalog, store: address });
    const folder = await RecordingFolder.open(join(data, 'recordings'));
    return new Machine(data, store, new LocalCopies({ folder, blobs, bytes, keepFor: 0, log }));
  }

  get blobs(): BlobStore {
    return this.copies.blobs;
  }

  upload(): UploadQueue {
    const { store, copies } = this;
    const isOpen = (id: string) => store.writer(id) !== undefined;
    const queue = new UploadQueue({
      ...{ folder: copies.folder, catalog: store.catalog, copies, log, isOpen },
      ...{ lookEvery: 100, firstPause: 20 },
    });
    store.onFinished((id) => queue.add(id));
    store.onDelete((id) => queue.cancel(id));
    this.queues.push(queue);
    return queue;
  }

  /** Records some frames; gives the file's bytes. */
  async record(id: string, frames = 8, padding = 0): Promise<Buffer> {
    const writer = await this.store.create(sceneHeader(id));
    await recordScene(writer, { frames });
    // What does not pack.
    for (let at = 0; at < padding; at += 2 ** 20) writer.append('event', 1000, crypto.getRandomValues(new Uint8Array(65_536)));
    await this.store.savePreview(id, new TextEncoder().encode(`picture of ${id}`));
    await writer.close();
    return readFile(this.store.filePath(id));
  }

  async stored(...ids: string[]): Promise<void> {
    await vi.waitFor(
      async () => {
        for (const id of ids) expect((await this.store.catalog.get(id))?.storedAt, id).toBeGreaterThan(0);
      },
      { timeout: 25_000, interval: 30 },
    );
  }

  async keys(id = ''): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.blobs.list(id)) keys.push(key);
    return keys;
  }

  async close(): Promise<void> {
    for (const queue of this.queues) await queue.close();
    await this.store.close();
    this.blobs.close();
  }
}

async function countOf(reader: RecordingReader): Promise<number> {
  let records = 0;
  for await (const _ of reader.records()) records++;
  await reader.close();
  return records;
}

describe('recordings in a store', () => {
  let folder: string;
  let address: string;
  let machine: Machine;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-uploads-'));
    address = await s3.createBucket();
    machine = await Machine.open(join(folder, 'one'), address);
  });

  afterEach(async () => {
    await s3.start();
    await machine.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('are put there once they are finished, go here when they take too much, and come back byte by byte', async () => {
    const uploads = machine.upload();
    const files = new Map<string, Buffer>();
    for (const id of ['a1', 'b2', 'c3']) files.set(id, await machine.record(id));
    await machine.stored('a1', 'b2', 'c3');
    await vi.waitFor(() => expect(uploads.figures).toMatchObject({ waiting: 0, stored: 3, failures: 0, failing: null }));
    expect(await machine.keys()).toEqual(['a1.sgaps', 'a1.webp', 'b2.sgaps', 'b2.webp', 'c3.sgaps', 'c3.webp']);

    // b2 was used last, so that it stays where two are too many.
    for (const [id, second] of Object.entries({ a1: 1, b2: 3, c3: 2 }))
      await utimes(machine.copies.folder.storedNote(id), second, second);
    await machine.record('open');
    await rm(machine.copies.folder.storedNote('open'), { force: true });
    const { size } = await stat(machine.store.filePath('b2'));
    const few = new LocalCopies({ folder: machine.copies.folder, blobs: machine.blobs, bytes: size + 10, keepFor: 0 });
    const reading = await machine.store.open('a1');
    await utimes(machine.copies.folder.storedNote('a1'), 1, 1);
    await few.makeRoom();
    expect(['a1', 'b2', 'c3', 'open'].filter((id) => machine.copies.folder.has(id))).toEqual(['b2', 'open']);
    // Who had it open goes on.
    expect(await countOf(reading)).toBeGreaterThan(3);

    const began = machine.copies.figures.fetched;
    await Promise.all(Array.from({ length: 5 }, () => machine.copies.ensureLocal('a1')));
    expect(machine.copies.figures.fetched - began).toBe(1);
    expect((await readFile(machine.store.filePath('a1'))).equals(files.get('a1') as Buffer)).toBe(true);
    expect(await countOf(await machine.store.open('c3'))).toBeGreaterThan(3);
    await expect(machine.store.open('none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are known to be there after a restart, and those that are not are put there then', async () => {
    await machine.record('a1');
    expect(await machine.store.catalog.get('a1')).toMatchObject({ storedAt: null });
    const uploads = machine.upload();
    await machine.stored('a1');
    await uploads.close();
    const { storedAt } = (await machine.store.catalog.get('a1')) ?? {};
    await machine.record('b2');
    machine.upload();
    await machine.stored('b2');
    expect((await machine.store.catalog.get('a1'))?.storedAt).toBe(storedAt);
  });

  it('wait for a store that is away, and none is lost', async () => {
    const uploads = machine.upload();
    const files = new Map<string, Buffer>();
    files.set('before', await machine.record('before'));
    await machine.stored('before');
    const large = machine.record('large', 8, 20 * 2 ** 20);
    await large;
    // In the middle of it.
    await vi.waitFor(() => expect(uploads.figures.uploading).toBeGreaterThan(0), { interval: 5 });
    await s3.stop();
    for (const id of ['a1', 'b2', 'c3']) files.set(id, await machine.record(id));
    await vi.waitFor(
      () => expect(uploads.figures).toMatchObject({ waiting: 4, failing: expect.stringContaining('does not answer') }),
      {
        timeout: 20_000,
      },
    );
    expect(await machine.store.catalog.get('a1')).toMatchObject({ status: 'finished', storedAt: null });
    expect(await machine.copies.evict('a1')).toBe(false);
    // What is here is played without the store; what is not says why it cannot be.
    expect(await countOf(await machine.store.open('before'))).toBeGreaterThan(3);
    expect(await machine.copies.evict('before')).toBe(true);
    await expect(machine.store.open('before')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await s3.start();
    await machine.stored('large', ...files.keys());
    await vi.waitFor(() => expect(uploads.figures).toMatchObject({ waiting: 0, failing: null }));
    files.set('large', await readFile(machine.store.filePath('large')));
    for (const [id, bytes] of files) {
      await machine.copies.evict(id);
      await machine.copies.ensureLocal(id);
      expect((await readFile(machine.store.filePath(id))).equals(bytes), id).toBe(true);
    }
  });

  it('are played by a machine that has nothing but the store and the catalog', async () => {
    machine.upload();
    const bytes = await machine.record('a1');
    await machine.stored('a1');
    const catalog = await Catalog.open(machine.data);
    const other = await Machine.open(join(folder, 'two'), address, catalog);
    expect(await countOf(await other.store.open('a1'))).toBeGreaterThan(3);
    expect((await readFile(other.store.filePath('a1'))).equals(bytes)).toBe(true);
    expect(Buffer.from((await other.store.readPreview('a1')) ?? []).toString()).toBe('picture of a1');
    expect(await other.store.readPreview('none')).toBeNull();
    await other.close();
    // As a renderer does, which has no catalog.
    const third = await Machine.open(join(folder, 'three'), address);
    const library = new ReplayLibrary(join(third.data, 'recordings'), log, null, third.copies);
    const file = await library.open('a1');
    expect(file.reader.index.frames).toBe(8);
    await file.close();
    await library.close();
    await third.close();
  });

  it('are replaced by their archives, whole, and in the copies of others as well', async () => {
    machine.upload();
    const before = await machine.record('a1', 48);
    await machine.stored('a1');
    await machine.copies.evict('a1');
    const { folder: recordings } = machine.copies;
    const options = { folder: recordings, catalog: machine.store.catalog, copies: machine.copies, archiveModel: null };
    await archiveRecording('a1', { ...options, larger: true });
    const row = await machine.store.catalog.get('a1');
    expect(row?.archivedAt).toBeGreaterThan(0);
    await machine.stored('a1');
    await vi.waitFor(async () => expect(await machine.keys('a1.')).toEqual([`a1.archive-${row?.archivedAt}.sgaps`, 'a1.webp']), {
      timeout: 10_000,
    });
    const archive = await readFile(machine.store.filePath('a1'));
    expect(archive.equals(before)).toBe(false);
    await machine.copies.evict('a1');
    const reader = await machine.store.open('a1');
    expect(reader.header.archive?.madeAt).toBe(row?.archivedAt);
    await reader.close();
  });

  it('are not let go where the file is another one than was stored', async () => {
    machine.upload();
    await machine.record('a1');
    await machine.stored('a1');
    const path = machine.store.filePath('a1');
    const other = await readFile(path);
    await writeFile(`${path}.tmp`, other);
    await cp(`${path}.tmp`, path);
    expect(await machine.copies.evict('a1')).toBe(false);
    expect(existsSync(path)).toBe(true);
    // Nor where it is replaced at the very moment.
    await rm(machine.copies.folder.storedNote('a1'));
    await machine.copies.notes.write('a1', path, { key: 'a1.sgaps', sha256: null });
    const get = vi.spyOn(machine.copies.notes, 'get').mockImplementationOnce(async (id) => {
      get.mockRestore();
      const note = await machine.copies.notes.get(id);
      await writeFile(path, 'an archive, say');
      return note;
    });
    expect(await machine.copies.evict('a1')).toBe(false);
    expect((await readFile(path)).toString()).toBe('an archive, say');
    expect(readdirSync(join(machine.data, 'recordings')).filter((name) => name.endsWith('.aside'))).toEqual([]);
  });

  it('are deleted there, also while they are on their way', async () => {
    const uploads = machine.upload();
    await machine.record('a1');
    await machine.record('b2');
    await machine.stored('a1', 'b2');
    await machine.store.delete('a1');
    expect(await machine.keys()).toEqual(['b2.sgaps', 'b2.webp']);
    await machine.record('large', 8, 20 * 2 ** 20);
    await vi.waitFor(() => expect(uploads.figures.uploading).toBe(1), { interval: 2 });
    // An upload ends also where the store fails to delete.
    const away = vi.spyOn(machine.store.copies!.blobs, 'delete').mockRejectedValue(new Error('away'));
    await expect(machine.store.delete('large')).rejects.toThrow('away');
    expect(uploads.figures.waiting).toBe(0);
    expect(await machine.keys()).not.toContain('large.sgaps');
    away.mockRestore();
    await machine.store.delete('large');
    await uploads.look();
    expect(await machine.keys()).toEqual(['b2.sgaps', 'b2.webp']);
    await vi.waitFor(() => expect(uploads.figures.waiting).toBe(0));
    // By another machine, in the middle.
    const put = machine.blobs.put.bind(machine.blobs);
    vi.spyOn(machine.blobs, 'put').mockImplementation(async (key, ...rest) => {
      const info = await put(key, ...rest);
      if (key === 'c3.sgaps') await machine.store.catalog.delete('c3');
      return info;
    });
    await machine.record('c3');
    await vi.waitFor(() => expect(uploads.figures.waiting).toBe(0), { timeout: 10_000 });
    expect(await machine.keys()).toEqual(['b2.sgaps', 'b2.webp']);
    vi.restoreAllMocks();
  });

  it('are not taken from a store that gives back something else', async () => {
    machine.upload();
    await machine.record('a1');
    await machine.stored('a1');
    await machine.copies.evict('a1');
    const { get } = machine.blobs;
    vi.spyOn(machine.blobs, 'get').mockImplementation(async (...args) => {
      const body = await get.apply(machine.blobs, args);
      return body.map((piece: Uint8Array) => {
        const changed = Uint8Array.from(piece);
        changed[changed.length >> 1] ^= 1;
        return changed;
      }) as typeof body;
    });
    await expect(machine.copies.ensureLocal('a1')).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect(machine.copies.folder.has('a1')).toBe(false);
    expect(readdirSync(join(machine.data, 'recordings'))).toEqual(['a1.webp']);
    vi.restoreAllMocks();
    await machine.copies.ensureLocal('a1');
  });

  it('comes back under its name where a process ended at the moment in which it was decided about', async () => {
    await machine.record('a1');
    const path = machine.store.filePath('a1');
    await cp(path, machine.copies.folder.asidePath('a1'));
    await rm(path);
    await machine.store.recoverAll();
    expect(existsSync(path)).toBe(true);
    const handle = await open(path);
    await handle.close();
  });
});
