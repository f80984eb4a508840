import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrameFinder, FrameSource, SessionReplica } from '@sgaps/core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { recordScene, sceneHeader } from '../testing/recordScene.js';
import { nodeMachine as machine } from './nodeMachine.js';

const FRAMES = 2400;
let folder: string;
let store: RecordingStore;
const known = new Map<number, Buffer>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sgaps-fresh-'));
  store = await RecordingStore.open({ folder });
  // As a session on demand is recorded: no snapshots, and every ten seconds the stream starts afresh.
  const writer = await store.create(sceneHeader('afresh'));
  await recordScene(writer, {
    frames: FRAMES,
    afresh: [75, 150, 225, 300, 375, 450, 525],
    snapshotEvery: Number.MAX_SAFE_INTEGER,
  });
  await writer.close();
  const source = new FrameSource(await store.open('afresh'));
  while (await source.fill()) {
    const next = await source.decode();
    if (next) known.set(next.frame.frameId, Buffer.from(next.frame.rgb.slice()));
  }
  await source.close();
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

afterEach(() => void vi.restoreAllMocks());

it('finds frames of a recording without snapshots from where its stream starts afresh, and they are whole', async () => {
  const finder = new FrameFinder(await store.open('afresh'), { machine });
  const taken = vi.spyOn(SessionReplica.prototype, 'pixels');
  for (const frameId of [FRAMES - 1, 1700, 2000, 1500]) {
    taken.mockClear();
    const found = await finder.find(33 * frameId);
    expect(found?.frameId).toBe(frameId);
    expect(found?.kept).toBe(true);
    expect(Buffer.from(found?.rgb ?? []).equals(known.get(frameId) ?? Buffer.alloc(0))).toBe(true);
    // At most ten seconds and the time that a picture takes to be whole, instead of all that came before.
    expect(taken.mock.calls.length).toBeLessThan(105);
  }
  await finder.close();
});

it('still begins at the start where that is near', async () => {
  const finder = new FrameFinder(await store.open('afresh'), { machine });
  const found = await finder.find(33 * 400);
  expect(Buffer.from(found?.rgb ?? []).equals(known.get(400) ?? Buffer.alloc(0))).toBe(true);
  await finder.close();
});
