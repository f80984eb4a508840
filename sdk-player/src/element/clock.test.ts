import { describe, expect, it } from 'vitest';
import { clock, rateName, spokenTime } from './clock.js';

describe('times as they are written and read out', () => {
  it('writes tenths, minutes and hours, and no tenth too few for a rounding error', () => {
    expect([0, 12.34, 59.99, 3723.4, 0.1 + 0.2, -1].map((time) => clock(time))).toEqual([
      ...['0:00.0', '0:12.3', '0:59.9', '1:02:03.4', '0:00.3', '0:00.0'],
    ]);
    expect(clock(61.9, false)).toBe('1:01');
  });

  it('reads out what is not naught', () => {
    expect([0, 1, 65, 3600].map(spokenTime)).toEqual(['0 seconds', '1 second', '1 minute 5 seconds', '1 hour']);
  });

  it('names speeds', () => {
    expect([0.25, 0.5, 1, -2, 1.5].map(rateName)).toEqual(['¼×', '½×', '1×', '−2×', '1.5×']);
  });
});
