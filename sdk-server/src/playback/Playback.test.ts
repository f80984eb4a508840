import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { Playback } from './Playback.js';

it('reads what was recorded between its last look and the end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sgaps-playback-'));
  const store = await RecordingStore.open({ folder });
  try {
    const writer = await store.create({
      recordingId: 'a1',
      game: 'platformer',
      grid: { width: 32, height: 18 },
      fps: 30,
      schema: { values: [] },
      tierBits: [8, 5, 3, 3],
      protocolVersion: 1,
      modelId: 'diffusion@1',
      engine: 'phaser',
      startedAt: 0,
      meta: {},
    });
    writer.append('event', 100, new Uint8Array(1));
    const error = vi.fn();
    const listener = { frame: () => undefined, preview: () => undefined, error, wantsImportance: () => false };
    const playback = new Playback(await store.open('a1'), listener, { growing: true });
    const tick = async () => {
      playback.tick();
      await new Promise((resolve) => setTimeout(resolve, 30));
    };
    await tick();
    expect(playback.state).toMatchObject({ duration: 100, growing: true });
    writer.append('event', 450, new Uint8Array(1));
    await writer.close();
    playback.ended();
    await tick();
    expect(playback.state).toMatchObject({ duration: 450, growing: false });
    await playback.close();
    expect(error).not.toHaveBeenCalled();
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
});
