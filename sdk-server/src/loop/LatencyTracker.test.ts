import { describe, expect, it } from 'vitest';
import { LatencyTracker } from './LatencyTracker.js';

/** A client whose requests take `delay` frames to arrive after a batch of `batch` frames was sent. Returns the misses. */
function simulate(
  tracker: LatencyTracker,
  options: { delay: (frame: number) => number; batch: number; frames: number },
): number[] {
  const misses: number[] = [];
  const arrivesAt = new Map<number, number>();
  let lastTarget = -1;
  for (let first = 0; first < options.frames; first += options.batch) {
    const newest = first + options.batch - 1;
    const frames = Array.from({ length: options.batch }, (_, i) => {
      const frameId = first + i;
      const there = (arrivesAt.get(frameId) ?? Number.POSITIVE_INFINITY) <= frameId;
      if (!there && frameId >= 8) misses.push(frameId);
      return { frameId, requestId: there ? frameId : null };
    });
    tracker.observe(frames, 8);
    for (
      let target = Math.max(lastTarget + 1, newest + tracker.lead);
      target <= newest + tracker.lead + options.batch - 1;
      target++
    ) {
      arrivesAt.set(target, newest + 1 + options.delay(newest));
      lastTarget = target;
    }
  }
  return misses;
}

describe('LatencyTracker', () => {
  it('starts at two frames and stays there while nothing is late (S4)', () => {
    const tracker = new LatencyTracker();
    expect(simulate(tracker, { delay: () => 1, batch: 4, frames: 400 })).toEqual([]);
    expect(tracker.lead).toBe(2);
    expect(tracker.hitRate).toBeGreaterThan(0.9);
  });

  it.each([3, 5, 7])('reaches what a delay of %i frames needs within two seconds, and settles', (delay) => {
    const tracker = new LatencyTracker();
    const misses = simulate(tracker, { delay: () => delay, batch: 4, frames: 900 });
    expect(tracker.lead).toBeGreaterThanOrEqual(delay);
    expect(tracker.lead).toBeLessThanOrEqual(delay + 3);
    expect(misses.filter((frame) => frame > 60 && frame < 150)).toEqual([]);
    // What is tried now and then to ask later costs few frames.
    expect(misses.filter((frame) => frame >= 150).length).toBeLessThan(60);
  });

  it('comes down again when the network gets better', () => {
    const tracker = new LatencyTracker();
    simulate(tracker, { delay: () => 8, batch: 4, frames: 120 });
    const high = tracker.lead;
    expect(high).toBeGreaterThanOrEqual(8);
    simulate(tracker, { delay: () => 1, batch: 4, frames: 3000 });
    expect(tracker.lead).toBe(2);
  });

  it('never leaves its bounds', () => {
    const tracker = new LatencyTracker({ max: 6 });
    simulate(tracker, { delay: () => 40, batch: 4, frames: 400 });
    expect(tracker.lead).toBe(6);
  });

  it('asks in time from the first frame on where the round trip is measured, and does not lower what is needed', () => {
    const tracker = new LatencyTracker({ frameMs: 1000 / 30 });
    for (let i = 0; i < 5; i++) tracker.roundTrip(190, i * 20);
    expect(tracker.lead).toBe(6);
    expect(tracker.depth).toBe(5);
    // The first packet, of frames 0 … 3, asks for frame 9 on: the one before cannot be helped.
    expect(simulate(tracker, { delay: () => 5, batch: 4, frames: 900 })).toEqual([8]);
    expect(tracker.lead).toBeGreaterThanOrEqual(6);
  });

  it('asks as long ahead as before where frames get longer or shorter, and lowers that as soon', () => {
    const tracker = new LatencyTracker({ frameMs: 1000 / 30 });
    for (let i = 0; i < 5; i++) tracker.roundTrip(190, i * 20);
    expect(tracker.lead).toBe(6);
    tracker.frameMs = 1000 / 7.5;
    expect(tracker.lead).toBe(2);
    tracker.frameMs = 1000 / 30;
    expect(tracker.lead).toBe(8);
    // Five seconds of what is not late, after what was under way: at 15 frames a second, 75 of them.
    tracker.frameMs = 1000 / 15;
    expect(tracker.lead).toBe(4);
    simulate(tracker, { delay: () => 1, batch: 4, frames: 120 });
    expect(tracker.lead).toBe(3);
  });

  it('carries on as far as it asks ahead while no round trip was measured (S4)', () => {
    const tracker = new LatencyTracker();
    expect(tracker.depth).toBe(2);
    simulate(tracker, { delay: () => 9, batch: 4, frames: 300 });
    expect(tracker.depth).toBe(5);
  });

  it('comes down by itself when a measured round trip gets shorter', () => {
    const tracker = new LatencyTracker();
    for (let i = 0; i < 30; i++) tracker.roundTrip(300, i * 33);
    expect(tracker.lead).toBe(9);
    for (let i = 0; i < 30; i++) tracker.roundTrip(40, 20_000 + i * 33);
    simulate(tracker, { delay: () => 1, batch: 4, frames: 3000 });
    expect(tracker.lead).toBe(2);
  });
});
