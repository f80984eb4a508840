import { describe, expect, it } from 'vitest';
import { RateControl } from './RateControl.js';

/** What is tried after a first trial. */
function after(rate: RateControl, tried: number, bytes: number, psnr: number): number | null {
  rate.begin();
  return rate.next(tried, rate.miss(bytes, psnr, 1));
}

describe('RateControl', () => {
  it('goes coarser where a group is better than asked for, finer where it is worse', () => {
    const rate = new RateControl({ quality: 38 });
    expect(after(rate, 30, 1000, 44)).toBeGreaterThan(31);
    expect(after(rate, 30, 1000, 32)).toBeLessThan(29);
    expect(after(rate, 30, 1000, 38.1)).toBeNull();
  });

  it('goes coarser where a group takes more bytes than it may, and finer only as far as quality asks', () => {
    const rate = new RateControl({ quality: 38, bytesPerSecond: 1000 });
    expect(after(rate, 30, 3000, 38)).toBeGreaterThan(31);
    // Half the bytes are left, but the quality is reached.
    expect(after(rate, 30, 500, 38)).toBeNull();
    // Both are wanting: the bytes win.
    expect(after(rate, 30, 3000, 30)).toBeGreaterThan(31);
  });

  it('stays within the quantisers there are', () => {
    expect(after(new RateControl({ quality: 99 }), 4, 1, 40)).toBe(0);
    expect(after(new RateControl({ quality: 1 }), 60, 1, 60)).toBe(63);
    expect(after(new RateControl({ quality: 99 }), 0, 1, 40)).toBeNull();
  });

  it.each([
    ['falls off a cliff', (quantiser: number) => 90_000 * 2 ** (-quantiser / 2)],
    ['hardly falls', (quantiser: number) => 9_000 * 2 ** (-quantiser / 30)],
    ['jumps', (quantiser: number) => (quantiser < 37 ? 50_000 : 400)],
  ])('comes close in a few trials where the size %s', (_how, sizeAt) => {
    const target = sizeAt(41) * 1.01;
    const rate = new RateControl({ quality: 99, bytesPerSecond: target });
    let tried: number | null = rate.begin();
    const misses: number[] = [];
    for (let i = 0; i < 6 && tried !== null; i++) {
      const miss = rate.miss(sizeAt(tried), 30, 1);
      misses.push(Math.abs(miss));
      tried = rate.next(tried, miss);
    }
    expect(Math.min(...misses)).toBeLessThan(1.1);
  });

  it('begins a group with what the last one took', () => {
    const rate = new RateControl({ quality: 38 });
    rate.take(17, 1000, 1);
    expect(rate.begin()).toBe(17);
  });

  it('lends what calm groups leave to busy ones, and takes back what busy ones took too much', () => {
    const wanted = (taken: number) => {
      const rate = new RateControl({ quality: 99, bytesPerSecond: 1000 });
      for (let i = 0; i < 4; i++) rate.take(30, taken, 1);
      return after(rate, 30, 4000, 30) ?? 30;
    };
    expect(wanted(100)).toBeLessThan(wanted(1000));
    expect(wanted(1000)).toBeLessThan(wanted(1500));
    // However much was taken before, something is left to a group.
    expect(wanted(1_000_000)).toBeLessThan(63);
  });
});
