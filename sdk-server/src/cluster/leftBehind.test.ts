import { cp, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeServices, openServices, type ReplayServices } from '../rooms/ReplayServices.js';
import { ChunkFile } from '../storage/ChunkFile.js';
import { Catalog, RecordingStore } from '../storage/index.js';
import { sceneHeader } from '../testing/recordScene.js';
import { startPostgres, type TestPostgres } from '../testing/startPostgres.js';
import { OrphanSweep } from './OrphanSweep.js';
import { Owners } from './Owners.js';
import { ProcessFolder } from './ProcessFolder.js';

const ID = 'left-behind';
const FULL = Object.assign(new Error('no space'), { code: 'ENOSPC' });
const silent = pino({ level: 'silent' });
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sgaps-left-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function filesOf(data: string, ending: string): Promise<string[]> {
  return (await readdir(data, { recursive: true })).filter((name) => name.endsWith(ending));
}

/** Bytes of the events that a recording holds. */
async function eventsOf(store: RecordingStore): Promise<number[]> {
  const reader = await store.open(ID);
  const events: number[] = [];
  for await (const { kind, bytes } of reader.records()) if (kind === 'event') events.push(...bytes);
  await reader.close();
  return events;
}

describe('what a server could not finish when it was stopped', () => {
  let postgres: TestPostgres;
  let services: ReplayServices;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterEach(() => closeServices(folder));
  afterAll(() => postgres.close());

  async function serve(database?: string): Promise<void> {
    services = await openServices({ data: folder, database, model: null, log: silent });
  }

  async function expectWhole(status: string): Promise<void> {
    expect(await services.catalog.get(ID)).toMatchObject({ status, owner: null });
    expect(await eventsOf(services.store)).toEqual([7]);
    expect(await filesOf(folder, '.journal')).toEqual([]);
    await vi.waitFor(async () => expect(await filesOf(folder, '.process')).toHaveLength(1), 10_000);
  }

  it('is finished by the next start where PostgreSQL was away', async () => {
    const database = await postgres.createDatabase();
    await serve(database);
    const writer = await services.store.create(sceneHeader(ID));
    writer.append('event', 1, new Uint8Array([7]));
    // As it is where the database stops before the server does.
    const away = vi.spyOn(Catalog.prototype, 'update').mockRejectedValue(new Error('connection refused'));
    await closeServices(folder);
    away.mockRestore();
    await serve(database);
    await expectWhole('finished');
  });

  it('is nobody’s where neither its file nor its row could be dealt with', async () => {
    const database = await postgres.createDatabase();
    await serve(database);
    await rm(join(folder, 'recordings'), { recursive: true });
    await writeFile(join(folder, 'recordings'), '');
    const away = [
      vi.spyOn(Catalog.prototype, 'update').mockRejectedValue(new Error('connection refused')),
      vi.spyOn(Catalog.prototype, 'delete').mockRejectedValue(new Error('connection refused')),
    ];
    await expect(services.store.create(sceneHeader(ID))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await closeServices(folder);
    for (const spy of away) spy.mockRestore();
    await rm(join(folder, 'recordings'));
    await serve(database);
    expect(await services.catalog.get(ID)).toMatchObject({ status: 'failed', owner: null });
  });

  for (const kind of ['SQLite', 'PostgreSQL'] as const)
    it(`is finished by the next start where the disk was full (${kind})`, async () => {
      const database = kind === 'SQLite' ? undefined : await postgres.createDatabase();
      await serve(database);
      const writer = await services.store.create(sceneHeader(ID));
      writer.append('event', 1, new Uint8Array([7]));
      const full = vi.spyOn(ChunkFile.prototype, 'seal').mockRejectedValue(FULL);
      await writer.close();
      await closeServices(folder);
      full.mockRestore();
      await serve(database);
      await expectWhole('recovered');
    });
});

describe('what a process left that was killed', () => {
  let processes: ProcessFolder;
  let store: RecordingStore;
  let sweep: OrphanSweep;
  let dead: string;
  let copy: string;
  const recovered: string[] = [];
  const warnings: string[] = [];

  beforeEach(async () => {
    const killed = await ProcessFolder.join(folder);
    dead = killed.id;
    const before = await RecordingStore.open({ folder, owners: new Owners(killed, () => null) });
    const writer = await before.create(sceneHeader(ID));
    writer.append('event', 1, new Uint8Array([7]));
    // What kill -9 would leave.
    copy = `${folder}-copy`;
    await cp(folder, copy, { recursive: true });
    await before.close();
    await killed.leave();
    processes = await ProcessFolder.join(copy);
    const owners = new Owners(processes, () => null, true);
    store = await RecordingStore.open({ folder: copy, owners });
    const log = pino({}, { write: (line: string) => void warnings.push((JSON.parse(line) as { msg: string }).msg) });
    const onRecovered = (id: string) => void recovered.push(id);
    sweep = new OrphanSweep({ owners, processes, cluster: () => null, store, onRecovered, log });
    recovered.length = warnings.length = 0;
  });
  afterEach(async () => {
    await sweep.close();
    await store.close();
    await processes.leave();
    await rm(copy, { recursive: true, force: true });
  });

  /** `phases`: what is amiss comes to be something else so often. */
  async function expectTriedAgain(status: string, phases: number): Promise<void> {
    for (let look = 0; look < 4; look++) await sweep.look();
    expect(recovered).toEqual([]);
    expect(warnings).toEqual(Array(phases).fill('recordings of a dead process not recovered; trying again'));
    expect(await store.catalog.get(ID)).toMatchObject({ owner: dead });
    expect(processes.isKnown(dead)).toBe(true);
    vi.restoreAllMocks();
    await sweep.look();
    expect(recovered).toEqual([ID]);
    expect(await store.catalog.get(ID)).toMatchObject({ status, owner: null });
    expect(await eventsOf(store)).toEqual([7]);
    expect(processes.isKnown(dead)).toBe(false);
  }

  it('is looked at again where the catalog went away meanwhile', async () => {
    vi.spyOn(Catalog.prototype, 'update').mockRejectedValue(new Error('connection refused'));
    vi.spyOn(Catalog.prototype, 'upsert').mockRejectedValue(new Error('connection refused'));
    // The file is closed by the first look; from then on only its row is missing.
    await expectTriedAgain('finished', 2);
  });

  it('is looked at again where the disk was full', async () => {
    const handle = await open(join(copy, 'recordings', `${ID}.sgaps`));
    vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'truncate').mockRejectedValue(FULL);
    await handle.close();
    await expectTriedAgain('recovered', 1);
  });

  it('is recovered, too, where it had failed before and was still to be mended', async () => {
    await store.catalog.update(ID, { status: 'failed' });
    await sweep.look();
    expect(await store.catalog.get(ID)).toMatchObject({ status: 'recovered', owner: null });
    expect(await eventsOf(store)).toEqual([7]);
  });
});
