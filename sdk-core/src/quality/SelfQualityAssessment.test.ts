import { CoordinateCodec, createSampleSet, type FrameState, levelOf, type PixelFrame, type SampleSet } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { SamplingPlanner } from '../plan/SamplingPlanner.js';
import { SessionDecoder } from '../session/SessionDecoder.js';
import { cameraAt } from '../testing/camera3d.js';
import { PlannerLoop } from '../testing/PlannerLoop.js';
import { findProblemRegions } from './problemRegions.js';
import { SelfQualityAssessment } from './SelfQualityAssessment.js';

const grid = { width: 96, height: 64 };
const still: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };
const coordinates = new CoordinateCodec(grid);
type Paint = (u: number, v: number, t: number) => number;

function answer(t: number, samples: SampleSet, paint: Paint): PixelFrame {
  const rgb = new Uint8Array(3 * samples.count);
  for (let i = 0; i < samples.count; i++) {
    const side = 1 << levelOf(samples.kind[i]);
    let sum = 0;
    let n = 0;
    for (let v = samples.v[i]; v < Math.min(grid.height, samples.v[i] + side); v++)
      for (let u = samples.u[i]; u < Math.min(grid.width, samples.u[i] + side); u++, n++) sum += paint(u, v, t);
    rgb.fill(Math.round(sum / n), 3 * i, 3 * i + 3);
  }
  const values = { rgb, bits: new Uint8Array(samples.count).fill(8) };
  return { frameId: t, clientTime: t * 33, requestId: t, state: still, samples, values };
}

function truePsnr(rgb: Uint8ClampedArray, paint: Paint, t: number): number {
  let sum = 0;
  for (let v = 0, at = 0; v < grid.height; v++)
    for (let u = 0; u < grid.width; u++, at++) sum += (rgb[3 * at] - paint(u, v, t)) ** 2;
  return Math.min(60, 10 * Math.log10((255 ** 2 * grid.width * grid.height) / Math.max(sum, 1e-9)));
}

function run(paint: Paint, frames: number, rate?: number, samples?: number) {
  const decoder = new SessionDecoder({ grid });
  const planner = new SamplingPlanner({ grid, decoder, rate, samples });
  const quality = new SelfQualityAssessment(grid);
  const told: number[] = [];
  const truth: number[] = [];
  let last = { confidence: new Float32Array(0), regions: 0 };
  for (let t = 0; t < frames; t++) {
    const decoded = decoder.decode(answer(t, coordinates.expand(planner.plan(t)), paint));
    const { psnr, confidenceMap, problemRegions } = quality.assess(decoded, decoder.memory.innovations);
    told.push(psnr);
    truth.push(truePsnr(decoded.rgb, paint, t));
    last = { confidence: confidenceMap.slice(), regions: problemRegions.length };
  }
  return { told, truth, last, quality };
}

/** Walls and floors of 24 pixels, each with a gradient and a dark outline. */
const scene: Paint = (u, v) => {
  const outline = u % 24 < 2 || v % 24 < 2;
  return outline ? 30 : 80 + ((Math.floor(u / 24) * 37 + Math.floor(v / 24) * 53) % 120) + (u % 24);
};
const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;

