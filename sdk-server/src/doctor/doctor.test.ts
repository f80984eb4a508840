import { existsSync } from 'node:fs';
import {
  appendFile,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodeFooter } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { archiveRecording } from '../archive/archiveRecording.js';
import { program } from '../cli.js';
import { UploadQueue } from '../storage/blobs/UploadQueue.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';
import { RecordingStore } from '../storage/RecordingStore.js';
import { zstdCompressor } from '../storage/zstd.js';
import { recordScene, sceneHeader } from '../testing/recordScene.js';
import { startS3 } from '../testing/startS3.js';
import type { Finding } from './Finding.js';
import { type DoctorOptions, runDoctor } from './runDoctor.js';

const log = pino({ level: 'silent' });
let folder: string;
let data: string;
let blobs: string;
let address: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sgaps-doctor-test-'));
  data = join(folder, 'data');
  blobs = join(folder, 'store');
  await mkdir(blobs);
  address = pathToFileURL(blobs).href;
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function withStore<T>(work: (store: RecordingStore) => Promise<T>, at = address): Promise<T> {
  const store = await RecordingStore.open({ folder: data, store: at });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Records, and uploads, unless told otherwise. */
async function record(ids: readonly string[], options: { upload?: boolean; at?: string } = {}): Promise<void> {
  await withStore(async (store) => {
    for (const id of ids) {
      const writer = await store.create({ ...sceneHeader(id), startedAt: 1_700_000_000_000 });
      await recordScene(writer, { frames: 40 });
      await store.savePreview(id, new Uint8Array([1, 2, 3]));
      await writer.close();
    }
    const { copies, catalog } = store;
    if (options.upload === false || !copies) return;
    const queue = new UploadQueue({ folder: copies.folder, catalog, copies, log, isOpen: () => false });
    await vi.waitFor(async () => expect((await catalog.list({ stored: true })).total).toBeGreaterThanOrEqual(ids.length), {
      timeout: 20_000,
    });
    await queue.close(5000);
  }, options.at);
  // A server would see to what is new.
  for (const id of ids) await age(pathOf(id));
}

async function age(path: string): Promise<void> {
  const note = path.replace(/\.sgaps$/, '.stored');
  const long = new Date(Date.now() - 7_200_000);
  await utimes(path, long, long);
  if (!path.endsWith('.sgaps') || !existsSync(note)) return;
  await writeFile(note, JSON.stringify({ ...JSON.parse(await readFile(note, 'utf8')), mtimeMs: (await stat(path)).mtimeMs }));
}

function pathOf(id: string, ending = 'sgaps'): string {
  return join(data, 'recordings', `${id}.${ending}`);
}

async function examine(options: Partial<DoctorOptions> = {}) {
  const findings: (Finding & { repaired: boolean | null; error: string | null })[] = [];
  const diagnosis = await runDoctor({
    ...{ data, store: address, ...options },
    onFinding: (finding, { repaired, error }) => findings.push({ ...finding, repaired, error: error?.message ?? null }),
  });
  return { ...diagnosis, findings, kinds: findings.map(({ kind, recording }) => (recording ? `${recording} ${kind}` : kind)) };
}

/** Finds it, repairs it, and finds nothing any more. */
async function expectRepaired(kinds: readonly string[], options: Partial<DoctorOptions> = {}): Promise<void> {
  const before = await readdir(join(data, 'recordings'));
  expect((await examine(options)).kinds).toEqual(kinds);
  // Looking changed nothing.
  expect(await readdir(join(data, 'recordings'))).toEqual(before);
  const { findings } = await examine({ ...options, repair: true });
  expect(findings.filter(({ repaired }) => repaired !== true)).toEqual([]);
  expect((await examine(options)).kinds).toEqual([]);
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at < 0 ? bytes.length + at : at] ^= 255;
  const { mtime } = await stat(path);
  await writeFile(path, bytes);
  await utimes(path, mtime, mtime);
}

it('finds nothing wrong with what is well', async () => {
  await record(['a1', 'b2']);
  expect(await examine({ deep: true })).toMatchObject({ rows: 2, objects: 4, found: 0, findings: [] });
  expect(await examine({ repair: true })).toMatchObject({ found: 0, repaired: 0 });
});

