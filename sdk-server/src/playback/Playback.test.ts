import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Playback, SessionReplica } from '@sgaps/core';
import { createSampleSet, DEFAULT_TIER_BITS, PixelPacketEncoder, type RecordingHeader } from '@sgaps/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordingStore } from '../storage/index.js';
import { nodeMachine } from './nodeMachine.js';

const header: RecordingHeader = {
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
};

describe('Playback', () => {
  let folder: string;
  let store: RecordingStore;
  const shown: { frameId: number; time: number }[] = [];
  const error = vi.fn();
  const listener = {
    frame: ({ frameId }: { frameId: number }, time: number) => void shown.push({ frameId, time }),
    preview: () => undefined,
    error,
    wantsImportance: () => false,
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sgaps-playback-'));
    store = await RecordingStore.open({ folder });
    shown.length = 0;
    error.mockClear();
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
    expect(error).not.toHaveBeenCalled();
  });

  /** A finished recording of frames that came at these times, ms, with a snapshot after some of them. */
  async function record(times: readonly number[], snapshots: readonly number[] = []): Promise<void> {
    const writer = await store.create(header);
    const encoder = new PixelPacketEncoder(header);
    const replica = new SessionReplica(header);
    for (const [frameId, time] of times.entries()) {
      const state = { cameras: [], cameras3d: [], objects: [], values: [] };
      const frame = { frameId, clientTime: time, requestId: null, state, samples: createSampleSet(0), rgb: new Uint8Array(0) };
      const packet = encoder.encode([frame]);
      writer.append('pixels', time, packet, frameId, frameId);
      for (const { frame } of replica.pixels(packet, time)) replica.decode(frame);
      if (snapshots.includes(frameId)) writer.snapshot(time, frameId, replica.save());
    }
    await writer.close();
  }

  /** Opens the recording and ticks it as its room does, until `done` holds. */
  async function play(
    begin: (playback: Playback) => void,
    done: (playback: Playback) => boolean,
    within = 15_000,
  ): Promise<Playback> {
    const playback = new Playback(await store.open('a1'), listener, nodeMachine);
    const timer = setInterval(() => playback.tick(), 16);
    try {
      playback.seek(0);
      await vi.waitFor(() => expect(playback.started).toBe(true), { timeout: 10_000 });
      begin(playback);
      await vi.waitFor(() => expect(done(playback)).toBe(true), { timeout: within, interval: 5 });
    } finally {
      clearInterval(timer);
      await playback.close();
    }
    return playback;
  }

  it.each([0.25, 1, 8])('plays on over a stretch without frames, at %s times the speed', async (rate) => {
    // A game that stood still, or whose connection was cut: longer than a slow decoder may fall behind.
    const gap = 700 * Math.max(1, rate / 2);
    await record([0, 33, 33 + gap, 66 + gap]);
    const started = performance.now();
    await play(
      (playback) => {
        playback.setRate(rate);
        playback.play();
      },
      ({ state }) => !state.playing && state.position === 66 + gap,
    );
    expect(performance.now() - started).toBeGreaterThan((0.9 * gap) / rate);
    expect(shown.at(-1)?.frameId).toBe(3);
  });

  it('plays from the place that is being sought, though it stood at the end', async () => {
    await record(Array.from({ length: 60 }, (_, i) => i * 33));
    await play(
      (playback) => {
        playback.seek(5000);
        void vi
          .waitFor(() => expect(playback.state).toMatchObject({ position: 59 * 33, seeking: false }), { timeout: 10_000 })
          .then(() => {
            shown.length = 0;
            // The seek has not been carried out when play is pressed.
            playback.seek(1000);
            playback.play();
          });
      },
      ({ state }) => state.playing && shown.length > 3,
    );
    expect(shown[0].time).toBeGreaterThan(900);
  });

  it('starts over when play is pressed at the end, or while the end is being sought', async () => {
    await record([0, 33, 66]);
    await play(
      (playback) => {
        shown.length = 0;
        playback.seek(66);
        playback.play();
      },
      () => shown.some(({ frameId }) => frameId === 0),
    );
  });

  /** Seeks, and gives the frame shown once that is done. */
  async function shownAt(playback: Playback, time: number): Promise<number | undefined> {
    playback.seek(time);
    await vi.waitFor(() => expect(playback.state.seeking).toBe(false), { timeout: 10_000, interval: 5 });
    return shown.at(-1)?.frameId;
  }

  it('shows the newest frame that is not after the place sought, on either side of a snapshot', async () => {
    // A slow game: a snapshot, and long nothing. The last record is a snapshot too.
    await record([0, 400, 800, 1200, 1600], [2, 4]);
    const playback = new Playback(await store.open('a1'), listener, nodeMachine);
    expect(await shownAt(playback, 1300)).toBe(3);
    expect(await shownAt(playback, 900)).toBe(2);
    expect(await shownAt(playback, 1600)).toBe(4);
    expect(await shownAt(playback, 0)).toBe(0);
    await playback.close();
  });

  it('steps back frame by frame, over a snapshot too', async () => {
    await record([0, 400, 800, 1200, 1600], [2, 4]);
    const playback = new Playback(await store.open('a1'), listener, nodeMachine);
    expect(await shownAt(playback, 1500)).toBe(3);
    for (const frameId of [2, 1, 0]) {
      const before = shown.length;
      playback.step(-1);
      await vi.waitFor(() => expect(shown.length).toBeGreaterThan(before), { timeout: 10_000, interval: 5 });
      expect(shown.at(-1)?.frameId).toBe(frameId);
    }
    await playback.close();
  });

  it('leaves a seek for the next one, and the steps that were left with it', async () => {
    await record(Array.from({ length: 2000 }, (_, i) => i * 33));
    const playback = new Playback(await store.open('a1'), listener, nodeMachine);
    expect(await shownAt(playback, 0)).toBe(0);
    shown.length = 0;
    for (const share of [0.9, 0.3, 0.6, 0.05]) {
      playback.seek(share * playback.state.duration);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await shownAt(playback, 330)).toBe(10);
    // Each seek that was left showed one frame at most.
    expect(shown.length).toBeLessThanOrEqual(5);
    playback.step(30);
    expect(await shownAt(playback, 660)).toBe(20);
    await playback.close();
  });

  it('reads what was recorded between its last look and the end', async () => {
    const writer = await store.create(header);
    writer.append('event', 100, new Uint8Array(1));
    const playback = new Playback(await store.open('a1'), listener, nodeMachine, { growing: true });
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
  });
});
