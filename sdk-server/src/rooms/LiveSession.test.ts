import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TIER_BITS } from '@sgaps/protocol';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { LiveSession } from './LiveSession.js';

it('takes only as many events as a reader can hold, and goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sgaps-session-'));
  const store = await RecordingStore.open({ folder });
  try {
    const writer = await store.create({
      recordingId: 'a1',
      game: 'platformer',
      grid: { width: 32, height: 18 },
      fps: 30,
      schema: { values: [] },
      tierBits: DEFAULT_TIER_BITS,
      protocolVersion: 1,
      modelId: 'diffusion@1',
      engine: 'phaser',
      startedAt: 0,
      meta: {},
    });
    const session = new LiveSession({ store, writer, log: pino({ level: 'silent' }) });
    const event = { name: 'e', data: null, time: 0 };
    for (let i = 0; i < 100_000; i++) session.event(event);
    expect(() => session.event(event)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    expect(session.loop.start().length).toBeGreaterThan(0);
    await session.finish();
    expect(session.live).toBe(false);
    const reader = await store.open('a1');
    expect(reader.index).toMatchObject({ hasFooter: true, records: 100_001 });
    await reader.close();
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
});