describe('of catalog and files', () => {
  it('a catalog that is gone is made of the files', async () => {
    await record(['a1'], { upload: false });
    for (const name of await readdir(data)) if (name.startsWith('catalog')) await rm(join(data, name));
    await expectRepaired(['catalog-missing', 'a1 file-without-row'], { store: undefined });
    await withStore(async ({ catalog }) => expect(await catalog.get('a1')).toMatchObject({ status: 'finished', frames: 40 }));
  });

  it('a file without a row, and rows that say another thing than their file', async () => {
    await record(['a1', 'b2']);
    await withStore(async ({ catalog }) => {
      await catalog.delete('a1');
      await catalog.update('b2', { status: 'recording' });
    });
    await expectRepaired(['a1 file-without-row', 'b2 row-differs']);
    await withStore(async ({ catalog }) => {
      expect(await catalog.get('a1')).toMatchObject({ status: 'finished', storedAt: expect.any(Number) });
      expect(await catalog.get('b2')).toMatchObject({ status: 'finished', frames: 40 });
    });
  });

  it('a recording whose file is nowhere is lost, and its row says so', async () => {
    await record(['a1']);
    await rm(pathOf('a1'));
    for (const name of await readdir(blobs)) await rm(join(blobs, name));
    expect((await examine()).kinds).toEqual(['a1 lost']);
    const { findings } = await examine({ repair: true });
    expect(findings).toMatchObject([
      { kind: 'lost', repaired: true },
      { kind: 'lost', remedy: null },
    ]);
    await withStore(async ({ catalog }) => expect(await catalog.get('a1')).toMatchObject({ status: 'failed', storedAt: null }));
  });

  it('what a crash has left is closed; what is being recorded is left alone', async () => {
    await record([]);
    await withStore(async (store) => {
      const writer = await store.create(sceneHeader('a1'));
      await recordScene(writer, { frames: 40 });
      await writer.flush();
      expect((await examine()).kinds).toEqual([]);
      for (const ending of ['sgaps', 'journal', 'journal2']) await cp(pathOf('a1', ending), pathOf('cut', ending));
      await writer.close();
    });
    for (const ending of ['sgaps', 'journal', 'journal2']) await age(pathOf('cut', ending));
    await age(pathOf('a1'));
    await writeFile(pathOf('empty', 'journal'), '');
    await writeFile(pathOf('torn', 'journal'), Buffer.alloc(100));
    for (const id of ['empty', 'torn']) await age(pathOf(id, 'journal'));
    const { kinds } = await examine();
    expect(kinds).toEqual(['a1 not-stored', 'cut left-open', 'empty journal-left', 'torn journal-left']);
    await examine({ repair: true });
    // Whoever has its file may still need it.
    expect(existsSync(pathOf('torn', 'journal'))).toBe(true);
    expect((await examine()).kinds).toEqual(['torn journal-left']);
    await withStore(async (store) => {
      expect(await store.catalog.get('cut')).toMatchObject({ status: 'recovered', frames: 40 });
    });
  });

  it('a missing index, and a wrong one', async () => {
    await record(['a1', 'b2'], { upload: false });
    await truncate(pathOf('a1'), (await stat(pathOf('a1'))).size - 3);
    await age(pathOf('a1'));
    // A footer that is whole and says that there is only the first chunk.
    await withStore(async (store) => {
      const reader = await store.open('b2');
      const { chunks, events } = reader.index;
      await reader.close();
      const last = chunks[chunks.length - 1];
      const end = last.offset + last.packedLength + (chunks[1].offset - chunks[0].offset - chunks[0].packedLength);
      const footer = await encodeFooter({ chunks: chunks.slice(0, 1), events: [...events] }, end, zstdCompressor);
      await truncate(pathOf('b2'), end);
      await appendFile(pathOf('b2'), footer as Uint8Array);
    });
    await age(pathOf('b2'));
    expect((await examine({ store: undefined })).kinds).toEqual(['a1 no-index']);
    await expectRepaired(['a1 no-index', 'b2 wrong-index'], { deep: true, store: undefined });
    await withStore(async (store) => {
      for (const id of ['a1', 'b2']) {
        const reader = await store.open(id);
        expect(reader.index).toMatchObject({ frames: 40, hasFooter: true });
        await reader.close();
      }
    });
  });

  it('damage that only reading every chunk shows, where there is no other copy: nothing is removed', async () => {
    await record(['a1'], { upload: false });
    const { size } = await stat(pathOf('a1'));
    await flip(pathOf('a1'), size >> 1);
    expect((await examine({ store: undefined })).kinds).toEqual([]);
    const { findings } = await examine({ deep: true, repair: true, store: undefined });
    expect(findings).toMatchObject([
      { kind: 'broken', recording: 'a1', remedy: null, message: expect.stringContaining('backup') },
    ]);
    expect((await stat(pathOf('a1'))).size).toBe(size);
  });

  it('drafts that nobody works on, and files that were taken aside', async () => {
    await record(['a1', 'b2', 'c3']);
    await writeFile(pathOf('a1', '999999.archive.tmp'), 'half');
    await writeFile(pathOf('a1', '999999.fetch.tmp'), 'new');
    await age(pathOf('a1', '999999.archive.tmp'));
    await rename(pathOf('b2'), pathOf('b2', 'aside'));
    await cp(pathOf('c3'), pathOf('c3', 'aside'));
    await age(pathOf('c3', 'aside'));
    const { findings } = await examine({ repair: true });
    expect(findings.map(({ recording, kind, repaired }) => [recording, kind, repaired])).toEqual([
      ['a1', 'draft-left', true],
      ['b2', 'draft-left', true],
      ['c3', 'draft-left', null],
    ]);
    expect(existsSync(pathOf('b2'))).toBe(true);
    expect(existsSync(pathOf('a1', '999999.fetch.tmp'))).toBe(true);
  });

  it('an archive whose row was not told', async () => {
    await record(['a1'], { upload: false });
    await withStore(async (store) => {
      const recordings = await RecordingFolder.open(join(data, 'recordings'));
      await archiveRecording('a1', { folder: recordings, catalog: store.catalog, archiveModel: null, larger: true });
      await store.catalog.update('a1', { archivedAt: null, archivedTo: null });
    });
    await expectRepaired(['a1 row-differs'], { store: undefined });
  });
});

