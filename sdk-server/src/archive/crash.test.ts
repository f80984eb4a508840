import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';
import { FRAMES, framesOf, likenessOf, recordFive, type Shown } from '../testing/archiveScene.js';
import { archiveRecording } from './archiveRecording.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sgaps-archive-killed-'));
const recording = join(folder, 'whole', 'recordings', 'a1.sgaps');
let truth: Shown[];

beforeAll(async () => {
  await recordFive(join(folder, 'whole'));
  const store = await RecordingStore.open({ folder: join(folder, 'whole') });
  const reader = await store.open('a1');
  truth = await framesOf(reader);
  await reader.close();
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Archives a recording, and kills itself at a step. */
const KILLED = `
  const [data, step] = JSON.parse(process.env.SGAPS_TEST_ARCHIVE);
  const { archiveRecording } = await import(${JSON.stringify(new URL('./archiveRecording.ts', import.meta.url).href)});
  const { Catalog } = await import(${JSON.stringify(new URL('../storage/index.ts', import.meta.url).href)});
  const { RecordingFolder } = await import(${JSON.stringify(new URL('../storage/RecordingFolder.ts', import.meta.url).href)});
  const kill = () => process.kill(process.pid, 'SIGKILL');
  await archiveRecording('a1', {
    folder: await RecordingFolder.open(data + '/recordings'),
    catalog: await Catalog.open(data),
    archiveModel: null,
    keep: true,
    larger: true,
    onProgress: (done) => step === 'half' && done > 64 && kill(),
    onStep: (name) => name === step && kill(),
  });
`;

describe('archiving that is killed', () => {
  it.each(['half', 'kept', 'marked', 'replaced'])(
    'leaves one whole at %s, and a catalog that knows it',
    { timeout: 30_000 },
    async (step) => {
      const own = join(folder, step);
      mkdirSync(join(own, 'recordings'), { recursive: true });
      copyFileSync(recording, join(own, 'recordings', 'a1.sgaps'));
      const first = await RecordingStore.open({ folder: own });
      await first.recoverAll();
      expect(await first.catalog.get('a1')).toMatchObject({ archivedAt: null, frames: FRAMES });
      await first.close();
      const child = spawn(
        process.execPath,
        ['--conditions=sgaps-source', '--import', 'tsx', '--input-type=module', '--eval', KILLED],
        {
          cwd: ROOT,
          env: { ...process.env, SGAPS_TEST_ARCHIVE: JSON.stringify([own, step]) },
          stdio: ['ignore', 'inherit', 'inherit'],
        },
      );
      expect(await new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)))).toBe('SIGKILL');
      const again = await RecordingStore.open({ folder: own });
      await again.recoverAll();
      const isArchived = step === 'replaced';
      const reader = await again.open('a1');
      expect(reader.header.archive !== undefined).toBe(isArchived);
      expect(likenessOf(await framesOf(reader), truth)).toBeGreaterThan(30);
      await reader.close();
      expect((await again.catalog.get('a1'))?.archivedFrom).toBe(isArchived ? statSync(recording).size : null);
      expect(existsSync(join(own, 'recordings', 'a1.archived'))).toBe(false);
      expect(readdirSync(join(own, 'recordings')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      // What was kept before it ended is no hindrance.
      if (step === 'kept') {
        const recordings = await RecordingFolder.open(join(own, 'recordings'));
        await archiveRecording('a1', {
          folder: recordings,
          catalog: again.catalog,
          archiveModel: null,
          keep: true,
          larger: true,
        });
      }
      await again.close();
    },
  );
});
