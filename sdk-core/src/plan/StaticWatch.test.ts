import { createSampleSet, type FrameState, type PixelFrame, type SampleSet } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionDecoder } from '../session/SessionDecoder.js';
import { BlockGrid } from './BlockGrid.js';
import { SamplingPlanner } from './SamplingPlanner.js';
import { calmBudget, StaticWatch } from './StaticWatch.js';

const grid = { width: 320, height: 180 };
const PERIOD = 30;
const LATENCY = 2;

function state(viewX: number): FrameState {
  return {
    cameras: [{ id: 0, viewX, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...grid }],
    cameras3d: [],
    objects: [],
    values: [],
  };
}

/** A request and the watch's looks, none twice. */
function join(request: SampleSet, watch: StaticWatch): SampleSet {
  const joined = createSampleSet(request.count + watch.samples);
  const points = createSampleSet(watch.samples);
  watch.appendTo(points);
  const taken = new Uint8Array(grid.width * grid.height);
  for (const set of [request, points]) {
    for (let i = 0; i < set.count; i++) {
      const at = set.v[i] * grid.width + set.u[i];
      if (set.kind[i] === 0 && taken[at] !== 0) continue;
      if (set.kind[i] === 0) taken[at] = 1;
      const n = joined.count++;
      joined.u[n] = set.u[i];
      joined.v[n] = set.v[i];
      joined.kind[n] = set.kind[i];
      joined.tier[n] = set.tier[i];
    }
  }
  return joined;
}

type Paint = (u: number, v: number, t: number) => number;

/**
 * Runs decoder, planner and watch over a game whose pixel (hudU, hudV) changes at frame `changeAt`; returns the frames until it was asked
 * for and until it was shown right.
 */
function noticed(options: {
  hudU: number;
  hudV: number;
  density: 'block' | 'square';
  paint: Paint;
  viewX: (t: number) => number;
}) {
  const { hudU, hudV, density, paint, viewX } = options;
  const changeAt = 97;
  const decoder = new SessionDecoder({ grid });
  const planner = new SamplingPlanner({ grid, decoder });
  const blocks = new BlockGrid(grid);
  const watch = new StaticWatch(blocks, { period: PERIOD, density });
  const requests: SampleSet[] = [];
  const ask = (t: number) => {
    // The camera is carried on: here exactly as it will be.
    blocks.lock(viewX(t), 0);
    watch.plan(t, viewX(t), 0);
    requests[t] = join(planner.plan(t).explicit, watch);
  };
  for (let t = 0; t < LATENCY; t++) ask(t);
  let asked = -1;
  let shown = -1;
  for (let t = 0; t < changeAt + 3 * PERIOD && shown < 0; t++) {
    const samples = requests[t];
    const rgb = new Uint8Array(3 * samples.count);
    for (let i = 0; i < samples.count; i++) {
      const side = 1 << samples.kind[i];
      let sum = 0;
      let n = 0;
      for (let v = samples.v[i]; v < Math.min(grid.height, samples.v[i] + side); v++)
        for (let u = samples.u[i]; u < Math.min(grid.width, samples.u[i] + side); u++, n++)
          sum += u === hudU && v === hudV ? (t < changeAt ? 40 : 230) : paint(u, v, t);
      rgb.fill(Math.round(sum / n), 3 * i, 3 * i + 3);
      if (t >= changeAt && asked < 0 && side === 1 && samples.u[i] === hudU && samples.v[i] === hudV) asked = t - changeAt;
    }
    const values = { rgb, bits: new Uint8Array(samples.count).fill(8) };
    const frame: PixelFrame = { frameId: t, clientTime: t * 33, requestId: t, state: state(viewX(t)), samples, values };
    const decoded = decoder.decode(frame);
    if (t >= changeAt && Math.abs(decoded.rgb[3 * (hudV * grid.width + hudU)] - 230) < 8) shown = t - changeAt;
    ask(t + LATENCY);
  }
  return { asked, shown };
}

const hud: Paint = (u, v) => (v < 20 ? 40 : ((u >> 3) * 37 + (v >> 3) * 11) & 127);

