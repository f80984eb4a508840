import { describe, expect, it } from 'vitest';
import { QualityTarget } from './QualityTarget.js';

/** A recording that answers a budget of b bytes with `base` + 4·log2(b / 1000) dB, slowly and with some noise. */
function simulate(target: QualityTarget, base: (t: number) => number, frames: number, slope = 4) {
  let psnr = 20;
  const log: { psnr: number; bytes: number }[] = [];
  for (let t = 0; t < frames; t++) {
    const reached = base(t) + slope * Math.log2(target.bytes / 1000);
    psnr += 0.12 * (reached - psnr);
    const noise = ((t * 7919) % 101) / 50 - 1;
    log.push({ psnr, bytes: target.update(psnr + noise) });
  }
  return log;
}

const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;

describe('QualityTarget', () => {
  it.each([2, 4, 8])('keeps the wanted quality, and spends no more than that takes, at %i dB an octave', (slope) => {
    const log = simulate(new QualityTarget({ psnr: 38, mostBytes: 8000 }), () => 36, 900, slope).slice(450);
    expect(Math.abs(mean(log.map(({ psnr }) => psnr)) - 38)).toBeLessThan(0.3);
    // It takes 2^(2 / slope) · 1000 bytes.
    expect(mean(log.map(({ bytes }) => bytes)) / (1000 * 2 ** (2 / slope))).toBeGreaterThan(0.9);
    expect(mean(log.map(({ bytes }) => bytes)) / (1000 * 2 ** (2 / slope))).toBeLessThan(1.1);
    expect(Math.max(...log.map(({ psnr }) => psnr)) - Math.min(...log.map(({ psnr }) => psnr))).toBeLessThan(2);
  });

  it('never spends more than it may, says so, and comes back at once when it can', () => {
    const target = new QualityTarget({ psnr: 38, mostBytes: 2000, leastBytes: 150 });
    const hard = simulate(target, () => 30, 300);
    expect(Math.max(...hard.map(({ bytes }) => bytes))).toBeLessThanOrEqual(2000);
    expect(target.bounded).toBe(true);
    const easy = simulate(target, () => 44, 200);
    expect(target.bounded).toBe(false);
    expect(easy[150].bytes).toBeLessThan(600);
  });

  it('follows a scene that gets harder within two seconds', () => {
    const target = new QualityTarget({ psnr: 36, mostBytes: 8000 });
    const log = simulate(target, (t) => (t < 400 ? 38 : 33), 600);
    expect(mean(log.slice(460, 600).map(({ psnr }) => psnr))).toBeGreaterThan(35.2);
    expect(mean(log.slice(300, 400).map(({ bytes }) => bytes))).toBeLessThan(900);
  });

  it('spends the least on a picture that is good anyway, and passes nonsense over', () => {
    const target = new QualityTarget({ psnr: 30, mostBytes: 4000, leastBytes: 200 });
    simulate(target, () => 50, 400);
    expect(target.bytes).toBeCloseTo(200, 5);
    expect(target.update(Number.NaN)).toBeCloseTo(200, 5);
  });

  it('refuses what makes no sense', () => {
    for (const options of [
      { psnr: 70, mostBytes: 1000 },
      { psnr: Number.NaN, mostBytes: 1000 },
      { psnr: 38, mostBytes: 0 },
      { psnr: 38, mostBytes: 100, leastBytes: 200 },
    ])
      expect(() => new QualityTarget(options)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });
});
