import { describe, expect, it } from 'vitest';
import { FakeConnection, FakeSampler, fakePort, VIEWPORT } from '../testing/fakes.js';
import { Recorder } from './Recorder.js';
import type { RecorderDiagnostic, RecorderOptions } from './RecorderOptions.js';

function setUp(options: Partial<RecorderOptions> = {}, bufferedBytes?: number) {
  const sampler = new FakeSampler();
  const connection = new FakeConnection();
  const diagnostics: RecorderDiagnostic[] = [];
  const time = { now: 1000 };
  const recorder = new Recorder({
    sampler,
    port: fakePort(connection, bufferedBytes),
    state: (out) => {
      const camera = out.addCamera();
      Object.assign(camera, { id: 0, viewX: time.now / 10, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, width: 320, height: 180 });
    },
    clock: () => time.now,
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    ...options,
  });
  const play = (frames: number, step = 1000 / 30) => {
    for (let i = 0; i < frames; i++) {
      recorder.beginFrame();
      recorder.endFrame(VIEWPORT, VIEWPORT);
      time.now += step;
    }
  };
  return { sampler, connection, diagnostics, time, recorder, play };
}

describe('Recorder', () => {
  it('samples exactly what was asked for each frame and sends it in order', () => {
    const { connection, recorder, play, diagnostics } = setUp();
    connection.ask([0, 1, 2, 3, 4, 5]);
    recorder.start();
    play(6);
    recorder.stop();
    expect(connection.frames.map((frame) => frame.frameId)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(connection.frames.map((frame) => frame.requestId)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { frameId, rgb, count, clientTime } of connection.frames) {
      expect(count).toBe(5);
      expect(clientTime).toBeCloseTo((frameId * 1000) / 30, 0);
      expect(rgb).toEqual([0, 1, 2, 3, 4].flatMap((i) => [frameId, 10 * i + frameId, i]));
    }
    expect(connection.packets).toBe(3);
    expect(diagnostics).toEqual([]);
    expect(recorder.stats).toMatchObject({ frames: 6, sent: 6, samples: 30, faults: 0, dropped: 0, skipped: 0 });
  });

  it('uses the newest request that is due, then the late ones, each once, and sends state alone without any', () => {
    const { connection, recorder, play } = setUp();
    recorder.start();
    play(2);
    connection.ask([0, 1, 2, 50]);
    play(4);
    recorder.stop();
    expect(connection.frames.map((frame) => frame.requestId)).toEqual([null, null, 2, 1, 0, null]);
    expect(connection.frames.map((frame) => frame.count)).toEqual([0, 0, 5, 5, 5, 0]);
  });

  it('captures at most fps frames per second of the clock', () => {
    const { connection, recorder, play, sampler } = setUp({ fps: 30 });
    recorder.start();
    play(120, 1000 / 60);
    recorder.stop();
    expect(connection.frames).toHaveLength(60);
    expect(sampler.skips).toBe(60);
    const fast = setUp({ fps: 20 });
    fast.recorder.start();
    fast.play(288, 1000 / 144);
    fast.recorder.stop();
    // The last one may come a little before its time.
    expect([40, 41]).toContain(fast.connection.frames.length);
  });

  it('skips while the sampler is full and keeps the request for later', () => {
    const { connection, recorder, play, sampler } = setUp();
    connection.ask([0]);
    recorder.start();
    sampler.full = true;
    play(3);
    sampler.full = false;
    play(2);
    recorder.stop();
    expect(recorder.stats.skipped).toBe(3);
    expect(connection.frames.map((frame) => [frame.frameId, frame.requestId])).toEqual([
      [0, 0],
      [1, null],
    ]);
  });

  it('drops frames while the connection is behind, and the codec stays in step', () => {
    const { connection, recorder, play } = setUp({}, 1000);
    connection.ask([0, 1, 2, 3]);
    recorder.start();
    play(2);
    connection.bufferedAmount = 5000;
    play(4);
    connection.bufferedAmount = 0;
    connection.ask([2, 3, 4]);
    play(6);
    recorder.stop();
    expect(recorder.stats.dropped).toBe(2);
    expect(recorder.stats.skipped).toBe(4);
    expect(connection.frames.length).toBeGreaterThan(4);
    expect(connection.frames[0].frameId).toBe(2);
  });

  it('sends events while frames wait, but not without bound', () => {
    const { connection, recorder } = setUp({}, 1000);
    recorder.start();
    for (const bufferedAmount of [1001, 4000, 4001, 1e9, 0]) {
      connection.bufferedAmount = bufferedAmount;
      recorder.event('waiting', bufferedAmount);
    }
    expect(connection.events.map(({ data }) => data)).toEqual([1001, 4000, 0]);
    expect(recorder.stats.eventsDropped).toBe(2);
    expect(recorder.stats.faults).toBe(0);
    recorder.stop();
  });

  it('survives frames that never come back', () => {
    const { connection, recorder, play, sampler } = setUp();
    recorder.start();
    play(4);
    sampler.lose();
    play(9);
    recorder.stop();
    const ids = connection.frames.map((frame) => frame.frameId);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(recorder.stats.dropped).toBe(13 - ids.length);
    expect(recorder.stats.dropped).toBeGreaterThan(0);
  });

  it('pauses, resumes, and writes events with their time', () => {
    const { connection, recorder, play } = setUp();
    recorder.event('too-early');
    recorder.start();
    play(2);
    recorder.pause();
    play(10);
    recorder.resume();
    play(2);
    recorder.event('coin', { value: 3 });
    recorder.marker('boss');
    recorder.event('huge', 'x'.repeat(5000));
    recorder.event('gap');
    recorder.event('');
    recorder.stop();
    recorder.event('too-late');
    expect(connection.frames).toHaveLength(4);
    expect(connection.events).toEqual([
      { name: 'coin', data: { value: 3 }, time: expect.closeTo((14 * 1000) / 30, 3) },
      { name: 'marker', data: { name: 'boss' }, time: expect.closeTo((14 * 1000) / 30, 3) },
    ]);
    expect(recorder.stats.faults).toBe(3);
  });

  it('refuses events that are too large in UTF-8, however many, and goes on recording', () => {
    const { connection, recorder, play } = setUp();
    recorder.start();
    for (let i = 0; i < 40; i++) recorder.event('long', 'ä'.repeat(3000));
    recorder.event('fits', 'ä'.repeat(2000));
    play(4);
    expect(recorder.state).toBe('running');
    expect(connection.events.map(({ name }) => name)).toEqual(['fits']);
    expect(recorder.stats.faults).toBe(40);
    recorder.stop();
    expect(connection.frames).toHaveLength(4);
  });

  it('stops by itself, saying so once, when the server is gone', () => {
    const { connection, recorder, play, diagnostics, sampler } = setUp();
    recorder.start();
    play(3);
    connection.isOpen = false;
    connection.closed('code 1006');
    connection.closed('code 1006');
    play(5);
    expect(recorder.state).toBe('stopped');
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['connection-closed']);
    expect(diagnostics[0].message).toContain('1006');
    expect(sampler.disposed).toBe(1);
    recorder.stop();
    recorder.start();
    expect(recorder.state).toBe('stopped');
    expect(sampler.disposed).toBe(1);
  });

  it('sends its own cost every five seconds and when it stops', () => {
    const { connection, recorder, play } = setUp();
    recorder.start();
    play(330);
    recorder.stop();
    expect(connection.stats).toHaveLength(3);
    expect(connection.stats[2]).toMatchObject({ displayed: 330, frames: 330, faults: 0 });
  });

  it('refuses malformed coordinates and goes on', () => {
    const { connection, recorder, play, diagnostics } = setUp();
    recorder.start();
    connection.coordinates(new Uint8Array([255, 1, 2, 3]));
    connection.coordinates(new Uint8Array(0));
    connection.ask([0]);
    play(4);
    recorder.stop();
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['coordinates-invalid']);
    expect(recorder.stats.faults).toBe(2);
    expect(connection.frames[0].requestId).toBe(0);
  });

  it.each(['load', 'beginFrame', 'endFrame', 'skipFrame', 'flush', 'drain', 'readTruth', 'dispose'] as const)(
    'never throws into the game when the sampler fails in %s',
    (call) => {
      const { connection, recorder, play, sampler, diagnostics } = setUp({ onTruth: () => undefined });
      sampler.broken = call;
      recorder.start();
      connection.ask([0]);
      play(100, 1000 / 60);
      recorder.pause();
      recorder.resume();
      play(3);
      recorder.stop();
      expect(recorder.state).toBe('stopped');
      expect(recorder.stats.faults).toBeGreaterThan(0);
      expect(diagnostics.length).toBeGreaterThan(0);
      expect(new Set(diagnostics.map((diagnostic) => diagnostic.code)).size).toBe(diagnostics.length);
    },
  );

  it.each(['sendPixels', 'sendEvent', 'sendStats', 'close'] as const)(
    'never throws into the game when the connection fails in %s',
    (call) => {
      const { connection, recorder, play, diagnostics } = setUp();
      connection.broken = call;
      recorder.start();
      play(20);
      recorder.event('coin');
      recorder.stop();
      expect(recorder.stats.faults).toBeGreaterThan(0);
      expect(diagnostics.length).toBeGreaterThan(0);
    },
  );

  it('hands the masks of each frame to the sampler, and samples no frame whose masks are not known', () => {
    let broken = false;
    const { recorder, play, sampler, diagnostics } = setUp({
      masks: (out) => {
        if (broken) throw new Error('no masks');
        out.add(11, 21, 30, 40);
      },
    });
    recorder.start();
    play(2);
    broken = true;
    play(3);
    broken = false;
    play(2);
    recorder.stop();
    expect(sampler.masks).toEqual(Array.from({ length: 4 }, () => [{ x: 10, y: 20, width: 32, height: 42 }]));
    expect(diagnostics.map(({ code }) => code)).toEqual(['masks-failed']);
    expect(recorder.stats).toMatchObject({ frames: 4, skipped: 3 });
  });

  it('starts again from frame 0 when the server began another recording, with nothing of the old one', () => {
    const { connection, recorder, play } = setUp();
    connection.ask([0, 1, 2, 3, 4]);
    recorder.start();
    play(5);
    const before = connection.frames.length;
    connection.lose();
    connection.restart();
    connection.ask([0, 1]);
    play(4);
    recorder.stop();
    expect(before).toBe(4);
    expect(connection.frames.slice(before).map(({ frameId, requestId }) => [frameId, requestId])).toEqual([
      [0, 0],
      [1, 1],
      [2, null],
      [3, null],
    ]);
    expect(connection.frames[before].clientTime).toBeLessThan(34);
    expect(recorder.stats).toMatchObject({ sent: 8, dropped: 1, faults: 0 });
  });

  it('says who samples, where it codes and what it allows itself', () => {
    const { recorder, play } = setUp({ why: 'because', batch: 2 });
    recorder.start();
    play(40);
    expect(recorder.stats).toMatchObject({
      sampler: { kind: 'webgl2', why: 'because' },
      thread: 'main',
      cost: { level: 0, governed: false, fps: 30, pace: 1, batch: 2, share: 1 },
    });
    expect(recorder.stats.bytesPerSecond).toBeGreaterThan(100);
  });

  it('starts the codec afresh after a packet that could not be sent', () => {
    const { connection, recorder, play } = setUp();
    recorder.start();
    play(4);
    connection.broken = 'sendPixels';
    play(4);
    connection.broken = null;
    connection.ask([8, 9, 10]);
    play(6);
    recorder.stop();
    expect(recorder.stats.dropped).toBeGreaterThan(0);
    expect(connection.frames[connection.frames.length - 1].frameId).toBe(13);
  });

  it('starts the codec afresh when the server asks for it', () => {
    const { connection, recorder, play } = setUp();
    recorder.start();
    play(4);
    connection.lose();
    connection.reset();
    play(6);
    recorder.stop();
    expect(connection.frames[connection.frames.length - 1].frameId).toBe(9);
  });

  it('gives up after thirty faults of one kind in a row', () => {
    const { recorder, play, sampler, diagnostics } = setUp();
    sampler.broken = 'endFrame';
    recorder.start();
    play(29);
    expect(recorder.state).toBe('running');
    play(1);
    expect(recorder.state).toBe('stopped');
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['sampler-failed', 'stopped']);
  });

  it("survives the game's own callbacks", () => {
    const { connection, recorder, play } = setUp({
      state: () => {
        throw new Error('state');
      },
      onDiagnostic: () => {
        throw new Error('diagnostic');
      },
    });
    recorder.start();
    play(10);
    recorder.stop();
    expect(connection.frames.length).toBe(10);
    expect(recorder.stats.faults).toBeGreaterThan(9);
  });

  it('refuses options that make no sense', () => {
    expect(() => setUp({ fps: 0 })).toThrow(/fps is 0/);
    expect(() => setUp({ fps: Number.NaN })).toThrow(/fps is NaN/);
  });
});
