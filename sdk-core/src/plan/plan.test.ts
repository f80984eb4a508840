import { CoordinateCodec, type FrameState, type PixelFrame, type SampleSet } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { SessionDecoder } from '../session/SessionDecoder.js';
import { BLUE_NOISE_SIDE, blueNoise } from './blueNoise.js';
import { RateController } from './RateController.js';
import { SamplingPlanner } from './SamplingPlanner.js';

const grid = { width: 320, height: 180 };
const still: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };

function answer(frameId: number, samples: SampleSet, state: FrameState, paint: (u: number, v: number) => number): PixelFrame {
  const rgb = new Uint8Array(3 * samples.count);
  for (let i = 0; i < samples.count; i++) rgb.fill(paint(samples.u[i], samples.v[i]), 3 * i, 3 * i + 3);
  return {
    frameId,
    clientTime: frameId * 33,
    requestId: frameId,
    state,
    samples,
    values: { rgb, bits: new Uint8Array(samples.count).fill(8) },
  };
}

function view(viewX: number): FrameState {
  return { ...still, cameras: [{ id: 0, viewX, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...grid }] };
}

describe('SamplingPlanner', () => {
  it('asks for exactly N samples at a fixed rate, whatever is known (S5)', () => {
    for (const rate of [0.005, 0.01, 0.02]) {
      const decoder = new SessionDecoder({ grid });
      const planner = new SamplingPlanner({ grid, decoder, rate });
      const n = Math.round(rate * grid.width * grid.height);
      for (let t = 0; t < 6; t++) {
        const { explicit } = planner.plan(t);
        expect(explicit.count).toBe(n);
        decoder.decode(answer(t, explicit, still, (u) => (u * 7) & 255));
      }
    }
  });

  it('asks for less where the client has less time, and takes nonsense for all', () => {
    const asked = (share: number) => {
      const decoder = new SessionDecoder({ grid });
      const planner = new SamplingPlanner({ grid, decoder });
      planner.share = share;
      decoder.decode(answer(0, planner.plan(0).explicit, still, (u) => (u * 7) & 255));
      return planner.plan(1).explicit.count;
    };
    const all = asked(1);
    // Whole squares: up to one less than allowed.
    expect(asked(0.5)).toBeLessThanOrEqual(all / 2);
    expect(asked(0.5)).toBeGreaterThan(all / 2 - 32);
    for (const nonsense of [0, -1, 7, Number.NaN]) expect(asked(nonsense)).toBe(all);
  });

  it('asks for the whole picture in 16×16 means first', () => {
    const decoder = new SessionDecoder({ grid });
    const { explicit } = new SamplingPlanner({ grid, decoder }).plan(0);
    const covered = new Uint8Array(grid.width * grid.height);
    for (let i = 0; i < explicit.count; i++) {
      const side = 1 << explicit.kind[i];
      for (let v = explicit.v[i]; v < Math.min(grid.height, explicit.v[i] + side); v++) {
        for (let u = explicit.u[i]; u < Math.min(grid.width, explicit.u[i] + side); u++) covered[v * grid.width + u] = 1;
      }
    }
    expect(covered.includes(0)).toBe(false);
    expect(explicit.kind.subarray(0, explicit.count).filter((kind) => kind === 4)).toHaveLength(240);
  });

  it('never names a pixel outside the grid and never the same sample twice in one tier', () => {
    const decoder = new SessionDecoder({ grid });
    const planner = new SamplingPlanner({ grid, decoder });
    for (let t = 0; t < 20; t++) {
      const { explicit } = planner.plan(t);
      const names = new Set<string>();
      for (let i = 0; i < explicit.count; i++) {
        expect(explicit.u[i]).toBeLessThan(grid.width);
        expect(explicit.v[i]).toBeLessThan(grid.height);
        names.add(`${explicit.u[i]},${explicit.v[i]},${explicit.kind[i]},${explicit.tier[i]}`);
      }
      expect(names.size).toBe(explicit.count);
      decoder.decode(answer(t, explicit, view(2.5 * t), (u, v) => ((u + Math.floor(2.5 * t)) * 13 + v * 5) & 255));
    }
  });

  it('asks for the strip that will be revealed, where it will be', () => {
    const decoder = new SessionDecoder({ grid });
    const planner = new SamplingPlanner({ grid, decoder });
    const requests = [planner.plan(0), planner.plan(1)];
    const paint = (t: number) => (u: number, v: number) => (Math.floor((u + 4 * t) / 9) * 37 + Math.floor(v / 9) * 11) & 255;
    let strip = 0;
    for (let t = 0; t < 60; t++) {
      const { explicit } = requests[t];
      if (t >= 40) for (let i = 0; i < explicit.count; i++) if (explicit.u[i] >= grid.width - 4) strip++;
      decoder.decode(answer(t, explicit, view(4 * t), paint(t)));
      requests.push(planner.plan(t + 2));
    }
    // The newest four columns hold 720 pixels, 45 squares: each is asked for, by points or at least by its mean.
    expect(strip / 20).toBeGreaterThan(40);
  });

  it('looks at every 4×4 square within a second when nothing else is to be done (S11)', () => {
    const decoder = new SessionDecoder({ grid });
    const planner = new SamplingPlanner({ grid, decoder });
    let asked = 0;
    const seen = new Uint8Array(80 * 45);
    for (let t = 0; t < 150; t++) {
      const { explicit } = planner.plan(t);
      if (t >= 120) {
        asked += explicit.count;
        for (let i = 0; i < explicit.count; i++) seen[(explicit.v[i] >> 2) * 80 + (explicit.u[i] >> 2)] = 1;
      }
      decoder.decode(answer(t, explicit, still, () => 90));
    }
    expect(seen.includes(0)).toBe(false);
    // … and the budget falls by itself.
    expect(asked / 30).toBeLessThan(300);
  });

  it('keeps to points when told to', () => {
    const decoder = new SessionDecoder({ grid });
    const { explicit } = new SamplingPlanner({ grid, decoder, sampling: 'points', rate: 0.01 }).plan(0);
    expect(explicit.count).toBe(576);
    expect(Math.max(...explicit.kind.subarray(0, explicit.count))).toBe(0);
  });

  it('plans requests that the coordinate codec takes', () => {
    const decoder = new SessionDecoder({ grid });
    const planner = new SamplingPlanner({ grid, decoder });
    const codec = new CoordinateCodec(grid);
    for (let t = 0; t < 10; t++) {
      const request = planner.plan(t);
      const back = codec.decode(codec.encode([request]))[0].explicit;
      expect(back.count).toBe(request.explicit.count);
      decoder.decode(answer(t, back, view(t * 1.3), (u, v) => (u * v) & 255));
    }
  });
});

