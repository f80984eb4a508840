import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Catalog, type RecordingRow } from './Catalog.js';

function rowOf(id: string, change: Partial<RecordingRow> = {}): RecordingRow {
  return {
    id,
    game: 'platformer',
    engine: 'phaser',
    startedAt: 1_700_000_000_000.5,
    endedAt: null,
    durationMs: 12.5,
    frames: 3,
    bytes: 6_000_000_000,
    bytesUp: 4,
    bytesDown: 2,
    gridWidth: 320,
    gridHeight: 180,
    fps: 29.97,
    status: 'recording',
    modelId: 'diffusion@1',
    meta: { player: 'Ärmel "x"' },
    roomId: null,
    archivedAt: null,
    archivedFrom: null,
    archivedTo: null,
    archiveModel: null,
    ...change,
  };
}

describe('Catalog', () => {
  let folder: string;
  let catalog: Catalog;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-catalog-'));
    catalog = await Catalog.open(folder);
  });

  afterEach(async () => {
    catalog.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps rows exactly, across closing and opening', async () => {
    await catalog.upsert(rowOf('a'));
    catalog.close();
    catalog = await Catalog.open(folder);
    expect(await catalog.get('a')).toEqual(rowOf('a'));
    await catalog.upsert(rowOf('a', { status: 'finished', endedAt: 5 }));
    expect(await catalog.get('a')).toEqual(rowOf('a', { status: 'finished', endedAt: 5 }));
    expect(await catalog.update('a', { roomId: 'r', meta: {} })).toBe(true);
    expect(await catalog.get('a')).toMatchObject({ roomId: 'r', meta: {}, status: 'finished' });
    expect(await catalog.update('b', { roomId: 'r' })).toBe(false);
    expect(await catalog.update('a', {})).toBe(true);
    expect(await catalog.delete('a')).toBe(true);
    expect(await catalog.delete('a')).toBe(false);
    expect(await catalog.get('a')).toBeNull();
  });

  it('lists by page, order, filter and search; wildcards in a search are letters', async () => {
    for (let i = 0; i < 30; i++) {
      await catalog.upsert(
        rowOf(`r${i}`, {
          startedAt: i,
          status: i % 2 ? 'finished' : 'recording',
          game: i < 3 ? '50%_off' : 'tank',
          roomId: i === 9 ? 'nine' : null,
        }),
      );
    }
    const ids = async (query: Parameters<Catalog['list']>[0]) => (await catalog.list(query)).items.map((row) => row.id);
    expect(await ids({ limit: 3 })).toEqual(['r29', 'r28', 'r27']);
    expect(await ids({ limit: 2, offset: 2, order: 'oldest' })).toEqual(['r2', 'r3']);
    expect(await ids({ status: 'finished', search: '%_OFF' })).toEqual(['r1']);
    expect(await ids({ search: 'r2', order: 'oldest', limit: 2 })).toEqual(['r2', 'r20']);
    expect(await ids({ roomId: 'nine' })).toEqual(['r9']);
    expect(await ids({ game: "x' OR 1=1 --" })).toEqual([]);
    expect((await catalog.list({ game: 'tank', limit: 1 })).total).toBe(27);
    expect((await catalog.list({ limit: -5, offset: -5 })).items).toHaveLength(1);
    expect((await catalog.list({ limit: 1e9 })).items).toHaveLength(30);
  });

  it('tells archives from other recordings, and those that ended long ago', async () => {
    const archived = { archivedAt: 9, archivedFrom: 6_000_000_000, archivedTo: 7, archiveModel: 'hst@1' };
    await catalog.upsert(rowOf('a', { endedAt: 100, startedAt: 1 }));
    await catalog.upsert(rowOf('b', { endedAt: 200, startedAt: 2 }));
    await catalog.upsert(rowOf('c', { endedAt: null, startedAt: 3 }));
    await catalog.update('b', archived);
    expect(await catalog.get('b')).toEqual(rowOf('b', { endedAt: 200, startedAt: 2, ...archived }));
    const ids = async (query: Parameters<Catalog['list']>[0]) => (await catalog.list(query)).items.map((row) => row.id);
    expect(await ids({ archived: true })).toEqual(['b']);
    expect(await ids({ archived: false, order: 'oldest' })).toEqual(['a', 'c']);
    expect(await ids({ endedBefore: 200 })).toEqual(['a']);
    expect(await ids({ endedBefore: 201, archived: false })).toEqual(['a']);
  });

  it('takes over the rows of a catalog that knows no archives', async () => {
    await catalog.upsert(rowOf('a'));
    catalog.close();
    const client = createClient({ url: `file:${join(folder, 'catalog.sqlite')}` });
    const columns = ['archived_at', 'archived_from', 'archived_to', 'archive_model'];
    for (const column of columns) await client.execute(`ALTER TABLE recordings DROP COLUMN ${column}`);
    await client.execute('PRAGMA user_version = 1');
    client.close();
    catalog = await Catalog.open(folder);
    expect(await catalog.get('a')).toEqual(rowOf('a'));
  });

  it('refuses a catalog of a newer version and a file that is none', async () => {
    const client = createClient({ url: `file:${join(folder, 'catalog.sqlite')}` });
    await client.execute('PRAGMA user_version = 999');
    client.close();
    await expect(Catalog.open(folder)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(Catalog.open('/dev/null/x')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
