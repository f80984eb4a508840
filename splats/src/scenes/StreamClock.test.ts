import { describe, expect, it } from 'vitest';
import { StreamClock } from './StreamClock.js';

describe('StreamClock', () => {
  it('finds each frame by its time as it travels, also after a day', () => {
    for (const [fps, frames] of [
      [10, 16],
      [30, 2000],
      [29.97, 1000],
      [240, 1_000_000],
      [10, 1_000_000],
    ]) {
      const clock = new StreamClock(fps, frames);
      for (let frame = 0; frame < frames; frame += Math.ceil(frames / 997)) {
        const { time, next, previous } = clock.around(frame);
        expect(clock.frameAt(Math.fround(time))).toBe(frame);
        if (next !== null) expect(clock.frameAt(Math.fround((time + next) / 2))).toBe(frame);
        if (previous !== null) expect(clock.frameAt(Math.fround(previous))).toBe(frame - 1);
      }
      expect(clock.frameAt(clock.duration)).toBe(frames - 1);
    }
  });
});