describe('RateController', () => {
  it('holds the mean to the budget, whatever a sample costs', () => {
    const rate = new RateController({ bytes: 2560, most: 8192 });
    let spent = 0;
    for (let t = 0; t < 300; t++) {
      const samples = rate.samples(t);
      const bytes = samples * (0.5 + (t % 60 < 30 ? 0.3 : 2));
      if (t >= 60) spent += bytes;
      rate.feedback(t, bytes, samples);
    }
    expect(spent / 240).toBeLessThan(2560);
    expect(spent / 240).toBeGreaterThan(1800);
  });
});

describe('blueNoise', () => {
  it('ranks every cell once, and spreads the first ones evenly', () => {
    const noise = blueNoise();
    expect(new Set(noise).size).toBe(BLUE_NOISE_SIDE ** 2);
    const first = [...noise.keys()].filter((cell) => noise[cell] <= 1 / 16);
    let least = Number.POSITIVE_INFINITY;
    for (const a of first) {
      for (const b of first) {
        if (a >= b) continue;
        const dx = Math.abs((a % 64) - (b % 64));
        const dy = Math.abs(Math.floor(a / 64) - Math.floor(b / 64));
        least = Math.min(least, Math.hypot(Math.min(dx, 64 - dx), Math.min(dy, 64 - dy)));
      }
    }
    // 256 points on 64×64 could be 4.3 apart at most; white noise has neighbours.
    expect(least).toBeGreaterThanOrEqual(2.5);
  });
});
