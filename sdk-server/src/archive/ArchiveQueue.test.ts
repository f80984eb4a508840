import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, it, vi } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { recordScene, sceneHeader } from '../testing/recordScene.js';
import { ArchiveQueue } from './ArchiveQueue.js';

const folder = mkdtempSync(join(tmpdir(), 'sgaps-archive-queue-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('archives what ended long ago, in rounds, and leaves what is new, is gone, or is being recorded', {
  timeout: 60_000,
}, async () => {
  const store = await RecordingStore.open({ folder });
  for (const [id, startedAt, ends] of [
    ['old', 0, true],
    ['new', Date.now(), true],
    ['open', 0, false],
  ] as const) {
    const writer = await store.create({ ...sceneHeader(id), startedAt });
    // A snapshot for each of its packets makes it large.
    await recordScene(writer, { frames: 64, snapshotEvery: 100, sampling: 'points' });
    if (ends) await writer.close();
  }
  const row = await store.catalog.get('old');
  if (row) await store.catalog.upsert({ ...row, id: 'gone', startedAt: -1 });
  const told: { msg: string; recording?: string; error?: { code: string } }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void told.push(JSON.parse(line) as (typeof told)[0]) });
  const { catalog } = store;
  const before = statSync(store.filePath('old')).size;
  const queue = new ArchiveQueue({ data: folder, catalog, log, after: 86_400_000, modelFolder: null, every: 200 });
  await vi.waitFor(async () => expect((await catalog.get('old'))?.archivedAt).not.toBeNull(), { timeout: 30_000, interval: 100 });
  // Another round finds nothing to do.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await queue.close();
  expect(told.map(({ msg, recording, error }) => [msg, recording, error?.code])).toEqual([
    ['recording not archived', 'gone', 'NOT_FOUND'],
    ['recording archived', 'old', undefined],
  ]);
  expect(statSync(store.filePath('old')).size).toBeLessThan(before);
  for (const id of ['new', 'open']) expect(await catalog.get(id)).toMatchObject({ archivedAt: null });
  await store.close();
});
