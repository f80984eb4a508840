import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { createClient } from '@libsql/client';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { program } from '../../cli.js';
import { startPostgres, type TestPostgres } from '../../testing/startPostgres.js';
import { Catalog } from './Catalog.js';
import type { AuditEntry, CatalogQuery, KeyRow, RecordingRow } from './rows.js';
import { postgresTables, sqliteTables } from './schema.js';

function rowOf(id: string, change: Partial<RecordingRow> = {}): RecordingRow {
  return {
    id,
    game: 'platformer',
    engine: 'phaser',
    startedAt: 1_700_000_000_000.5,
    endedAt: null,
    durationMs: 12.5,
    frames: 3_000_000_000,
    bytes: 6_000_000_000,
    bytesUp: 2 ** 53 - 1,
    bytesDown: 2,
    gridWidth: 320,
    gridHeight: 180,
    fps: 29.97,
    status: 'recording',
    modelId: 'diffusion@1',
    meta: { player: 'Ärmel "x"', odd: "a\0b\uD800 ' \\ 🎮" },
    roomId: null,
    archivedAt: null,
    archivedFrom: null,
    archivedTo: null,
    archiveModel: null,
    storedAt: null,
    held: null,
    owner: null,
    continues: null,
    ...change,
  };
}

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

describe.each(['SQLite', 'PostgreSQL'])('Catalog in %s', (kind) => {
  let folder: string;
  let url: string | undefined;
  let catalog: Catalog;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-catalog-'));
    url = kind === 'SQLite' ? undefined : await postgres.createDatabase();
    catalog = await Catalog.open(folder, { url });
  });

  afterEach(async () => {
    await catalog.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ids = async (query: CatalogQuery): Promise<string[]> => (await catalog.list(query)).items.map((row) => row.id);

  /** Runs statements beside the catalog; gives the last one's rows. */
  async function raw(...statements: string[]): Promise<Record<string, unknown>[]> {
    let rows: unknown[] = [];
    if (url === undefined) {
      const client = createClient({ url: `file:${join(folder, 'catalog.sqlite')}` });
      for (const statement of statements) rows = (await client.execute(statement)).rows;
      client.close();
    } else {
      const client = new Client(url);
      await client.connect();
      for (const statement of statements) rows = (await client.query(statement)).rows;
      await client.end();
    }
    return rows as Record<string, unknown>[];
  }

  it('keeps rows exactly, across closing and opening', async () => {
    await catalog.upsert(rowOf('a'));
    await catalog.close();
    catalog = await Catalog.open(folder, { url });
    expect(await catalog.get('a')).toEqual(rowOf('a'));
    await catalog.upsert(rowOf('a', { status: 'finished', endedAt: 5 }));
    expect(await catalog.get('a')).toEqual(rowOf('a', { status: 'finished', endedAt: 5 }));
    expect(await catalog.update('a', { roomId: 'r', meta: {} })).toBe(true);
    expect(await catalog.get('a')).toMatchObject({ roomId: 'r', meta: {}, status: 'finished' });
    const hosting = { storedAt: 1_800_000_000_000.25, held: 'case 7', owner: 'process-1', continues: 'b' };
    expect(await catalog.update('a', hosting)).toBe(true);
    expect(await catalog.get('a')).toMatchObject(hosting);
    expect(await catalog.update('b', { roomId: 'r' })).toBe(false);
    expect(await catalog.update('a', {})).toBe(true);
    expect(await catalog.update('b', {})).toBe(false);
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
    expect(await ids({ limit: 3 })).toEqual(['r29', 'r28', 'r27']);
    expect(await ids({ limit: 2, offset: 2, order: 'oldest' })).toEqual(['r2', 'r3']);
    expect(await ids({ status: 'finished', search: '%_OFF' })).toEqual(['r1']);
    expect(await ids({ search: 'r2', order: 'oldest', limit: 2 })).toEqual(['r2', 'r20']);
    expect(await ids({ roomId: 'nine' })).toEqual(['r9']);
    expect(await ids({ game: "x' OR 1=1 --" })).toEqual([]);
    expect((await catalog.list({ game: 'tank', limit: 1 })).total).toBe(27);
    expect((await catalog.list({ limit: -5, offset: -5 })).items).toHaveLength(1);
    expect((await catalog.list({ limit: 1e9 })).items).toHaveLength(30);
    expect((await catalog.list({ offset: Number.POSITIVE_INFINITY })).items).toEqual([]);
  });

  it('searches and sorts as the other database does, and takes any text', async () => {
    const games = ['Tank', 'tank\\arena', 'a_b', 'axb', '100%', 'Ärger', "it's", '🎮 Zug'];
    for (const [at, game] of games.entries()) await catalog.upsert(rowOf(`id-${at}`, { game, startedAt: 1 }));
    for (const id of ['B', 'a', '_', '-']) await catalog.upsert(rowOf(id, { game: 'order', startedAt: 2 }));
    const found = async (search: string): Promise<string[]> => ids({ search, order: 'oldest' });
    expect(await found('TANK')).toEqual(['id-0', 'id-1']);
    expect(await found('k\\A')).toEqual(['id-1']);
    expect(await found('\\')).toEqual(['id-1']);
    expect(await found('a_b')).toEqual(['id-2']);
    expect(await found('%')).toEqual(['id-4']);
    expect(await found('Ärg')).toEqual(['id-5']);
    expect(await found('ärg')).toEqual([]);
    expect(await found("'")).toEqual(['id-6']);
    expect(await found('🎮')).toEqual(['id-7']);
    expect(await found('ID-7')).toEqual(['id-7']);
    expect(await found('no\0thing')).toEqual([]);
    expect(await ids({ game: 'no\0thing' })).toEqual([]);
    expect(await catalog.get('no\0thing')).toBeNull();
    expect(await ids({ game: 'order', order: 'oldest' })).toEqual(['-', 'B', '_', 'a']);
    await catalog.upsert(rowOf('nul', { game: 'n\0l' }));
    expect((await catalog.list({ search: 'nul' })).total).toBe(1);
  });

  it('tells archives from other recordings, those that ended long ago, that are stored, held, and of a process', async () => {
    const archived = { archivedAt: 9, archivedFrom: 6_000_000_000, archivedTo: 7, archiveModel: 'hst@1' };
    await catalog.upsert(rowOf('a', { endedAt: 100, startedAt: 1 }));
    await catalog.upsert(rowOf('b', { endedAt: 200, startedAt: 2 }));
    await catalog.upsert(rowOf('c', { endedAt: null, startedAt: 3, owner: 'p1', storedAt: 4, held: 'court' }));
    await catalog.update('b', archived);
    expect(await catalog.get('b')).toEqual(rowOf('b', { endedAt: 200, startedAt: 2, ...archived }));
    expect(await ids({ archived: true })).toEqual(['b']);
    expect(await ids({ archived: false, order: 'oldest' })).toEqual(['a', 'c']);
    expect(await ids({ endedBefore: 200 })).toEqual(['a']);
    expect(await ids({ endedBefore: 201, archived: false })).toEqual(['a']);
    expect(await ids({ owner: 'p1' })).toEqual(['c']);
    expect(await ids({ owner: null })).toEqual(['b', 'a']);
    expect(await ids({ stored: true })).toEqual(['c']);
    expect(await ids({ stored: false })).toEqual(['b', 'a']);
    expect(await ids({ held: true })).toEqual(['c']);
    expect(await ids({ held: false })).toEqual(['b', 'a']);
  });

  it('keeps keys and revokes them once', async () => {
    const key = (id: string, change: Partial<KeyRow> = {}): KeyRow => ({
      ...{ id, game: 'tank', hash: 'h'.repeat(64), label: 'web', createdAt: 1_700_000_000_000, expiresAt: null, revokedAt: null },
      ...change,
    });
    await catalog.keys.add(key('k1'));
    await catalog.keys.add(key('k2', { game: 'arena', createdAt: 5, expiresAt: 6.5 }));
    expect(await catalog.keys.get('k2')).toEqual(key('k2', { game: 'arena', createdAt: 5, expiresAt: 6.5 }));
    expect(await catalog.keys.get('k3')).toBeNull();
    expect((await catalog.keys.list()).map(({ id }) => id)).toEqual(['k2', 'k1']);
    expect(await catalog.keys.list({ game: 'tank' })).toEqual([key('k1')]);
    expect(await catalog.keys.revoke('k1', 7)).toBe(true);
    expect(await catalog.keys.revoke('k1', 8)).toBe(false);
    expect(await catalog.keys.revoke('k3', 8)).toBe(false);
    expect((await catalog.keys.get('k1'))?.revokedAt).toBe(7);
    await expect(catalog.keys.add(key('k1'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('keeps the audit log, newest first, by page, and trims it', async () => {
    const entry = (at: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
      ...{ at, actor: 'admin', action: 'recording.delete', target: `r${at}`, address: '127.0.0.1', requestId: 'q' },
      detail: { bytes: 6_000_000_000, why: 'ä"', swept: true },
      ...change,
    });
    for (let at = 0; at < 5; at++) await catalog.audit.add(entry(at, { action: at % 2 ? 'key.add' : 'recording.delete' }));
    const [newest, ...rest] = await catalog.audit.list();
    expect(newest).toEqual({ id: newest.id, ...entry(4) });
    expect(rest.map(({ at }) => at)).toEqual([3, 2, 1, 0]);
    const page = await catalog.audit.list({ limit: 2 });
    expect((await catalog.audit.list({ before: page[1].id })).map(({ at }) => at)).toEqual([2, 1, 0]);
    expect((await catalog.audit.list({ action: 'key.add' })).map(({ at }) => at)).toEqual([3, 1]);
    expect(await catalog.audit.list({ actor: 'nobody' })).toEqual([]);
    expect(await catalog.audit.trim(3)).toBe(3);
    expect((await catalog.audit.list()).map(({ at }) => at)).toEqual([4, 3]);
  });

  it('keeps what is said of games, and measures them', async () => {
    const none = { keepDays: null, keepBytes: null, keepRecordings: null, quotaBytes: null, quotaRecordings: null };
    expect(await catalog.games.get('tank')).toBeNull();
    expect(await catalog.games.set({ game: 'tank' })).toEqual({ game: 'tank', ...none });
    expect(await catalog.games.set({ game: 'tank', keepDays: 0.5 })).toEqual({ game: 'tank', ...none, keepDays: 0.5 });
    await catalog.games.set({ game: 'tank', quotaBytes: 6_000_000_000, quotaRecordings: 3 });
    await catalog.games.set({ game: 'tank', quotaRecordings: null });
    expect(await catalog.games.get('tank')).toEqual({ game: 'tank', ...none, keepDays: 0.5, quotaBytes: 6_000_000_000 });
    await catalog.games.set({ game: 'arena', keepDays: 1 });
    expect((await catalog.games.list()).map(({ game }) => game)).toEqual(['arena', 'tank']);
    expect(await catalog.games.delete('arena')).toBe(true);
    expect(await catalog.games.delete('arena')).toBe(false);
    expect(await catalog.games.usage('tank')).toEqual({ recordings: 0, bytes: 0 });
    await catalog.upsert(rowOf('a', { game: 'tank' }));
    await catalog.upsert(rowOf('b', { game: 'tank', archivedTo: 7 }));
    await catalog.upsert(rowOf('c', { game: 'other' }));
    expect(await catalog.games.usage('tank')).toEqual({ recordings: 2, bytes: 6_000_000_007 });
  });

  it('has the tables and columns that queries ask for, and no others', async () => {
    const tables = Object.values(kind === 'SQLite' ? sqliteTables : postgresTables);
    for (const table of tables) {
      const name = getTableName(table);
      const rows = await raw(
        kind === 'SQLite'
          ? `SELECT name, "notnull" = 1 AS required FROM pragma_table_info('${name}')`
          : `SELECT column_name AS name, is_nullable = 'NO' AS required FROM information_schema.columns WHERE table_name = '${name}'`,
      );
      const found = rows.map((row) => [row.name, Boolean(row.required)]).sort();
      const wanted = Object.values(getTableColumns(table)).map((column) => [column.name, column.notNull]);
      expect(found, name).toEqual(wanted.sort());
    }
  });

  it('refuses a catalog of a newer version, and leaves it as it is', async () => {
    await raw(`INSERT INTO sgaps_migrations (hash, created_at) VALUES ('later', 99999999999999)`);
    await expect(Catalog.open(folder, { url })).rejects.toMatchObject({
      code: 'VERSION_UNSUPPORTED',
      message: expect.stringContaining('newer SGAPS'),
    });
  });

  it('is made by one of several processes that start at once, and used by all', async () => {
    const place = url === undefined ? await mkdtemp(join(folder, 'many-')) : folder;
    const address = url === undefined ? undefined : await postgres.createDatabase();
    const script = `
      const { Catalog } = await import(${JSON.stringify(new URL('./Catalog.ts', import.meta.url).href)});
      const catalog = await Catalog.open(process.argv[1], { url: process.argv[2] });
      await catalog.audit.add({ at: 1, actor: 'p', action: 'a', target: '', detail: {}, address: '', requestId: String(process.pid) });
      await catalog.close();`;
    const cwd = fileURLToPath(new URL('../../../..', import.meta.url));
    const run = async (): Promise<string> => {
      const args = ['--conditions=sgaps-source', '--import', 'tsx', '--input-type=module', '-e', script, place];
      const child = spawn(process.execPath, [...args, ...(address ? [address] : [])], {
        cwd,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (piece) => {
        said += piece;
      });
      const code = await new Promise((resolve) => child.once('close', resolve));
      return code === 0 ? '' : said;
    };
    expect(await Promise.all(Array.from({ length: 5 }, run))).toEqual(['', '', '', '', '']);
    const opened = await Catalog.open(place, { url: address });
    expect(new Set((await opened.audit.list()).map(({ requestId }) => requestId)).size).toBe(5);
    await opened.close();
  });
});

describe('Catalog in SQLite only', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-catalog-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([1, 2])('takes over a catalog of version %i, as its program left it, without loss', async (version) => {
    const file = join(folder, 'catalog.sqlite');
    await copyFile(fileURLToPath(new URL(`./fixtures/version-${version}.sqlite`, import.meta.url)), file);
    for (let time = 0; time < 2; time++) {
      const catalog = await Catalog.open(folder);
      const { items } = await catalog.list({ order: 'oldest' });
      const old = (at: number, change: Partial<RecordingRow>): RecordingRow => ({
        ...rowOf(`old-${at}`, {
          startedAt: 1_700_000_000_000.5 + at,
          frames: 3_000_000_000 + at,
          bytes: 6_000_000_000 + at,
          bytesUp: 4,
        }),
        meta: {},
        ...change,
      });
      const archive = {
        archivedAt: 1_700_000_100_000.25,
        archivedFrom: 6_000_000_000,
        archivedTo: 5_000_000_000,
        archiveModel: 'hst@1',
      };
      const meta = { player: 'Ärmel "x"', continues: 'old-0' };
      expect(items).toEqual([
        old(0, { status: 'finished', endedAt: 1_700_000_060_000, ...(version === 2 ? archive : {}) }),
        old(1, { status: 'recovered', endedAt: 1_700_000_060_001, game: 'Ärmel "x"', meta, continues: 'old-0' }),
        old(2, { game: '50%_off', roomId: 'room' }),
      ]);
      await catalog.close();
    }
    // A program of before this version refuses it.
    const client = createClient({ url: `file:${file}` });
    expect((await client.execute('PRAGMA user_version')).rows[0].user_version).toBe(3);
    client.close();
  });

  it('refuses a later version by its number, and a folder that is none', async () => {
    const client = createClient({ url: `file:${join(folder, 'catalog.sqlite')}` });
    await client.execute('PRAGMA user_version = 999');
    client.close();
    await expect(Catalog.open(folder)).rejects.toMatchObject({ code: 'VERSION_UNSUPPORTED' });
    await expect(Catalog.open('/dev/null/x')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});

describe('Catalog in PostgreSQL only', () => {
  /** All that a log or a terminal may show of an error. */
  function shown(error: unknown): string {
    let logged = '';
    pino({}, { write: (line) => (logged += line) }).error({ err: error }, 'failed');
    return `${logged}${inspect(error, { depth: 10, showHidden: true })}`;
  }

  async function failure(work: Promise<unknown>): Promise<{ code: string; message: string }> {
    const error: unknown = await work.then(
      () => new Error('It did not fail.'),
      (reason: unknown) => reason,
    );
    expect(shown(error)).not.toContain(postgres.password);
    return error as { code: string; message: string };
  }

  it('takes over all of a SQLite catalog, by a command, and only while it is empty', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sgaps-catalog-'));
    const url = await postgres.createDatabase();
    const from = await Catalog.open(folder);
    for (let i = 0; i < 3; i++) {
      await from.upsert(rowOf(`r${i}`, { held: i === 1 ? 'case 7' : null, archivedTo: i === 2 ? 6_000_000_000 : null }));
      await from.audit.add({ at: i, actor: 'a', action: 'b', target: '', detail: { i }, address: '', requestId: '' });
    }
    await from.keys.add({ ...{ id: 'k', game: 'g', hash: 'h', label: '', createdAt: 1, expiresAt: null, revokedAt: 2 } });
    await from.games.set({ game: 'g', keepDays: 0.5 });
    const told = [(await from.list()).items, await from.keys.list(), await from.games.list()];
    await from.close();
    const copy = () => program().parseAsync(['node', 'sgaps', 'copy-catalog', '--data', folder, '--database', url, '--json']);
    const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const complained = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await copy();
    await copy();
    const [output, complaint] = [said, complained].map(({ mock }) => mock.calls.map(([text]) => text));
    vi.restoreAllMocks();
    expect(output).toEqual(['{"recordings":3}\n', expect.stringContaining('"state":"failed"')]);
    expect(complaint).toEqual([expect.stringContaining('copy into an empty database')]);
    const to = await Catalog.open(folder, { url });
    expect([(await to.list()).items, await to.keys.list(), await to.games.list()]).toEqual(told);
    expect((await to.audit.list()).map(({ detail }) => detail.i)).toEqual([2, 1, 0]);
    await to.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('rejects while the server is down, and works again by itself', async () => {
    const catalog = await Catalog.open('/nowhere', { url: await postgres.createDatabase() });
    try {
      await catalog.upsert(rowOf('a'));
      await postgres.stop();
      for (const work of [
        () => catalog.get('a'),
        () => catalog.list(),
        () => catalog.upsert(rowOf('b')),
        () => catalog.audit.trim(1),
      ]) {
        expect(await failure(work())).toMatchObject({
          code: 'STORAGE_FAILED',
          message: expect.stringContaining('cannot be reached'),
        });
      }
      await postgres.start();
      expect(await catalog.get('a')).toEqual(rowOf('a'));
    } finally {
      await postgres.start();
      await catalog.close();
    }
  });

  it('says where it is and what is wrong, never the password', async () => {
    const url = await postgres.createDatabase();
    const catalog = await Catalog.open('/nowhere', { url });
    expect(catalog.place).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+, database sgaps_\d+$/);
    await catalog.close();
    const wrong = url.replace(postgres.password, `${postgres.password}x`);
    expect(await failure(Catalog.open('/nowhere', { url: wrong }))).toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('password authentication failed'),
    });
    const refused = [
      `http://sgaps:${postgres.password}@x/y`,
      `postgres://sgaps:${postgres.password}@[::/y`,
      `${postgres.password}`,
    ];
    for (const address of refused) {
      expect(await failure(Catalog.open('/nowhere', { url: address }))).toMatchObject({ code: 'ARGUMENT_INVALID' });
    }
    expect(await failure(Catalog.open('/nowhere', { url: await postgres.createDatabase({ encoding: 'LATIN1' }) }))).toMatchObject(
      {
        code: 'UNSUPPORTED',
      },
    );
  });
});
