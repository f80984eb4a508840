import { describe, expect, it } from 'vitest';
import { LeadEstimator } from './LeadEstimator.js';
import { BurstyNetwork, createNetwork, JitteryNetwork, SteadyNetwork, seededRandom } from './networks.js';

const times = (count: number, step = 1000 / 30) => Array.from({ length: count }, (_, i) => i * step);

describe('networks', () => {
  it('has the same delay for ever where it is steady', () => {
    const network = new SteadyNetwork(70);
    expect(times(5, 10).map((sent) => network.down(network.up(sent)) - sent)).toEqual([70, 70, 70, 70, 70]);
    expect(() => new SteadyNetwork(Number.NaN)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });

  it('jitters within its bounds, in order, as the seed says', () => {
    const sent = times(900);
    const make = (seed: number) => {
      const network = new JitteryNetwork({ seed, least: 50, most: 250 });
      return sent.map((at) => network.up(at));
    };
    const arrived = make(7);
    const delays = arrived.map((at, i) => at - sent[i]);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(25);
    expect(Math.max(...delays)).toBeLessThanOrEqual(125);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(60);
    expect([...arrived].sort((a, b) => a - b)).toEqual(arrived);
    expect(make(7)).toEqual(arrived);
    expect(make(8)).not.toEqual(arrived);
    expect(() => new JitteryNetwork({ seed: 1, least: 50, most: 20 })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
    );
  });

  it('stalls now and then, and delivers all at once', () => {
    const network = new BurstyNetwork({ seed: 7, roundTrip: 60, stall: [200, 400], every: [2000, 4000] });
    const sent = times(900);
    const arrived = sent.map((at) => network.up(at));
    const delays = arrived.map((at, i) => at - sent[i]);
    expect([...arrived].sort((a, b) => a - b)).toEqual(arrived);
    expect(delays.filter((delay) => Math.abs(delay - 30) < 1e-6).length).toBeGreaterThan(700);
    expect(Math.max(...delays)).toBeGreaterThan(200);
    expect(Math.max(...delays)).toBeLessThanOrEqual(430);
    const together = arrived.filter((at, i) => at === arrived[i - 1]).length;
    expect(together).toBeGreaterThan(30);
    expect(() => new BurstyNetwork({ seed: 1, roundTrip: 60, stall: [1, 2], every: [0, 1] })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
    );
  });

  it('knows its networks by name', () => {
    expect(createNetwork('jittery', 1)).toBeInstanceOf(JitteryNetwork);
    expect(createNetwork('bursts', 1)).toBeInstanceOf(BurstyNetwork);
  });

  it('draws evenly', () => {
    const random = seededRandom(3);
    const values = Array.from({ length: 2000 }, random);
    expect(values.reduce((sum, value) => sum + value, 0) / 2000).toBeCloseTo(0.5, 1);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });
});

describe('LeadEstimator', () => {
  it('starts as told, covers nine tenths of what it saw, and forgets', () => {
    const estimator = new LeadEstimator(2);
    expect(estimator.lead(1000 / 30)).toBe(2);
    for (let i = 0; i < 64; i++) estimator.observe(i % 20 === 0 ? 400 : 100);
    expect(estimator.lead(1000 / 30)).toBe(3);
    for (let i = 0; i < 64; i++) estimator.observe(i % 4 === 0 ? 200 : 100);
    expect(estimator.lead(1000 / 30)).toBe(6);
    for (let i = 0; i < 64; i++) estimator.observe(5000);
    expect(estimator.lead(1000 / 30)).toBe(12);
    for (let i = 0; i < 64; i++) estimator.observe(0);
    expect(estimator.lead(1000 / 30)).toBe(1);
  });
});
