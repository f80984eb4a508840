import { describe, expect, it } from 'vitest';
import { FakeConnection, FakeSampler, GRID, VIEWPORT } from '../testing/fakes.js';
import { GameRecorder, type GameSurface } from './GameRecorder.js';
import type { OpenConnection, RecordingOptions } from './RecordingOptions.js';

/** A game's surface that can be told to draw; connections are opened by hand. */
function setUp(options: Partial<RecordingOptions> = {}, more: Partial<GameSurface> = {}) {
  let frames: Parameters<GameSurface['attach']>[0] | null = null;
  const samplers: FakeSampler[] = [];
  const doors: { open(connection: FakeConnection): void; fail(): void }[] = [];
  const told: string[] = [];
  const surface: GameSurface = {
    engine: 'test',
    canvas: { width: 640, height: 360 },
    createSampler: () => {
      const sampler = new FakeSampler();
      samplers.push(sampler);
      return { sampler, why: 'test' };
    },
    readState: () => undefined,
    viewport: () => VIEWPORT,
    attach: (given) => {
      frames = given;
    },
    detach: () => {
      frames = null;
    },
    ...more,
  };
  const recording = new GameRecorder(surface, {
    grid: GRID,
    tierBits: [8, 8, 8, 8],
    onDiagnostic: ({ code }) => told.push(code),
    connect: () =>
      new Promise<OpenConnection>((resolve, reject) => {
        doors.push({
          open: (connection) =>
            resolve(Object.assign(connection, { welcome: { recordingId: 'r', grid: GRID, tierBits: [8, 8, 8, 8] as const } })),
          fail: () => reject(new Error('no server')),
        });
      }),
    ...options,
  });
  const play = (count: number) => {
    for (let i = 0; i < count; i++) {
      frames?.beginFrame();
      frames?.endFrame();
    }
  };
  return { recording, play, samplers, doors, told, isAttached: () => frames !== null };
}

const tasks = async (until: () => boolean) => {
  for (let i = 0; i < 200 && !until(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('GameRecorder', () => {
  it('keeps the pause, and the events, of a game that could not wait for the recording to run', async () => {
    const { recording, doors, isAttached } = setUp();
    const begun = recording.record();
    recording.event('loaded', { level: 1 });
    recording.pause();
    await tasks(() => doors.length === 1);
    const connection = new FakeConnection();
    doors[0].open(connection);
    await begun;
    expect(isAttached()).toBe(true);
    expect(recording.recorder?.state).toBe('paused');
    expect(connection.events.map(({ name }) => name)).toEqual(['loaded']);
    recording.resume();
    expect(recording.recorder?.state).toBe('running');
    recording.stop();
  });

  it('lets no earlier attempt end, or take the place of, a later one', async () => {
    const { recording, doors, told, isAttached, samplers } = setUp();
    const first = recording.record();
    await tasks(() => doors.length === 1);
    recording.stop();
    const second = recording.record();
    await tasks(() => doors.length === 2);
    doors[1].open(new FakeConnection());
    await second;
    expect(recording.recorder?.state).toBe('running');
    doors[0].fail();
    await first;
    expect([isAttached(), recording.recorder?.state, told]).toEqual([true, 'running', []]);
    expect(samplers.map(({ disposed }) => disposed)).toEqual([1, 0]);
    recording.stop();
  });

  it('does not let a recorder that ends late take the frames of the next', async () => {
    const slow = () => {
      const sampler = Object.assign(new FakeSampler(), {
        whenIdle: () => new Promise<void>((resolve) => setTimeout(resolve, 60)),
      });
      return { sampler, why: 'test' };
    };
    const { recording, doors, isAttached } = setUp({}, { createSampler: slow });
    for (let round = 0; round < 2; round++) {
      const begun = recording.record();
      await tasks(() => doors.length === round + 1);
      doors[round].open(new FakeConnection());
      await begun;
      if (round === 0) recording.stop();
    }
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect([isAttached(), recording.recorder?.state]).toEqual([true, 'running']);
    recording.stop();
  });

  it('hides everything when a mask is asked for in pixels', async () => {
    const { recording, doors, play, samplers } = setUp();
    recording.mask(() => ({ x: 600, y: 10, width: 40, height: 40 }));
    expect(() => recording.mask({ x: 600, y: 10, width: 40, height: 40 })).toThrow(/fractions/);
    const begun = recording.record();
    await tasks(() => doors.length === 1);
    doors[0].open(new FakeConnection());
    await begun;
    play(1);
    expect(samplers[0].masks).toEqual([[{ x: 0, y: 0, width: 640, height: 360 }]]);
    recording.stop();
  });

  it('hears what happened before it listened', async () => {
    const { recording, doors, told } = setUp();
    const begun = recording.record();
    await tasks(() => doors.length === 1);
    const connection = new FakeConnection();
    const { onClosed } = connection;
    connection.onClosed = (handler) => {
      onClosed.call(connection, handler);
      handler('4022 STORAGE_FULL');
    };
    doors[0].open(connection);
    await begun;
    expect(told).toEqual(['connection-closed']);
    expect(recording.recorder?.state).toBe('stopped');
  });
});
