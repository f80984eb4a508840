import { describe, expect, it } from 'vitest';
import { LatencyMeter } from './LatencyMeter.js';

describe('latency', () => {
  it('is nothing before the first frame', () => {
    expect(new LatencyMeter().figures(0)).toEqual({ p50: 0, p95: 0, last: 0, rate: 0 });
  });

  it('is of the last hundred frames', () => {
    const meter = new LatencyMeter();
    for (let i = 0; i < 50; i++) meter.add(9000, i);
    for (let i = 1; i <= 100; i++) meter.add(i, 10_000 + 20 * i);
    const { p50, p95, last, rate } = meter.figures(12_000);
    expect([p50, p95, last]).toEqual([51, 96, 100]);
    expect(rate).toBe(50);
  });

  it('counts frames that come by themselves, whose age nobody knows', () => {
    const meter = new LatencyMeter();
    meter.add(null, 0);
    expect(meter.figures(1)).toEqual({ p50: 0, p95: 0, last: 0, rate: 1 });
    meter.add(40, 10);
    for (let i = 0; i < 150; i++) meter.add(null, 20 + i);
    expect(meter.figures(180)).toEqual({ p50: 40, p95: 40, last: 40, rate: 100 });
  });
});