describe('of the store', () => {
  it('recordings that are not in it, or not any more, are uploaded', async () => {
    await record(['a1', 'b2', 'c3']);
    await record(['d4'], { upload: false });
    await rm(join(blobs, 'a1.sgaps'));
    await rm(join(blobs, 'b2.webp'));
    await truncate(join(blobs, 'c3.sgaps'), 100);
    await expectRepaired(['a1 missing-in-store', 'b2 not-stored', 'c3 copy-differs', 'd4 not-stored']);
    for (const id of ['a1', 'b2', 'c3', 'd4'])
      expect((await readFile(join(blobs, `${id}.sgaps`))).equals(await readFile(pathOf(id))), id).toBe(true);
  });

  it('damaged files are fetched from it, and stay where it has nothing better', async () => {
    await record(['a1', 'b2', 'c3']);
    const whole = await readFile(pathOf('a1'));
    await truncate(pathOf('a1'), 20);
    for (const id of ['b2', 'c3']) await flip(pathOf(id), (await stat(pathOf(id))).size >> 1);
    await cp(pathOf('c3'), join(blobs, 'c3.sgaps'));
    expect((await examine()).kinds).toEqual(['a1 broken']);
    const { findings } = await examine({ repair: true, deep: true });
    expect(findings.map(({ recording, kind, repaired }) => [recording, kind, repaired])).toEqual([
      ['a1', 'broken', true],
      ['b2', 'broken', true],
      ['c3', 'broken', false],
    ]);
    expect((await readFile(pathOf('a1'))).equals(whole)).toBe(true);
    expect(existsSync(pathOf('c3'))).toBe(true);
    expect((await readdir(join(data, 'recordings'))).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  it('recordings that the catalog does not know, or does not know to be there', async () => {
    await record(['a1', 'b2', 'c3', 'd4']);
    await withStore(async ({ catalog, copies }) => {
      for (const id of ['a1', 'b2']) expect(await copies?.evict(id)).toBe(true);
      await catalog.delete('a1');
      for (const id of ['b2', 'c3']) await catalog.update(id, { storedAt: null });
      await copies?.notes.remove('d4');
    });
    await expectRepaired(['a1 object-without-row', 'b2 stored-unnoted', 'c3 stored-unnoted', 'd4 copy-unnoted']);
    await withStore(async ({ catalog }) => expect(await catalog.get('a1')).toMatchObject({ status: 'finished', frames: 40 }));
  });

  it('what is broken in it alone is said, and what it has too much goes', async () => {
    await record(['a1', 'b2']);
    await withStore(async ({ copies }) => expect(await copies?.evict('a1')).toBe(true));
    await flip(join(blobs, 'a1.sgaps'), 2000);
    await writeFile(join(blobs, 'gone.webp'), 'x');
    await writeFile(join(blobs, 'notes.txt'), 'x');
    await writeFile(join(blobs, '.a1.sgaps.0.tmp'), 'half');
    const old = new Date(Date.now() - 200_000_000);
    await utimes(join(blobs, '.a1.sgaps.0.tmp'), old, old);
    // As if b2 had been archived, and what it was before had stayed.
    await withStore(async (store) => {
      const { copies, catalog } = store;
      if (!copies) throw new Error('no store');
      await cp(join(blobs, 'b2.sgaps'), join(blobs, 'kept'));
      await archiveRecording('b2', { folder: copies.folder, catalog, copies, archiveModel: null, larger: true });
      const queue = new UploadQueue({ folder: copies.folder, catalog, copies, log, isOpen: () => false });
      await vi.waitFor(async () => expect((await catalog.get('b2'))?.storedAt).not.toBeNull(), { timeout: 10_000 });
      await queue.close(5000);
      await rename(join(blobs, 'kept'), join(blobs, 'b2.sgaps'));
    });
    const { findings } = await examine({ repair: true, deep: true });
    expect(findings.map(({ recording, kind, repaired }) => [recording, kind, repaired])).toEqual([
      [null, 'foreign-object', null],
      [null, 'upload-left', true],
      ['a1', 'broken', null],
      ['b2', 'old-object', true],
      ['gone', 'old-object', true],
    ]);
    expect(existsSync(join(blobs, 'b2.sgaps'))).toBe(false);
    expect(existsSync(join(blobs, 'a1.sgaps'))).toBe(true);
  });

  it('recordings that were deleted are removed, not brought back', async () => {
    await record(['a1']);
    await cp(join(blobs, 'a1.sgaps'), join(folder, 'kept'));
    await withStore(async (store) => {
      store.onDelete(() => Promise.reject(new Error('interrupted')));
      await expect(store.delete('a1')).rejects.toThrow('interrupted');
    });
    await rename(join(folder, 'kept'), join(blobs, 'a1.sgaps'));
    await expectRepaired(['a1 deleted-left']);
    expect(await readdir(blobs)).toEqual([]);
  });
});

describe('of what is around', () => {
  it('a store that is not named, and one that does not answer', async () => {
    await record(['a1']);
    expect((await examine({ store: undefined })).kinds).toEqual(['store-not-named']);
    await expect(examine({ store: pathToFileURL(join(folder, 'away')).href })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(examine({ store: 's3://x' })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(examine({ data: join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it('a clock, a disk and a folder that are not as they should be', async () => {
    await record(['a1']);
    await withStore(async ({ catalog }) => void (await catalog.update('a1', { startedAt: Date.now() + 3_600_000 })));
    vi.spyOn(RecordingStore.prototype, 'disk').mockResolvedValue({ freeBytes: 2 ** 20, totalBytes: 2 ** 40 });
    expect((await examine()).kinds).toEqual(['disk-nearly-full', 'clock']);
    vi.restoreAllMocks();
  });

  it.runIf(process.getuid?.() === 0 && typeof process.seteuid === 'function')(
    'a folder that this user may not write in',
    async () => {
      await record(['a1'], { upload: false });
      await chmod(folder, 0o755);
      for (const name of ['', ...(await readdir(data))]) await chown(join(data, name), 65_534, 65_534);
      await chown(join(data, 'recordings'), 0, 0);
      process.seteuid?.(65_534);
      try {
        expect((await examine({ store: undefined })).kinds).toEqual(['permission']);
      } finally {
        process.seteuid?.(0);
      }
    },
  );
});

describe('the command', () => {
  const run = async (...args: string[]) => {
    let said = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    process.exitCode = undefined;
    try {
      await program().parseAsync(['node', 'sgaps', 'doctor', '--data', data, ...args]);
      return { said, code: process.exitCode ?? 0 };
    } finally {
      vi.restoreAllMocks();
      process.exitCode = undefined;
    }
  };

  afterAll(() => {
    process.exitCode = undefined;
  });

  it('tells what is wrong, puts it right in an S3 bucket, and says by its status which it was', async () => {
    const s3 = await startS3();
    Object.assign(process.env, s3.environment);
    try {
      const bucket = await s3.createBucket();
      await record(['a1'], { at: bucket });
      expect(await run('--store', bucket)).toEqual({ said: '1 rows, 3 files, 2 objects: all is well\n', code: 0 });
      await withStore(async ({ copies }) => copies?.blobs.delete('a1.sgaps'), bucket);
      const wrong = await run('--store', bucket);
      expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining('a1  missing-in-store: ') });
      expect(wrong.said).toContain('With --repair: Upload it.');
      const repaired = await run('--store', bucket, '--repair', '--json');
      expect(repaired.code).toBe(0);
      const lines = repaired.said
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines).toMatchObject([
        { state: 'finding', kind: 'missing-in-store', recording: 'a1', repaired: true },
        { state: 'done', rows: 1, found: 1, repaired: 1 },
      ]);
      expect((await run('--store', bucket, '--deep')).code).toBe(0);
      await s3.stop();
      const away = await run('--store', bucket);
      expect(away).toMatchObject({ code: 2, said: expect.stringContaining('does not answer') });
      expect(away.said).not.toContain(s3.credentials.secretAccessKey);
    } finally {
      for (const name of Object.keys(s3.environment)) delete process.env[name];
      await s3.close();
    }
  });
});
