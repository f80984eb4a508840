import { SgapsError } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import type { ReplayPlayerEvents } from './PlayerEvents.js';
import { ReplayPlayer } from './ReplayPlayer.js';
import type { ReplayPlayerOptions } from './ReplayPlayerOptions.js';
import type { ReplayInfo } from './ReplaySource.js';
import { FakeReplaySource } from './testing/FakeReplaySource.js';
import { FakeTime } from './testing/FakeTime.js';

const EVENTS = [
  'seeking',
  'seeked',
  'play',
  'playing',
  'pause',
  'ratechange',
  'durationchange',
  'marker',
  'markerschange',
  'stateschange',
  'stall',
  'live',
  'ended',
  'error',
] as const satisfies readonly (keyof ReplayPlayerEvents)[];

/** 10 s at 30 frames a second. */
const TIMES = Array.from({ length: 301 }, (_, at) => at / 30);

async function setUp(options: ReplayPlayerOptions = {}, info: Partial<ReplayInfo> = {}, times: readonly number[] = TIMES) {
  const time = new FakeTime();
  const source = new FakeReplaySource(time, times, info);
  const player = await ReplayPlayer.open(source, options, time);
  const events: string[] = [];
  const shown: number[] = [];
  for (const name of EVENTS)
    player.addEventListener(name, ({ detail }) => events.push(name === 'marker' ? (detail as { name: string }).name : name));
  player.addEventListener('frame', ({ detail }) => shown.push(detail.frameId));
  await time.pass(100);
  /** What happens in so many ms. */
  const during = async (ms: number) => {
    for (const list of [events, shown, source.requests]) list.length = 0;
    await time.pass(ms);
    return { events: [...events], shown: [...shown], requests: [...source.requests] };
  };
  return { time, source, player, events, shown, during };
}

/** Whether a promise has settled, and how. */
async function fate(promise: Promise<unknown>): Promise<string> {
  return Promise.race([
    promise.then(
      () => 'resolved',
      (error: unknown) => (error instanceof SgapsError ? error.code : String(error)),
    ),
    new Promise<string>((resolve) => setImmediate(() => resolve('pending'))),
  ]);
}

