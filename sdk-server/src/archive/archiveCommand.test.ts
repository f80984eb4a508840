import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { recordScene, sceneHeader } from '../testing/recordScene.js';
import { SGAPS_PROGRAM } from '../testing/sgapsProgram.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'sgaps-archive-all-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

interface Line {
  readonly state: string;
  readonly recording?: string;
}

it('archives all, the oldest first, whatever their names, and those that ended long ago', { timeout: 30_000 }, async () => {
  const store = await RecordingStore.open({ folder: data });
  const now = Date.now();
  for (const [id, minutes] of [
    ['a-new', 1],
    ['b-old', 30],
    ['c-oldest', 60],
  ] as const) {
    const writer = await store.create(sceneHeader(id));
    await recordScene(writer, { frames: 4 });
    await writer.close();
    await store.catalog.update(id, { endedAt: now - 60_000 * minutes });
  }
  await store.close();
  const archive = (...flags: string[]) => {
    const args = [
      ...SGAPS_PROGRAM,
      'archive',
      ...flags,
      '--model',
      'none',
      '--reconstructor',
      'none',
      '--larger',
      '--json',
      '--data',
      data,
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Line] : []));
    expect(lines.at(-1)).toMatchObject({ state: 'done', failed: 0 });
    return lines.filter(({ state }) => state === 'archived').map(({ recording }) => recording);
  };
  expect(archive('--all', '--older-than', '20m')).toEqual(['c-oldest', 'b-old']);
  expect(archive('--all')).toEqual(['a-new']);
});
