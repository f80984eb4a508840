import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';
import { recoverRecording } from '../storage/recoverRecording.js';
import { zstdCompressor } from '../storage/zstd.js';
import { framesOf, likenessOf } from '../testing/archiveScene.js';
import { recordScene, sceneHeader } from '../testing/recordScene.js';
import { archiveRecording } from './archiveRecording.js';

const folder = mkdtempSync(join(tmpdir(), 'sgaps-make-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('gives a game that stood still for hours the bytes of the time that it was played, and keeps its times', async () => {
  const data = join(folder, 'paused');
  const store = await RecordingStore.open({ folder: data });
  const writer = await store.create(sceneHeader('a1'));
  await recordScene(writer, { frames: 24, pause: [3, 2 * 3_600_000] });
  await writer.close();
  const recorded = await store.open('a1');
  const truth = await framesOf(recorded);
  await recorded.close();
  const recordings = await RecordingFolder.open(join(data, 'recordings'));
  await archiveRecording('a1', { folder: recordings, catalog: store.catalog, archiveModel: null, larger: true });
  const archive = await store.open('a1');
  expect(archive.index.snapshots.map(({ frameId }) => frameId)).toEqual([0, 12]);
  expect(truth[12].time - truth[11].time).toBeGreaterThan(7_000_000);
  expect(likenessOf(await framesOf(archive), truth)).toBeGreaterThan(30);
  await archive.close();
  await store.close();
});

it('is forgotten by the catalog once the recording that was kept is put back', async () => {
  const data = join(folder, 'back');
  const store = await RecordingStore.open({ folder: data });
  const writer = await store.create(sceneHeader('a1'));
  await recordScene(writer, { frames: 24 });
  await writer.close();
  const recordings = await RecordingFolder.open(join(data, 'recordings'));
  const options = { folder: recordings, catalog: store.catalog, archiveModel: null, larger: true, keep: true };
  await archiveRecording('a1', options);
  await store.recoverAll();
  expect((await store.catalog.get('a1'))?.archivedAt).toBeGreaterThan(0);
  renameSync(recordings.fullPath('a1'), recordings.filePath('a1'));
  await store.recoverAll();
  expect(await store.catalog.get('a1')).toMatchObject({ archivedAt: null, archivedFrom: null, archiveModel: null, frames: 24 });
  await archiveRecording('a1', options);
  await store.close();
});

it('takes no recording some of whose frames do not decode', async () => {
  const data = join(folder, 'damaged');
  const store = await RecordingStore.open({ folder: data });
  const writer = await store.create(sceneHeader('a1'));
  await recordScene(writer, { frames: 152, afresh: [30] });
  await writer.close();
  const path = store.filePath('a1');
  const whole = await store.open('a1');
  const { chunks, frames } = whole.index;
  await whole.close();
  // One chunk of frames is no longer known as one, and the index is made anew without it.
  const hurt = chunks.filter((chunk) => chunk.frames > 0)[0];
  const last = chunks[chunks.length - 1];
  const bytes = readFileSync(path).subarray(0, last.offset + 72 + last.packedLength);
  bytes[hurt.offset + 8] ^= 255;
  writeFileSync(path, bytes);
  await recoverRecording(path, [], zstdCompressor);
  const left = await store.open('a1');
  expect(left.index).toMatchObject({ hasFooter: true, frames: frames - hurt.frames });
  await expect(framesOf(left)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  await left.close();
  const before = readFileSync(path);
  const recordings = await RecordingFolder.open(join(data, 'recordings'));
  const archiving = archiveRecording('a1', { folder: recordings, catalog: store.catalog, archiveModel: null, larger: true });
  await expect(archiving).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  expect(readFileSync(path).equals(before)).toBe(true);
  await store.close();
});
