import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sceneHeader } from '../testing/recordScene.js';
import { startPostgres, type TestPostgres } from '../testing/startPostgres.js';
import { storeRecording } from './blobs/storeRecording.js';
import { RecordingStore } from './RecordingStore.js';

const ID = 'a-recording-that-goes';
const OTHER = `${ID}-not`;
/** What a recording holds and a compressor cannot hide. */
const SECRET = randomBytes(64);

/** Paths in a folder whose name or content has any of these. */
async function traces(folder: string, ...needles: readonly (string | Buffer)[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile() ? await readFile(path) : Buffer.alloc(0);
    if (needles.some((needle) => path.includes(String(needle)) || content.includes(needle))) found.push(path);
  }
  return found;
}

/** A finished recording, and all that may lie beside it. */
async function record(store: RecordingStore, folder: string, id: string): Promise<void> {
  const writer = await store.create(sceneHeader(id));
  writer.append('event', 10, SECRET);
  await store.savePreview(id, SECRET);
  await writer.close();
  const recordings = ['archived', 'full.sgaps', '4711.archive.tmp', 'webp.tmp'].map((end) => `recordings/${id}.${end}`);
  const kept = [`seek/${id}.states`, `seek/${id}.4711.tmp`, `free/${id}.free`, `free/${id}.4711.tmp`];
  const clips = ['', '-judged'].flatMap((part) => ['mkv', 'json'].map((end) => `fine/clips/${id}${part}.${end}`));
  for (const path of [...recordings, ...kept, ...clips]) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), SECRET);
  }
}

