import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResidualHistory } from './ResidualHistory.js';

const grid = { width: 320, height: 180 };

/** A block that changes by `energy` every `every` frames, looked at every `look` frames. */
function watch(history: ResidualHistory, block: number, { every = 4, energy = 900, look = 2, frames = 240 }): void {
  for (let t = 0; t < frames; t += look) {
    const changed = Math.floor(t / every) !== Math.floor((t - look) / every);
    history.observe(block, changed ? energy : 2, t);
  }
}

describe('ResidualHistory', () => {
  it('learns how often a block changes, and by how much', () => {
    const history = new ResidualHistory(grid);
    watch(history, 100, { every: 8, energy: 900 });
    watch(history, 500, { every: 1000 });
    expect(history.rate(100)).toBeGreaterThan(0.08);
    expect(history.rate(100)).toBeLessThan(0.2);
    expect(history.rate(500)).toBeLessThan(0.01);
    expect(history.predict(100, 30)).toBeGreaterThan(700);
    expect(history.predict(500, 30)).toBeLessThan(100);
  });

  it('tells a flicker from a slow change', () => {
    const history = new ResidualHistory(grid);
    watch(history, 10, { every: 2 });
    watch(history, 700, { every: 60 });
    expect(history.predict(10, 2)).toBeGreaterThan(5 * history.predict(700, 2));
  });

  it('forgets: a block that stands still for four seconds is calm again', () => {
    const history = new ResidualHistory(grid);
    watch(history, 100, { every: 2 });
    const busy = history.predict(100, 2);
    for (let t = 240; t < 360; t += 2) history.observe(100, 0, t);
    expect(history.predict(100, 2)).toBeLessThan(busy / 4);
  });

  it('expects neighbours of a change to change sooner, those far off not', () => {
    const history = new ResidualHistory(grid);
    watch(history, 100, { every: 2 });
    expect(history.rate(101)).toBeGreaterThan(2 * history.rate(300));
    expect(history.rate(60)).toBe(history.rate(140));
  });

  it('grows with time and stays finite, whatever was observed', () => {
    const look = fc.record({ block: fc.nat(919), error: fc.double({ min: 0, max: 65025, noNaN: true }), gap: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 80 }), fc.nat(919), (looks, asked) => {
        const history = new ResidualHistory(grid);
        let frame = 0;
        for (const { block, error, gap } of looks) history.observe(block, error, (frame += gap));
        const soon = history.predict(asked, 1);
        const later = history.predict(asked, 60);
        expect(soon).toBeGreaterThanOrEqual(0);
        expect(later).toBeGreaterThanOrEqual(soon);
        expect(later).toBeLessThanOrEqual(2 * 65025);
      }),
    );
  });

  it('starts over after a cut', () => {
    const history = new ResidualHistory(grid);
    watch(history, 100, { every: 2 });
    history.clear();
    expect(history.predict(100, 5)).toBe(new ResidualHistory(grid).predict(100, 5));
  });
});