describe('StaticWatch', () => {
  it.each([
    [3, 3],
    [158, 9],
    [319, 0],
    [77, 19],
  ])('asks for a changed HUD pixel (%i, %i), and shows it, within a second (S11)', (hudU, hudV) => {
    const { asked, shown } = noticed({ hudU, hudV, density: 'block', paint: hud, viewX: () => 0 });
    expect(asked).toBeGreaterThanOrEqual(0);
    expect(asked).toBeLessThan(PERIOD);
    expect(shown).toBe(asked);
  });

  // All of it is asked for in every frame, by a test that paints pixel by pixel.
  it('does so under a scrolling world', { timeout: 120_000 }, () => {
    const { asked } = noticed({
      hudU: 158,
      hudV: 9,
      density: 'block',
      paint: (u, v, t) => (v < 20 ? 40 : (((u + 2 * t) >> 3) * 37 + (v >> 3) * 11) & 127),
      viewX: (t) => 2 * t,
    });
    expect(asked).toBeGreaterThanOrEqual(0);
    expect(asked).toBeLessThan(PERIOD);
  });

  it('covers every pixel of the screen once in any period, however the camera moves', () => {
    const step = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -9, max: 9 }), fc.constant(8));
    const runs = fc.array(fc.record({ frames: fc.integer({ min: 1, max: 50 }), step }), { minLength: 1, maxLength: 4 });
    const small = { width: 96, height: 64 };
    fc.assert(
      fc.property(runs, fc.constantFrom(7, 12, 30), (moves, period) => {
        const blocks = new BlockGrid(small);
        const watch = new StaticWatch(blocks, { period });
        const lastScreen = new Int32Array(small.width * small.height).fill(-1);
        let x = 3;
        let t = 0;
        for (const { frames, step: dx } of moves) {
          for (let n = 0; n < frames; n++, t++) {
            x += dx;
            blocks.lock(x, 0);
            watch.plan(t, x, 0);
            for (let i = 0; i < watch.count; i++)
              for (let v = watch.v[i]; v < Math.min(small.height, watch.v[i] + 8); v++)
                for (let u = watch.u[i]; u < Math.min(small.width, watch.u[i] + 8); u++) {
                  lastScreen[v * small.width + u] = t;
                }
            for (let at = 0; at < lastScreen.length; at++)
              if (t - lastScreen[at] >= period && t >= period) throw new Error(`screen ${at}`);
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  it('looks at every world block in sight once a period', () => {
    const blocks = new BlockGrid(grid);
    const watch = new StaticWatch(blocks, { period: PERIOD });
    const seen = new Map<string, number>();
    for (let t = 0; t < 90; t++) {
      blocks.lock(3 * t, -2 * t);
      watch.plan(t, 3 * t, -2 * t);
      for (let y = 0; y < blocks.rows; y++) {
        for (let x = 0; x < blocks.columns; x++) {
          if (blocks.area(y * blocks.columns + x) < 64) continue;
          const name = `${blocks.worldX + x},${blocks.worldY + y}`;
          const waited = watch.due[y * blocks.columns + x] !== 0 ? 0 : (seen.get(name) ?? 0) + 1;
          seen.set(name, waited);
          expect(waited).toBeLessThan(PERIOD);
        }
      }
    }
  });

  it('costs one thirtieth of the picture a frame while the camera is still, at most twice that while it moves', () => {
    const blocks = new BlockGrid(grid);
    const watch = new StaticWatch(blocks);
    for (let t = 0; t < 60; t++) expect(watch.plan(t, 0, 0)).toBeLessThanOrEqual(40);
    for (let t = 60; t < 90; t++) {
      blocks.lock(5 * t, 0);
      expect(watch.plan(t, 5 * t, 0)).toBeLessThanOrEqual(90);
    }
    for (let t = 90; t < 150; t++) {
      blocks.lock(450, 0);
      watch.plan(t, 450, 0);
    }
    expect(watch.count).toBeLessThanOrEqual(45);
    expect(new StaticWatch(blocks, { density: 'square' }).samples).toBe(0);
  });

  it('refuses periods that make no sense', () => {
    for (const period of [0, -1, 1.5, Number.NaN, 1000])
      expect(() => new StaticWatch(new BlockGrid(grid), { period })).toThrow(
        expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
      );
  });
});

describe('calmBudget', () => {
  it('falls when little is left to learn', () => {
    const error = new Float32Array(920).fill(500);
    expect(calmBudget(error, 576, 16)).toBe(576);
    error.fill(0.5);
    expect(calmBudget(error, 576, 16)).toBe(0);
    error.fill(80, 0, 9);
    expect(calmBudget(error, 576, 16)).toBe(144);
  });
});
