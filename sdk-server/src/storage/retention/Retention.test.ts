import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { program } from '../../cli.js';
import { sceneHeader } from '../../testing/recordScene.js';
import { startPostgres, type TestPostgres } from '../../testing/startPostgres.js';
import { type RecordingRow, RecordingStore } from '../index.js';
import { rowOf } from '../recordingRow.js';
import { Retention, type RetentionPolicy, type SweepOptions } from './Retention.js';
import { RetentionRounds } from './RetentionRounds.js';

const DAY = 86_400_000;
const GB = 1e9;

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

describe.each(['SQLite', 'PostgreSQL'])('retention with a catalog in %s', (kind) => {
  let folder: string;
  let store: RecordingStore;
  let now: number;
  let database: string | undefined;
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });

  beforeEach(async () => {
    lines.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'sgaps-retention-'));
    database = kind === 'SQLite' ? undefined : await postgres.createDatabase();
    store = await RecordingStore.open({ folder, database });
    now = Date.now();
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A recording that began and ended `days` ago. */
  async function add(id: string, days: number, change: Partial<RecordingRow> = {}): Promise<void> {
    const at = now - days * DAY;
    await store.catalog.upsert({
      ...rowOf(sceneHeader(id), 'finished'),
      startedAt: at - 1000,
      endedAt: at,
      game: 'tank',
      bytes: GB,
      ...change,
    });
  }

  const sweep = async (policy: RetentionPolicy, options?: SweepOptions): Promise<string[]> => {
    const { removed, failed } = await new Retention({ store, log, policy }).sweep(options);
    expect(failed).toEqual([]);
    return removed.map(({ id, reason }) => `${id} ${reason}`);
  };
  const left = async (): Promise<string[]> => (await store.catalog.list({ order: 'oldest' })).items.map(({ id }) => id);

  it('removes what ended too long ago, never what is held or being recorded; a dry run tells the same', async () => {
    await add('old', 40);
    await add('older', 50);
    await add('held', 60, { held: 'case 7' });
    await add('recording', 60, { status: 'recording', endedAt: null });
    await add('long', 31, { startedAt: now - 60 * DAY, endedAt: now - DAY });
    await add('failed', 45, { status: 'failed', endedAt: null });
    await add('young', 29);
    const expected = ['older age', 'failed age', 'old age'];
    expect(await sweep({ keepDays: 30 }, { dryRun: true })).toEqual(expected);
    expect(await left()).toHaveLength(7);
    expect(await sweep({ keepDays: 30 })).toEqual(expected);
    expect(await left()).toEqual(['held', 'recording', 'long', 'young']);
    expect(await sweep({ keepDays: 30 })).toEqual([]);
    expect(lines.filter(({ msg }) => msg === 'recording removed by retention').map(({ recording }) => recording)).toEqual([
      'older',
      'failed',
      'old',
    ]);
    const audit = await store.catalog.audit.list();
    expect(audit.map(({ target }) => target)).toEqual(['old', 'failed', 'older']);
    expect(audit[0]).toMatchObject({
      ...{ actor: 'retention', action: 'recording.delete' },
      detail: { game: 'tank', bytes: GB, reason: 'age' },
    });
  });

  it('removes the oldest beyond bytes and numbers; an archive counts as what it takes', async () => {
    for (let i = 1; i <= 6; i++) await add(`r${i}`, i);
    await add('r7', 7, { archivedAt: 1, archivedFrom: 9 * GB, archivedTo: GB / 10, bytes: 9 * GB, archiveModel: '' });
    // 6.1 GB in all.
    expect(await sweep({ keepBytes: 6.1 * GB })).toEqual([]);
    expect(await sweep({ keepBytes: 4.5 * GB }, { dryRun: true })).toEqual(['r7 bytes', 'r6 bytes', 'r5 bytes']);
    expect(await sweep({ keepBytes: 4.5 * GB })).toEqual(['r7 bytes', 'r6 bytes', 'r5 bytes']);
    await store.hold('r4', 'case 7');
    expect(await sweep({ keepRecordings: 2 })).toEqual(['r3 recordings', 'r2 recordings']);
    expect(await left()).toEqual(['r4', 'r1']);
    expect(await sweep({ keepRecordings: 0, keepBytes: 0 })).toEqual(['r1 bytes']);
    expect(await left()).toEqual(['r4']);
  });

  it("goes by a game's own days instead of those for all, and by its bytes and numbers first", async () => {
    for (const [id, days, game] of [
      ['long-1', 90, 'keeper'],
      ['short-1', 3, 'brief'],
      ['short-2', 1, 'brief'],
      ['many-1', 5, 'many'],
      ['many-2', 4, 'many'],
      ['many-3', 3, 'many'],
      ['other-1', 40, 'other'],
      ['other-2', 10, 'other'],
    ] as const)
      await add(id, days, { game });
    await store.catalog.games.set({ game: 'keeper', keepDays: 365 });
    await store.catalog.games.set({ game: 'brief', keepDays: 2 });
    await store.catalog.games.set({ game: 'many', keepRecordings: 2 });
    const policy = { keepDays: 30, keepRecordings: 4 };
    const expected = ['short-1 age', 'many-1 recordings', 'other-1 age', 'long-1 recordings'];
    expect(await sweep(policy, { dryRun: true })).toEqual(expected);
    expect(await sweep(policy)).toEqual(expected);
    expect(await left()).toEqual(['other-2', 'many-2', 'many-3', 'short-2']);
  });

  it('goes through more than a page, over those that cannot go', async () => {
    for (let i = 10; i < 30; i++) await add(`r${i}`, 60 - i);
    const { expendable } = store.catalog;
    vi.spyOn(store.catalog, 'expendable').mockImplementation((query) => expendable.call(store.catalog, { ...query, limit: 3 }));
    const remove = store.delete;
    vi.spyOn(store, 'delete').mockImplementation(async (id) => {
      if (id === 'r11' || id === 'r18') throw new Error('It does not go.');
      return remove.call(store, id);
    });
    const { removed, failed } = await new Retention({ store, log, policy: { keepRecordings: 10 } }).sweep();
    expect(removed.map(({ id }) => id)).toEqual(['r10', 'r12', 'r13', 'r14', 'r15', 'r16', 'r17', 'r19', 'r20', 'r21']);
    expect(failed.map(({ id }) => id)).toEqual(['r11', 'r18']);
    expect(await left()).toEqual(['r11', 'r18', 'r22', 'r23', 'r24', 'r25', 'r26', 'r27', 'r28', 'r29']);
    vi.restoreAllMocks();
  });

  it('is done in rounds while a server runs', async () => {
    await add('old', 40);
    const rounds = new RetentionRounds(new Retention({ store, log, policy: { keepDays: 30 } }), log, 20);
    await vi.waitFor(async () => expect(await left()).toEqual([]), 5000);
    await vi.waitFor(() => expect(lines.at(-1)).toMatchObject({ msg: 'retention swept', removed: 1, bytes: GB }), 5000);
    await rounds.close();
  });

  it('is done, and holds and bounds are set, by commands', async () => {
    const sgaps = async (...args: string[]): Promise<string> => {
      const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      const complained = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const ended = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
      vi.stubEnv('DATABASE_URL', database);
      try {
        await program().parseAsync(['node', 'sgaps', ...args, '--data', folder]);
        return [...said.mock.calls, ...complained.mock.calls].map(([text]) => String(text)).join('');
      } finally {
        vi.unstubAllEnvs();
        ended.mockRestore();
        said.mockRestore();
        complained.mockRestore();
      }
    };
    await add('a1', 50);
    await add('a2', 40);
    expect(await sgaps('hold', 'a1', '--reason', 'case 7')).toBe('a1  held\n');
    expect(await sgaps('hold', 'none', '--reason', 'case 7')).toContain('NOT_FOUND');
    expect((await store.catalog.get('a1'))?.held).toBe('case 7');
    expect(await sgaps('games', 'set', 'tank', '--keep-days', '45', '--quota-bytes', '50GB')).toContain(
      'quota bytes 50000000000',
    );
    expect(await sgaps('sweep', '--keep-days', '30')).toBe('0 recordings are gone, 0 bytes\n');
    expect(await sgaps('release', 'a1')).toBe('a1  released\n');
    const line = { recording: 'a1', game: 'tank', bytes: GB, reason: 'age' };
    expect(JSON.parse((await sgaps('sweep', '--dry-run', '--json')).split('\n')[0])).toEqual({ state: 'would go', ...line });
    expect(await left()).toEqual(['a1', 'a2']);
    expect(JSON.parse((await sgaps('sweep', '--json')).split('\n')[0])).toEqual({ state: 'removed', ...line });
    expect(await left()).toEqual(['a2']);
    expect(await sgaps('games', 'set', 'tank', '--keep-days', 'none')).not.toContain('kept for days');
    expect(await sgaps('games')).toBe('tank  1 recordings, 1000000000 bytes; quota bytes 50000000000\n');
    expect(await sgaps('games', 'delete', 'tank')).toBe('');
    expect(await sgaps('games', 'delete', 'tank')).toContain('NOT_FOUND');
    expect((await store.catalog.audit.list({})).map(({ action }) => action)).toEqual([
      ...['game.delete', 'game.set', 'recording.delete', 'recording.release', 'game.set', 'recording.hold'],
    ]);
  });
});