describe('SelfQualityAssessment', () => {
  it('sees a picture get better while it is learnt', () => {
    const { told, truth } = run(scene, 60, undefined, 512);
    // From the second frame on: the samples of the first have nothing to be compared with.
    expect(mean(truth.slice(50)) - truth[1]).toBeGreaterThan(8);
    expect(mean(told.slice(50)) - told[1]).toBeGreaterThan(8);
    expect(told[1]).toBeLessThan(32);
  });

  it('tells a calm picture from one that keeps changing', () => {
    const calm = run(scene, 40, 0.02);
    const busy = run((u, v, t) => scene(u + 3 * t, v, t), 40, 0.02);
    expect(mean(calm.truth.slice(20))).toBeGreaterThan(mean(busy.truth.slice(20)) + 5);
    expect(mean(calm.told.slice(20))).toBeGreaterThan(mean(busy.told.slice(20)) + 5);
  });

  it('says where: blocks that nobody has looked at, or that keep changing, are trusted least', () => {
    const { last } = run((u, v, t) => (u < 48 && v < 48 ? scene(u * 3 + 11 * t, v + 5 * t, t) : 90), 60, 0.01);
    const columns = 12;
    const inside = mean([...Array(16).keys()].map((i) => last.confidence[((i >> 2) + 1) * columns + (i & 3) + 1]));
    const outside = mean([...Array(16).keys()].map((i) => last.confidence[((i >> 2) + 4) * columns + (i & 3) + 8]));
    expect(inside).toBeLessThan(outside - 0.2);
    expect(last.regions).toBeGreaterThan(0);
  });

  it('stays within its bounds and is the same for the same frames', () => {
    const a = run(scene, 20);
    const b = run(scene, 20);
    expect(a.told).toEqual(b.told);
    for (const value of a.told) expect(value >= 5 && value <= 60).toBe(true);
    expect(a.last.confidence.every((value) => value >= 0 && value <= 1)).toBe(true);
    a.quality.clear();
  });

  it('knows what the recorder told of a picture that samples keep up to date, also of the parts not looked at now', () => {
    const world = { width: 128, height: 96 };
    const paint = (t: number, rgb: Uint8Array) => {
      for (let v = 0, at = 0; v < world.height; v++)
        for (let u = 0; u < world.width; u++, at += 3) {
          // Grain everywhere; half of it changes, and less and less after a while.
          const grain = Math.imul(u * 73_856_093 + v * 19_349_663 + (u < 64 && (t < 30 || v < 24) ? t : 0), 0x9e3779b1) >>> 25;
          rgb.fill(60 + grain, at, at + 3);
        }
    };
    const loop = new PlannerLoop({ grid: world, paint, state: () => still }, { bytesUp: 900 });
    const quality = new SelfQualityAssessment(world);
    for (let t = 0; t < 60; t++) {
      const { decoded, psnr } = loop.step();
      const { psnr: told, confidenceMap } = quality.assess(decoded, loop.decoder.memory.innovations);
      if (t < 5) continue;
      expect(decoded.kept).toBe(true);
      expect(Math.abs(told - psnr)).toBeLessThan(1.5);
      if (t === 29)
        expect(mean([...confidenceMap].filter((_, b) => b % 16 < 6))).toBeLessThan(
          mean([...confidenceMap].filter((_, b) => b % 16 > 9)),
        );
    }
  });

  it("adds a model's doubt up, over a grid that no block divides, and says where it is", () => {
    const odd = { width: 44, height: 29 };
    const logVariance = new Float32Array(odd.width * odd.height).fill(Math.log(25));
    for (let v = 16; v < 24; v++) logVariance.fill(Math.log(900), v * odd.width + 40, (v + 1) * odd.width);
    const output = { frame: new Uint8Array(3 * logVariance.length), logVariance, gap: logVariance };
    const quality = new SelfQualityAssessment(odd);
    const { psnr, problemRegions, confidenceMap } = quality.assessModel(output);
    const expected = 25 + ((900 - 25) * 8 * 4) / logVariance.length;
    expect(psnr).toBeCloseTo(10 * Math.log10(255 ** 2 / expected), 3);
    expect(problemRegions).toHaveLength(1);
    expect(problemRegions[0]).toMatchObject({ u: 40, v: 16, width: 4, height: 8 });
    expect(confidenceMap[0]).toBeCloseTo(100 / 125, 3);
    expect(confidenceMap[confidenceMap.length - 1]).toBeCloseTo(100 / 125, 3);
  });

  it("spends fewer bytes on points where the model's picture is better than memory's", () => {
    const bytes = [30, 48].map((psnr) => {
      const decoder = new SessionDecoder({ grid });
      const planner = new SamplingPlanner({ grid, decoder, sampling: 'points', spread: true, quality: 36 });
      const logVariance = new Float32Array(grid.width * grid.height).fill(Math.log(255 ** 2 / 10 ** (psnr / 10)));
      const output = { frame: new Uint8Array(3 * logVariance.length), logVariance, gap: logVariance };
      const in3d = { ...still, cameras3d: [cameraAt(grid, { x: 0, y: 0, z: 0, yaw: 0 })] };
      let asked = 0;
      for (let t = 0; t < 60; t++) {
        const set = coordinates.expand(planner.plan(t));
        planner.takeModel(output, decoder.decode({ ...answer(t, set, scene), state: in3d }));
        planner.feedback(3 * set.count, 0, set.count, t);
        asked = set.count;
      }
      return asked;
    });
    expect(bytes[1]).toBeLessThan(bytes[0] / 2);
  });

  it('takes frames without samples', () => {
    const decoder = new SessionDecoder({ grid });
    const quality = new SelfQualityAssessment(grid);
    const decoded = decoder.decode(answer(0, createSampleSet(0), scene));
    const { psnr, overallQuality } = quality.assess(decoded, decoder.memory.innovations);
    expect(Number.isFinite(psnr)).toBe(true);
    expect(overallQuality).toBeGreaterThanOrEqual(0);
    expect(overallQuality).toBeLessThanOrEqual(1);
  });
});

describe('findProblemRegions', () => {
  it('joins blocks to rectangles, clipped to the grid, the worst first', () => {
    const error = new Float32Array(20 * 12);
    for (const b of [22, 23, 42, 43]) error[b] = 300;
    error[239] = 250;
    const regions = findProblemRegions(error, 20, 200, { width: 157, height: 96 }, 8);
    expect(regions).toEqual([
      { u: 16, v: 8, width: 16, height: 16, squaredError: 300 },
      { u: 152, v: 88, width: 5, height: 8, squaredError: 250 },
    ]);
    expect(findProblemRegions(new Float32Array(4).fill(Number.NaN), 2, 200, grid, 8)).toEqual([]);
  });
});
