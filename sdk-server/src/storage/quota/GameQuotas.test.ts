import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { REPLAY_CLOSE } from '../../rooms/closeCodes.js';
import { type SgapsServer, startServer } from '../../startServer.js';
import { sceneHeader } from '../../testing/recordScene.js';
import { startPostgres } from '../../testing/startPostgres.js';
import { TestRecorder } from '../../testing/TestRecorder.js';
import { RecordingStore } from '../index.js';
import { rowOf } from '../recordingRow.js';
import { GameQuotas } from './GameQuotas.js';

const log = pino({ level: 'silent' });
const data = mkdtempSync(join(tmpdir(), 'sgaps-quota-'));

describe('a server with quotas', () => {
  let server: SgapsServer;
  beforeAll(async () => {
    server = await startServer({ port: 0, host: '127.0.0.1', data, log, model: null });
  });
  afterAll(async () => {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('refuses a session of a game that has as many recordings as it may, and says why; other games go on', async () => {
    await server.catalog.games.set({ game: 'few', quotaRecordings: 2 });
    const first = await TestRecorder.join(server.url, { game: 'few' });
    const both = await Promise.allSettled([1, 2].map(() => TestRecorder.join(server.url, { game: 'few' })));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = both.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({
      code: 507,
      message: expect.stringMatching(/^QUOTA_EXCEEDED: The game few has 2 recordings, and may have 2/),
    });
    const other = await TestRecorder.join(server.url, { game: 'any' });
    await other.room.leave();
    await first.room.leave();
    await vi.waitFor(async () => expect(await server.catalog.get(first.recordingId)).toMatchObject({ status: 'finished' }));
    // What is deleted makes room.
    await server.store.delete(first.recordingId);
    await (await TestRecorder.join(server.url, { game: 'few' })).room.leave();
  });

  it('counts no session that the catalog kept from beginning', async () => {
    await server.catalog.games.set({ game: 'one', quotaRecordings: 1 });
    const goesOn = { game: 'one', meta: { continues: 'none' } };
    const away = vi.spyOn(server.catalog, 'get').mockRejectedValue(new Error('connection refused'));
    await expect(TestRecorder.join(server.url, goesOn)).rejects.toMatchObject({ code: 500 });
    expect(away).toHaveBeenCalledWith('none');
    away.mockRestore();
    await (await TestRecorder.join(server.url, goesOn)).room.leave();
  });

  it('ends a session in order that passes what its game may take, and begins none after it', async () => {
    await server.catalog.games.set({ game: 'small', quotaBytes: 8000 });
    const recorder = await TestRecorder.join(server.url, { game: 'small' });
    while (recorder.left === null) await recorder.play(5);
    expect(recorder.left?.code).toBe(REPLAY_CLOSE.limit);
    expect(recorder.errors.at(-1)).toMatchObject({ code: 'QUOTA_EXCEEDED', message: expect.stringContaining('8000 bytes') });
    await vi.waitFor(async () => expect((await server.catalog.get(recorder.recordingId))?.status).toBe('finished'), 10_000);
    const row = await server.catalog.get(recorder.recordingId);
    expect(row?.bytes).toBeGreaterThan(8000);
    const reader = await server.store.open(recorder.recordingId);
    expect(reader.index.hasFooter).toBe(true);
    await reader.close();
    await expect(TestRecorder.join(server.url, { game: 'small' })).rejects.toMatchObject({ code: 507 });
    await server.catalog.games.set({ game: 'small', quotaBytes: null });
    await (await TestRecorder.join(server.url, { game: 'small' })).room.leave();
  });
});

describe('quotas', () => {
  const folders: string[] = [];
  const openStore = async (database?: string): Promise<RecordingStore> => {
    folders.push(mkdtempSync(join(tmpdir(), 'sgaps-quota-')));
    return RecordingStore.open({ folder: folders[folders.length - 1], database });
  };
  afterEach(() => {
    vi.restoreAllMocks();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  it('count archives as what they take, and ask the catalog seldom, however often they are asked', async () => {
    const store = await openStore();
    const quotas = new GameQuotas(store, log);
    const header = { ...sceneHeader('a1'), game: 'tank' };
    await store.catalog.upsert({ ...rowOf(header, 'finished'), bytes: 9_000, archivedTo: 500 });
    await store.catalog.games.set({ game: 'tank', quotaBytes: 1_000 });
    (await quotas.admit('tank', 'a'))();
    const writer = await store.create({ ...header, recordingId: 'a2' });
    const asked = [vi.spyOn(store.catalog.games, 'get'), vi.spyOn(store.catalog.games, 'usage')];
    for (let i = 0; i < 10_000; i++) expect(quotas.excess('tank')).toBeNull();
    writer.append('event', 1, new Uint8Array(501));
    await vi.waitFor(() => expect(quotas.excess('tank')).toMatchObject({ code: 'QUOTA_EXCEEDED' }), 5_000);
    expect(asked.map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    await store.close();
  });

  it('count what other processes record, and let sessions go on while the catalog is away', async () => {
    const postgres = await startPostgres();
    const database = await postgres.createDatabase();
    const [here, there] = [await openStore(database), await openStore(database)];
    try {
      const header = { ...sceneHeader('here'), game: 'tank' };
      await here.catalog.games.set({ game: 'tank', quotaBytes: 1_000 });
      const quotas = { here: new GameQuotas(here, log), there: new GameQuotas(there, log) };
      const writer = await here.create(header);
      const other = await there.create({ ...header, recordingId: 'there' });
      writer.append('event', 1, new Uint8Array(600));
      other.append('event', 1, new Uint8Array(600));
      (await quotas.here.admit('tank', 'a'))();
      await expect(quotas.there.admit('tank', 'b')).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
      expect(quotas.there.excess('tank')).toMatchObject({ code: 'QUOTA_EXCEEDED' });
      await postgres.stop();
      await expect(quotas.here.admit('tank', 'c')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      expect(quotas.here.excess('tank')).toBeNull();
    } finally {
      await postgres.start();
      await Promise.all([here.close(), there.close()]);
      await postgres.close();
    }
  });
});
