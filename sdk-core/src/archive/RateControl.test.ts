import { describe, expect, it } from 'vitest';
import { RateControl } from './RateControl.js';

describe('RateControl', () => {
  it('goes coarser where a group is better than asked for, finer where it is worse', () => {
    const rate = new RateControl({ quality: 38 });
    expect(rate.next([{ quantiser: 30, bytes: 1000, psnr: 44 }], 1)).toBeGreaterThan(31);
    expect(rate.next([{ quantiser: 30, bytes: 1000, psnr: 32 }], 1)).toBeLessThan(29);
    expect(rate.next([{ quantiser: 30, bytes: 1000, psnr: 38.1 }], 1)).toBeNull();
  });

  it('goes coarser where a group takes more bytes than it may, and finer only as far as quality asks', () => {
    const rate = new RateControl({ quality: 38, bytesPerSecond: 1000 });
    expect(rate.next([{ quantiser: 30, bytes: 3000, psnr: 38 }], 1)).toBeGreaterThan(31);
    // Half the bytes are left, but the quality is reached.
    expect(rate.next([{ quantiser: 30, bytes: 500, psnr: 38 }], 1)).toBeNull();
    // Both are wanting: the bytes win.
    expect(rate.next([{ quantiser: 30, bytes: 3000, psnr: 30 }], 1)).toBeGreaterThan(31);
  });

  it('stays within the quantisers there are', () => {
    expect(new RateControl({ quality: 99 }).next([{ quantiser: 4, bytes: 1, psnr: 40 }], 1)).toBe(0);
    expect(new RateControl({ quality: 1 }).next([{ quantiser: 60, bytes: 1, psnr: 60 }], 1)).toBe(63);
    expect(new RateControl({ quality: 99 }).next([{ quantiser: 0, bytes: 1, psnr: 40 }], 1)).toBeNull();
  });

  it('learns from two attempts how steep it goes, and ends where nothing closer is left', () => {
    const rate = new RateControl({ quality: 38 });
    const first = { quantiser: 30, bytes: 9000, psnr: 44 };
    const steep = { quantiser: 38, bytes: 3000, psnr: 28 };
    expect(rate.next([first, steep], 1)).toBe(33);
    expect(rate.next([first, steep, { quantiser: 33, bytes: 6000, psnr: 38.4 }], 1)).toBeNull();
    expect(rate.next([first, { quantiser: 32, bytes: 8000, psnr: 36.2 }], 1)).toBeNull();
  });

  it('takes the best attempt at a group, not the last', () => {
    const rate = new RateControl({ quality: 38, bytesPerSecond: 1000 });
    const [large, good, poor] = [
      { quantiser: 20, bytes: 5000, psnr: 40 },
      { quantiser: 36, bytes: 1100, psnr: 33 },
      { quantiser: 50, bytes: 200, psnr: 24 },
    ];
    expect(rate.best([large, good, poor], 1)).toBe(good);
    expect(rate.best([large, { ...large, bytes: 4000 }], 1).bytes).toBe(4000);
    expect(new RateControl({ quality: 38 }).best([large, good, poor], 1)).toBe(large);
  });

  it('begins a group with what the last one took', () => {
    const rate = new RateControl({ quality: 38 });
    rate.take({ quantiser: 17, bytes: 1000, psnr: 40 }, 1);
    expect(rate.first).toBe(17);
  });

  it('lends what calm groups leave to busy ones, and takes back what busy ones took too much', () => {
    const wanted = (taken: number) => {
      const rate = new RateControl({ quality: 99, bytesPerSecond: 1000 });
      for (let i = 0; i < 4; i++) rate.take({ quantiser: 30, bytes: taken, psnr: 40 }, 1);
      return rate.next([{ quantiser: 30, bytes: 4000, psnr: 30 }], 1) ?? 30;
    };
    expect(wanted(100)).toBeLessThan(wanted(1000));
    expect(wanted(1000)).toBeLessThan(wanted(1500));
    // However much was taken before, something is left to a group.
    expect(wanted(1_000_000)).toBeLessThan(63);
  });
});