describe('deleting a recording', () => {
  let folder: string;
  let store: RecordingStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-deletion-'));
    store = await RecordingStore.open({ folder });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('leaves nothing of it in the data folder, neither its id nor its bytes, while somebody reads it', async () => {
    await record(store, folder, ID);
    await store.catalog.upsert({ ...(await store.catalog.get(ID))!, meta: { player: ID } });
    const reader = await store.open(ID);
    expect((await traces(folder, ID, SECRET)).length).toBeGreaterThan(14);
    const told: string[] = [];
    store.onDelete(async (id) => void told.push(id));
    expect(await store.delete(ID)).toBe(true);
    expect(told).toEqual([ID]);
    expect(await traces(folder, ID, SECRET)).toEqual([]);
    // Who reads it goes on.
    let records = 0;
    for await (const { bytes } of reader.records()) if (Buffer.from(bytes).equals(SECRET)) records++;
    expect(records).toBe(1);
    await reader.close();
    expect(await store.delete(ID)).toBe(false);
    expect(await store.recoverAll()).toEqual([]);
    expect((await store.catalog.list()).total).toBe(0);
  });

  it('leaves a recording whose name begins alike', async () => {
    await record(store, folder, ID);
    await record(store, folder, OTHER);
    const files = async (): Promise<string[]> => (await traces(folder, OTHER)).filter((path) => !path.includes('catalog.sqlite'));
    const before = await files();
    await store.delete(ID);
    expect(before).toHaveLength(14);
    expect(await files()).toEqual(before);
    expect(await store.catalog.get(OTHER)).toMatchObject({ status: 'finished' });
  });

  it('closes one that is being recorded, and tells nobody that it is finished', async () => {
    const finished: string[] = [];
    store.onFinished((id) => finished.push(id));
    const writer = await store.create(sceneHeader(ID));
    writer.append('event', 10, SECRET);
    expect(await store.delete(ID)).toBe(true);
    expect(writer.state).toBe('closed');
    expect(finished).toEqual([]);
    expect(await traces(folder, ID, SECRET)).toEqual([]);
  });

  it('does nothing to one that is held, until it is released', async () => {
    await record(store, folder, ID);
    const before = await traces(folder, ID);
    expect(await store.hold(ID, 'case 7')).toBe(true);
    expect(await store.hold('none', 'case 7')).toBe(false);
    for (const reason of ['', '  ', 'x'.repeat(501)])
      await expect(store.hold(ID, reason)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(store.delete(ID)).rejects.toMatchObject({ code: 'OUT_OF_ORDER', message: expect.stringContaining('case 7') });
    // A process may have noted its wish and ended just before it was held.
    expect(await store.catalog.deletions.begin(ID)).toBe('held');
    expect(await store.finishDeletions()).toEqual([]);
    expect(await traces(folder, ID)).toEqual(before);
    await store.hold(ID, null);
    expect(await store.delete(ID)).toBe(true);
  });

  it('is not over until all who keep something of it have removed that', async () => {
    await record(store, folder, ID);
    let away = true;
    store.onDelete(async () => {
      if (away) throw new Error('The store does not answer.');
    });
    await expect(store.delete(ID)).rejects.toThrow('does not answer');
    expect(await store.catalog.get(ID)).toBeNull();
    expect(await store.finishDeletions()).toMatchObject([{ id: ID, error: { code: 'STORAGE_FAILED' } }]);
    expect(await store.catalog.deletions.pending()).toEqual([ID]);
    away = false;
    expect(await store.finishDeletions()).toEqual([]);
    expect(await traces(folder, ID, SECRET)).toEqual([]);
  });

  it('of what is in a store is not over before it is gone there, whoever goes on with it without knowing the store', async () => {
    const blobs = join(folder, 'blobs');
    await mkdir(blobs);
    await store.close();
    store = await RecordingStore.open({ folder, store: `file://${blobs}` });
    await record(store, folder, ID);
    const { copies, catalog } = store;
    await storeRecording((await catalog.get(ID))!, { folder: copies!.folder, catalog, copies: copies! });
    expect(await store.catalog.get(ID)).toMatchObject({ storedAt: expect.any(Number) });
    await rename(blobs, `${blobs}-away`);
    await expect(store.delete(ID)).rejects.toThrow('No such file');
    await store.close();
    await rename(`${blobs}-away`, blobs);
    // Such as `sgaps sweep` by cron, which was not told of the store.
    store = await RecordingStore.open({ folder });
    expect(await store.finishDeletions()).toMatchObject([{ id: ID, error: { message: expect.stringContaining('--store') } }]);
    await expect(store.delete(ID)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await store.catalog.deletions.pending()).toEqual([ID]);
    await store.close();
    expect(await readdir(blobs)).toContain(`${ID}.sgaps`);
    store = await RecordingStore.open({ folder, store: `file://${blobs}` });
    expect(await store.recoverAll()).toEqual([]);
    expect(await store.catalog.deletions.pending()).toEqual([]);
    expect(await traces(folder, ID, SECRET)).toEqual([]);
  });

  it('that a killed process left half done is finished at the next start', async () => {
    await record(store, folder, ID);
    await store.close();
    const script = `
      const { RecordingStore } = await import(${JSON.stringify(new URL('./RecordingStore.ts', import.meta.url).href)});
      const { RecordingFolder } = await import(${JSON.stringify(new URL('./RecordingFolder.ts', import.meta.url).href)});
      const store = await RecordingStore.open({ folder: process.argv[1] });
      RecordingFolder.prototype.remove = () => process.kill(process.pid, 'SIGKILL');
      await store.delete(${JSON.stringify(ID)});`;
    const args = ['--conditions=sgaps-source', '--import', 'tsx', '--input-type=module', '-e', script, folder];
    const child = spawn(process.execPath, args, { cwd: fileURLToPath(new URL('../../..', import.meta.url)), stdio: 'inherit' });
    expect(await new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))).toBe('SIGKILL');
    store = await RecordingStore.open({ folder });
    const told: string[] = [];
    store.onDelete(async (id) => void told.push(id));
    expect((await store.catalog.list()).total).toBe(0);
    expect((await traces(folder, SECRET)).length).toBeGreaterThan(0);
    expect(await store.recoverAll()).toEqual([]);
    expect(told).toEqual([ID]);
    expect(await traces(folder, ID, SECRET)).toEqual([]);
    expect((await store.catalog.list()).total).toBe(0);
  });
});

describe('deleting a recording where several machines share a catalog', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.close());

  it('each removes what it has, and adds no row for it', async () => {
    const database = await postgres.createDatabase();
    const folders = [await mkdtemp(join(tmpdir(), 'sgaps-one-')), await mkdtemp(join(tmpdir(), 'sgaps-other-'))];
    const [one, other] = await Promise.all(folders.map((folder) => RecordingStore.open({ folder, database })));
    try {
      await record(one, folders[0], ID);
      await record(one, folders[0], OTHER);
      expect(await other.delete(ID)).toBe(true);
      expect((await traces(folders[0], SECRET)).length).toBeGreaterThan(0);
      expect(await one.recoverAll()).toEqual([]);
      expect(await traces(join(folders[0], 'recordings'), `${ID}.`)).toEqual([]);
      expect((await one.catalog.list()).items.map(({ id }) => id)).toEqual([OTHER]);
    } finally {
      for (const store of [one, other]) await store.close();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    }
  });
});