describe('ReplayPlayer', () => {
  it('shows the first frame, and plays all of them in real time to the end', async () => {
    const { player, during, events } = await setUp();
    expect([player.currentTime, player.frame?.frameId, player.paused, player.duration]).toEqual([0, 0, true, 10]);
    events.length = 0;
    await player.play();
    expect([events, player.paused]).toEqual([['play', 'playing'], false]);
    const { shown, requests } = await during(5000);
    expect(shown.length).toBeGreaterThan(147);
    expect(new Set(shown).size).toBe(shown.length);
    // One request for each frame, and no more.
    expect(requests.length).toBeLessThan(153);
    expect(Math.abs(player.currentTime - 5)).toBeLessThan(0.05);
    const rest = await during(6000);
    expect(rest.events).toEqual(['pause', 'ended']);
    expect([player.ended, player.paused, player.currentTime, player.frame?.frameId]).toEqual([true, true, 10, 300]);
    const again = player.play();
    expect((await during(1000)).events).toEqual(['seeked', 'playing']);
    expect([await fate(again), player.ended, player.currentTime < 1.1]).toEqual(['resolved', false, true]);
  });

  it('keeps time where timers are late', async () => {
    const { player, time, during } = await setUp();
    time.late = 7;
    void player.play();
    const { shown } = await during(4000);
    expect(Math.abs(player.currentTime - 4)).toBeLessThan(0.05);
    expect(shown.length).toBeGreaterThan(115);
  });

  it('asks only where the frame can be another', async () => {
    const { player, during } = await setUp({}, {}, [0, 3, 3.1, 6, 9]);
    void player.play();
    const { requests, shown } = await during(5000);
    expect(shown).toEqual([1, 2]);
    expect(requests).toHaveLength(2);
    expect(requests[0]).toBeGreaterThan(2.9);
    const unmoved = player.seek(5.5);
    expect(await fate(unmoved)).toBe('resolved');
    player.pause();
    expect((await during(2000)).requests).toEqual([]);
    expect(player.currentTime).toBe(5.5);
  });

  it('asks for each frame of a source that knows no neighbours', async () => {
    const { player, source, during } = await setUp();
    source.tellsNeighbours = false;
    await Promise.all([player.seek(1), during(100)]);
    void player.play();
    const { requests, shown } = await during(3000);
    expect(requests.length).toBeLessThan(100);
    expect(shown.length).toBeGreaterThan(80);
  });

  it('plays faster with at most about 30 requests a second, slower, and backwards to the start', async () => {
    const { player, during } = await setUp();
    player.playbackRate = 8;
    void player.play();
    const fast = await during(1000);
    expect(fast.requests.length).toBeLessThanOrEqual(31);
    expect(fast.requests.length).toBeGreaterThan(25);
    expect(Math.abs(player.currentTime - 8)).toBeLessThan(0.4);
    player.playbackRate = -1;
    const back = await during(2000);
    expect(Math.abs(player.currentTime - 6)).toBeLessThan(0.4);
    expect(back.events).toEqual([]);
    expect(back.shown.length).toBeGreaterThan(50);
    expect(back.shown).toEqual([...back.shown].sort((a, b) => b - a));
    player.playbackRate = 0.25;
    const before = player.currentTime;
    await during(4000);
    expect(Math.abs(player.currentTime - before - 1)).toBeLessThan(0.05);
    player.playbackRate = -4;
    expect((await during(3000)).events).toEqual(['pause', 'ended']);
    expect([player.currentTime, player.frame?.frameId]).toEqual([0, 0]);
    for (const rate of [0, 0.1, -5, 9, Number.NaN]) expect(() => (player.playbackRate = rate)).toThrow(SgapsError);
  });

  it('is slowed by a slow source: the time is never more than 250 ms ahead of the picture', async () => {
    const { player, source, time } = await setUp();
    source.latency = 800;
    void player.play();
    let ahead = 0;
    for (let step = 0; step < 400; step++) {
      await time.pass(10);
      ahead = Math.max(ahead, player.currentTime - (player.frame?.next ?? 0));
    }
    expect(ahead).toBeLessThan(0.26);
    expect(player.currentTime).toBeGreaterThan(0.5);
    expect(player.currentTime).toBeLessThan(3);
  });

  it('seeks: shows what is sought, and settles what was superseded', async () => {
    const { player, source, during } = await setUp();
    const seeks = [1, 4, 2.51].map((time) => player.seek(time));
    expect(player.seeking).toBe(true);
    expect(await fate(seeks[2])).toBe('pending');
    const { events } = await during(200);
    expect(events).toEqual(['seeked']);
    expect(await Promise.all(seeks.map(fate))).toEqual(['resolved', 'resolved', 'resolved']);
    expect([player.currentTime, player.frame?.frameId, player.seeking]).toEqual([2.51, 75, false]);
    await Promise.all([player.seek(99), during(100)]);
    expect([player.currentTime, player.frame?.frameId]).toEqual([10, 300]);
    player.currentTime = -3;
    await during(100);
    expect(player.frame?.frameId).toBe(0);
    expect(await fate(player.seek(Number.NaN))).toBe('ARGUMENT_INVALID');
    source.latency = 50;
    const last = player.seek(7);
    const disposing = player.dispose();
    expect([await fate(last), await fate(disposing), await fate(player.seek(1))]).toEqual(['resolved', 'resolved', 'CLOSED']);
  });

  it('goes on playing from where it sought to', async () => {
    const { player, during } = await setUp({ autoplay: true });
    await during(1000);
    void player.seek(6);
    expect((await during(1000)).events).toEqual(['seeked']);
    expect(Math.abs(player.currentTime - 7)).toBeLessThan(0.1);
  });

  it('steps frame by frame, either way, and stops at the ends', async () => {
    const { player, during } = await setUp({ currentTime: 5 });
    const step = async (frames: number) => {
      const stepping = player.step(frames);
      await during(3000);
      expect(await fate(stepping)).toBe('resolved');
      return player.frame?.frameId;
    };
    expect([await step(1), await step(1), await step(-3), await step(10)]).toEqual([151, 152, 149, 159]);
    await during(100);
    void player.seek(9.9);
    await during(100);
    expect([await step(9), await step(0)]).toEqual([300, 300]);
    expect(await fate(player.step(0.5))).toBe('ARGUMENT_INVALID');
    void player.play();
    await during(100);
    void player.step(-1);
    await during(100);
    expect(player.paused).toBe(true);
  });

  it('plays a clip, and over and over', async () => {
    const { player, during } = await setUp({ range: { start: 2, end: 4 }, loop: true });
    expect(player.frame?.frameId).toBe(60);
    void player.play();
    const { shown, events } = await during(5000);
    expect([Math.min(...shown), Math.max(...shown)]).toEqual([60, 120]);
    expect(events.filter((name) => name === 'seeked')).toHaveLength(2);
    expect(player.currentTime).toBeGreaterThan(2.8);
    expect(player.currentTime).toBeLessThan(3.1);
    player.range = { start: 8, end: 9 };
    await during(100);
    expect(player.frame?.frameId).toBeGreaterThanOrEqual(240);
    player.range = null;
    player.loop = false;
    expect((await during(3000)).events).toEqual(['pause', 'ended']);
    expect(() => (player.range = { start: 3, end: 3 })).toThrow(SgapsError);
  });

  it('tells markers as the playhead passes them, once and either way, and not where it is set across', async () => {
    const { player, source, during } = await setUp();
    source.listener.markers([
      { time: 2, name: 'b', data: null },
      { time: 1, name: 'a', data: { n: 1 } },
      { time: 0, name: 'start', data: null },
      { time: 7, name: 'c', data: null },
    ]);
    expect(player.markers.map(({ name }) => name)).toEqual(['start', 'a', 'b', 'c']);
    void player.play();
    expect((await during(1500)).events).toEqual(['start', 'a']);
    void player.seek(5);
    expect((await during(1000)).events).toEqual(['seeked']);
    expect((await during(1500)).events).toEqual(['c']);
    player.playbackRate = -2;
    expect((await during(1000)).events).toEqual(['c']);
    void player.seek(1.5);
    expect((await during(600)).events).toEqual(['seeked', 'a']);
  });

  it('puts values together by time', async () => {
    const { player, source, events } = await setUp();
    events.length = 0;
    source.listener.states({ times: [0, 2], values: [[5, 7]] });
    source.listener.states({ times: [3], values: [[8]] });
    source.listener.states({ times: [1, 2], values: [[6, 7]] });
    expect([player.states.times, player.states.values]).toEqual([[0, 1, 2, 3], [[5, 6, 7, 8]]]);
    expect(events).toEqual(Array(3).fill('stateschange'));
  });

  it('stalls after half a second without the frame it asked for, and goes on', async () => {
    const { player, source, during, time } = await setUp();
    source.latency = 1500;
    void player.play();
    const first = await during(600);
    expect([first.events, player.stalled]).toEqual([['stall'], true]);
    expect((await during(1200)).events).toEqual(['playing']);
    source.latency = 20;
    await time.pass(3000);
    source.listener.connection(true);
    expect(player.stalled).toBe(true);
    expect((await during(50)).events).toEqual(['playing']);
    player.pause();
    await time.pass(100);
    source.listener.connection(true);
    source.listener.connection(false);
    expect(player.stalled).toBe(false);
  });

  it('does not hurry after a tab that slept', async () => {
    const { player, time, during } = await setUp({ autoplay: true });
    await time.pass(1000);
    time.sleep(3_600_000);
    const { requests, shown } = await during(1000);
    expect(requests.length).toBeLessThan(35);
    expect(shown.length).toBeLessThan(35);
    expect(Math.abs(player.currentTime - 4)).toBeLessThan(0.1);
    // A hidden tab looks once a second: time goes on, and each look asks once.
    time.late = 1000;
    expect((await during(4000)).requests.length).toBeLessThan(6);
    expect(player.currentTime).toBeGreaterThan(6.5);
  });

  it('follows the live edge, and leaves it', async () => {
    const { player, source, during, time } = await setUp({}, { growing: true });
    const going = player.live();
    source.show(300);
    expect(await fate(going)).toBe('resolved');
    expect([player.isLive, player.paused, player.currentTime]).toEqual([true, false, 10]);
    expect((await during(100)).requests).toEqual([]);
    source.grow(10.5);
    source.show(301);
    source.listener.markers([{ time: 10.4, name: 'hit', data: null }]);
    expect((await during(2000)).events).toEqual([]);
    expect([player.currentTime, player.duration]).toEqual([10.5, 10.5]);
    player.pause();
    const { requests } = await during(100);
    expect([player.isLive, player.paused, requests]).toEqual([false, true, []]);
    const again = player.live();
    source.listener.unchanged();
    await again;
    expect([player.isLive, player.currentTime]).toEqual([true, 10.5]);
    void player.seek(3);
    expect((await during(500)).events).toContain('seeked');
    expect([player.isLive, player.paused, player.currentTime > 3.3]).toEqual([false, false, true]);
    const third = player.live();
    await time.pass(50);
    source.listener.growth(10.5, false);
    expect([await fate(third), player.isLive, player.ended, player.growing]).toEqual(['resolved', false, true, false]);
  });

  it('tells news of the live edge whose frame was shown already', async () => {
    const { player, source, events } = await setUp({ currentTime: Number.POSITIVE_INFINITY }, { growing: true });
    expect(player.isLive).toBe(true);
    source.show(300);
    events.length = 0;
    source.listener.markers([
      { time: 9.8, name: 'hit', data: null },
      { time: 1, name: 'old', data: null },
    ]);
    expect(events).toEqual(['markerschange', 'hit']);
  });

  it('waits at the end of a replay that grows, and goes on', async () => {
    const { player, source, during } = await setUp({ currentTime: 9.9, autoplay: true }, { growing: true });
    expect((await during(1000)).events).toEqual([]);
    expect([player.ended, player.paused, player.currentTime]).toEqual([false, false, 10]);
    for (let second = 0; second < 2; second++) source.grow(10.5 + second / 2);
    await during(700);
    expect(player.frame?.frameId).toBe(301);
  });

  it('follows a party, and takes over', async () => {
    const { player, source, during, events, time } = await setUp();
    events.length = 0;
    const waiting = player.seek(1);
    source.show(90, 'others');
    expect(await fate(waiting)).toBe('resolved');
    expect([player.paused, player.currentTime, player.seeking]).toEqual([false, 3, false]);
    expect(events).toEqual(['seeking', 'play', 'playing']);
    expect((await during(1000)).requests).toEqual([]);
    source.show(93, 'others');
    expect(player.currentTime).toBe(3.1);
    player.pause();
    expect([player.paused, source.requests]).toEqual([true, [93 / 30]]);
    await time.pass(100);
    source.show(120, 'others');
    void player.play();
    await during(1000);
    expect(Math.abs(player.currentTime - 5)).toBeLessThan(0.1);
    source.show(9, 'others');
    void player.seek(6);
    await during(500);
    expect(Math.abs(player.currentTime - 6.5)).toBeLessThan(0.1);
  });

  it('ends with what ended its source', async () => {
    const { player, source, during, events } = await setUp();
    const seek = player.seek(4);
    events.length = 0;
    source.listener.failed(new SgapsError('NOT_FOUND', 'Gone.'));
    expect([await fate(seek), events, player.error?.code]).toEqual(['NOT_FOUND', ['error'], 'NOT_FOUND']);
    expect([await fate(player.play()), await fate(player.seek(1)), await fate(player.live())]).toEqual(
      Array(3).fill('NOT_FOUND'),
    );
    player.currentTime = 3;
    expect((await during(1000)).requests).toEqual([]);
    await player.dispose();
    expect(source.closed).toBe(1);
  });

  it('closes each image once, and lets go of everything', async () => {
    const { player, source, time, events } = await setUp({ autoplay: true });
    await time.pass(1000);
    expect(source.images.filter(({ closed }) => closed === 0)).toHaveLength(1);
    events.length = 0;
    await Promise.all([player.dispose(), player.dispose()]);
    source.listener.growth(20, true);
    await time.pass(1000);
    expect(source.images.map(({ closed }) => closed)).toEqual(source.images.map(() => 1));
    expect([source.closed, events]).toEqual([1, []]);
  });

  it('may be disposed of, paused or sought in any of its own events', async () => {
    for (const name of EVENTS) {
      const { player, source, time } = await setUp({}, { growing: true });
      player.addEventListener(name, () => void player.seek(2).catch(() => undefined), { once: true });
      player.addEventListener(name, () => void player.dispose(), { once: true });
      source.listener.markers([{ time: 0.1, name: 'm', data: null }]);
      source.listener.states({ times: [1], values: [[1]] });
      player.play().catch(() => undefined);
      await time.pass(300);
      player.live().catch(() => undefined);
      source.listener.failed(new SgapsError('CLOSED', 'Gone.'));
      await time.pass(300);
      await player.dispose();
      expect(source.images.every(({ closed }) => closed === 1)).toBe(true);
    }
  });

  it('opens what opens: a refused source is closed, and options that make no sense are refused', async () => {
    const time = new FakeTime();
    const source = new FakeReplaySource(time, TIMES);
    source.refuse = new SgapsError('NOT_FOUND', 'No such recording.');
    expect(await fate(ReplayPlayer.open(source, {}, time))).toBe('NOT_FOUND');
    expect(source.closed).toBe(1);
    for (const options of [{ playbackRate: 0 }, { range: { start: 2, end: 1 } }, { currentTime: Number.NaN }])
      expect(await fate(ReplayPlayer.open(new FakeReplaySource(time, TIMES), options, time))).toBe('ARGUMENT_INVALID');
  });
});
