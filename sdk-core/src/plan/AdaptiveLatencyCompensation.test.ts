import { describe, expect, it } from 'vitest';
import { AdaptiveLatencyCompensation } from './AdaptiveLatencyCompensation.js';

const FRAME = 1000 / 30;

/** Repeatable noise, 0 … 1. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function run(delay: (i: number) => number, count: number, compensation = new AdaptiveLatencyCompensation(), from = 0) {
  for (let i = 0; i < count; i++) compensation.observe(delay(i), from + i * FRAME);
  return compensation;
}

describe('AdaptiveLatencyCompensation', () => {
  it('starts at two frames (S4)', () => {
    const compensation = new AdaptiveLatencyCompensation();
    expect(compensation.depth(FRAME)).toBe(2);
    expect(compensation.lead(FRAME)).toBe(2);
  });

  it('finds a fixed delay of two frames', () => {
    const compensation = run(() => 2 * FRAME, 30);
    expect(compensation.depth(FRAME)).toBe(2);
    expect(compensation.lead(FRAME)).toBe(2);
    expect(compensation.jitterMs).toBeLessThan(2);
  });

  it('predicts min(5, floor(latency / frame)) ahead', () => {
    for (const [ms, depth] of [
      [10, 0],
      [50, 1],
      [100.1, 3],
      [166.8, 5],
      [400, 5],
    ]) {
      expect(run(() => ms, 60).depth(FRAME)).toBe(depth);
    }
  });

  it('covers nine tenths of a jittery network of 50 … 250 ms', () => {
    const random = noise(7);
    const delays = Array.from({ length: 2000 }, () => 50 + 200 * random() ** 2);
    const compensation = new AdaptiveLatencyCompensation();
    let covered = 0;
    delays.forEach((delay, i) => {
      if (i >= 64 && delay <= compensation.lead(FRAME) * FRAME) covered++;
      compensation.observe(delay, i * FRAME);
    });
    expect(covered / (delays.length - 64)).toBeGreaterThan(0.88);
    expect(compensation.meanMs).toBeGreaterThan(90);
    expect(compensation.meanMs).toBeLessThan(150);
  });

  it('holds out against bursts', () => {
    // Every two seconds three packets are half a second late.
    const compensation = run((i) => (i % 60 < 3 ? 560 : 60), 600);
    expect(compensation.lead(FRAME)).toBe(2);
    expect(compensation.meanMs).toBeLessThan(100);
  });

  it('follows a network that has really changed within a second or two, both ways', () => {
    const compensation = run(() => 60, 120);
    run(() => 200, 20, compensation, 120 * FRAME);
    expect(compensation.lead(FRAME)).toBe(6);
    run(() => 200, 30, compensation, 140 * FRAME);
    expect(compensation.depth(FRAME)).toBe(5);
    run(() => 60, 90, compensation, 170 * FRAME);
    expect(compensation.lead(FRAME)).toBe(2);
    expect(compensation.depth(FRAME)).toBe(1);
  });

  it('forgets what is old, passes nonsense over and stays within its bounds', () => {
    const compensation = run(() => 300, 20);
    compensation.observe(40, 60_000);
    expect(compensation.lead(FRAME)).toBe(2);
    for (const nonsense of [Number.NaN, -1, Number.POSITIVE_INFINITY]) compensation.observe(nonsense, 60_100);
    expect(compensation.coveredMs()).toBe(40);
    expect(run(() => 5000, 64).lead(FRAME)).toBe(12);
    compensation.clear();
    expect(compensation.lead(FRAME)).toBe(2);
  });

  it('refuses options that make no sense', () => {
    for (const options of [{ cover: 0 }, { cover: Number.NaN }, { window: 0 }, { window: 1.5 }]) {
      expect(() => new AdaptiveLatencyCompensation(options)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    }
  });
});
