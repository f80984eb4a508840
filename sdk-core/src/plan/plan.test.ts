import {
  CoordinateCodec,
  type FrameState,
  LIMITS,
  levelOf,
  type PixelFrame,
  SampleKind,
  type SampleRequest,
} from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { ALL_FEATURES } from '../features.js';
import { SessionDecoder } from '../session/SessionDecoder.js';
import { BLUE_NOISE_SIDE, blueNoise } from './blueNoise.js';
import { RateController } from './RateController.js';
import { SamplingPlanner } from './SamplingPlanner.js';

const grid = { width: 320, height: 180 };
const still: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };

const coordinates = new CoordinateCodec(grid);

/** What a client answers to a request: of a block, its 64 samples. */
function answer(frameId: number, request: SampleRequest, state: FrameState, paint: (u: number, v: number) => number): PixelFrame {
  const samples = coordinates.expand(request);
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

/** How often each pixel is looked at by a request. */
function coverage(request: SampleRequest): Uint8Array {
  const covered = new Uint8Array(grid.width * grid.height);
  const { u, v, kind, count } = coordinates.expand(request);
  for (let i = 0; i < count; i++) {
    const side = 1 << levelOf(kind[i]);
    for (let y = v[i]; y < Math.min(grid.height, v[i] + side); y++)
      for (let x = u[i]; x < Math.min(grid.width, u[i] + side); x++) covered[y * grid.width + x] = 1;
  }
  return covered;
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
        const request = planner.plan(t);
        expect(request.explicit.count).toBe(n);
        decoder.decode(answer(t, request, still, (u) => (u * 7) & 255));
      }
    }
  });

  it('asks for less where the client has less time, and takes nonsense for all', () => {
    const asked = (share: number) => {
      const decoder = new SessionDecoder({ grid });
      const planner = new SamplingPlanner({ grid, decoder });
      planner.share = share;
      decoder.decode(answer(0, planner.plan(0), still, (u, v) => (u * 7 + v * v) & 255));
      return coordinates.expand(planner.plan(1)).count;
    };
    const all = asked(1);
    // Half of the 41 × 24 blocks there are when they lock to the world.
    expect(asked(0.5)).toBeLessThanOrEqual(492 * 64);
    expect(asked(0.5)).toBeLessThan(all);
    expect(asked(0.25)).toBeLessThanOrEqual(246 * 64);
    for (const nonsense of [0, -1, 7, Number.NaN]) expect(asked(nonsense)).toBe(all);
  });

  it('lets a frame have the bytes of those that the client leaves out', () => {
    const budget = (pace: number) => {
      const decoder = new SessionDecoder({ grid });
      const planner = new SamplingPlanner({ grid, decoder });
      planner.pace = pace;
      decoder.decode(answer(0, planner.plan(0), still, (u, v) => (u * 7 + v * v) & 255));
      return planner.plan(1).explicit.budget;
    };
    expect(budget(0.5) / budget(1)).toBeCloseTo(2, 0);
    expect(budget(0.25) / budget(1)).toBeCloseTo(4, 0);
  });

  it('asks for the whole picture coarsely first, and then for all of it in full', () => {
    const decoder = new SessionDecoder({ grid });
    const planner = new SamplingPlanner({ grid, decoder, features: { ...ALL_FEATURES, replenish: false } });
    const first = planner.plan(0);
    expect(coverage(first).includes(0)).toBe(false);
    expect(new Set(first.explicit.kind.subarray(0, first.explicit.count))).toEqual(new Set([SampleKind.block1]));
    // The next one does not wait for the answer to the first: what that will show is not new any more.
    const { explicit } = planner.plan(1);
    expect(new Set(explicit.kind.subarray(0, explicit.count))).toEqual(new Set([SampleKind.block0]));
    // Both name the bytes that the client is to fit them to.
    for (const { budget, quantiser } of [first.explicit, explicit]) {
      expect(budget).toBeGreaterThan(1000);
      expect(budget).toBeLessThan(2048 + 512);
      expect(quantiser).toBe(2);
    }
  });

  it('asks for the whole picture at once by points where only points are allowed', () => {
    const decoder = new SessionDecoder({ grid });
    const request = new SamplingPlanner({ grid, decoder, rate: 0.02 }).plan(0);
    expect(coverage(request).includes(0)).toBe(false);
    expect(request.explicit.kind.subarray(0, request.explicit.count).filter((kind) => kind === 4)).toHaveLength(240);
  });

  it('never names a pixel outside the grid and never the same sample twice in one tier', () => {
    const decoder = new SessionDecoder({ grid });
    const planner = new SamplingPlanner({ grid, decoder });
    for (let t = 0; t < 20; t++) {
      const request = planner.plan(t);
      const { explicit } = request;
      const names = new Set<string>();
      for (let i = 0; i < explicit.count; i++) {
        expect(explicit.u[i]).toBeLessThan(grid.width);
        expect(explicit.v[i]).toBeLessThan(grid.height);
        names.add(`${explicit.u[i]},${explicit.v[i]},${explicit.kind[i]},${explicit.tier[i]}`);
      }
      expect(names.size).toBe(explicit.count);
      expect(coordinates.expand(request).count).toBeLessThanOrEqual(LIMITS.samplesPerFrame);
      decoder.decode(answer(t, request, view(2.5 * t), (u, v) => ((u + Math.floor(2.5 * t)) * 13 + v * 5) & 255));
    }
  });

  it('asks for the strip that will be revealed, where it will be', () => {
    const decoder = new SessionDecoder({ grid });
    const planner = new SamplingPlanner({ grid, decoder });
    const requests = [planner.plan(0), planner.plan(1)];
    const paint = (t: number) => (u: number, v: number) => (Math.floor((u + 4 * t) / 9) * 37 + Math.floor(v / 9) * 11) & 255;
    let seen = 0;
    for (let t = 0; t < 60; t++) {
      const request = requests[t];
      const covered = coverage(request);
      if (t >= 40)
        for (let v = 0; v < grid.height; v++)
          seen += covered.subarray((v + 1) * grid.width - 4, (v + 1) * grid.width).reduce((a, b) => a + b, 0);
      decoder.decode(answer(t, request, view(4 * t), paint(t)));
      requests.push(planner.plan(t + 2));
    }
    // Of the newest four columns, which were never on the screen before, nearly every pixel is read in the very frame that shows them.
    expect(seen / (20 * 4 * grid.height)).toBeGreaterThan(0.95);
  });

  it('looks at every pixel within a second when nothing else is to be done (S11), for next to no bytes', () => {
    const decoder = new SessionDecoder({ grid });
    const planner = new SamplingPlanner({ grid, decoder });
    const seen = new Uint8Array(grid.width * grid.height);
    for (let t = 0; t < 150; t++) {
      const request = planner.plan(t);
      if (t >= 120) coverage(request).forEach((covered, at) => (seen[at] |= covered));
      decoder.decode(answer(t, request, still, () => 90));
    }
    expect(seen.includes(0)).toBe(false);
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
    for (let t = 0; t < 10; t++) {
      const request = planner.plan(t);
      const back = coordinates.decode(coordinates.encode([request]))[0];
      expect(back.explicit.count).toBe(request.explicit.count);
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

  it('gives the bytes of frames left out to those that are taken, up to four times, and is not in debt when all are taken again', () => {
    const rate = new RateController({ bytes: 2560, most: 8192 });
    const asked: number[] = [];
    let frame = 0;
    const mean = (pace: number, frames: number) => {
      rate.pace = pace;
      let spent = 0;
      for (const last = frame + frames; frame < last; frame++) {
        const bytes = rate.bytes(frame);
        rate.expect(frame, bytes);
        asked.push(bytes);
        // What is measured comes later, after the pace may have changed.
        if (frame >= 6) rate.feedback(frame - 6, asked[frame - 6], 800);
        spent += bytes;
      }
      return spent / frames;
    };
    const full = mean(1, 60);
    expect(full).toBeGreaterThan(0.9 * 2560);
    expect(full).toBeLessThanOrEqual(2560);
    expect(mean(0.5, 30) / full).toBeCloseTo(2, 1);
    expect(mean(0.1, 30) / full).toBeCloseTo(4, 1);
    expect(mean(1, 30) / full).toBeCloseTo(1, 1);
    for (const nonsense of [0, -1, 7, Number.NaN]) expect(mean(nonsense, 30) / full).toBeCloseTo(1, 1);
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
