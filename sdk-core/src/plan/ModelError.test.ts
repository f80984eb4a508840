import { CoordinateCodec, type TrackedObject } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import type { ModelOutput } from '../model/NeuralModel.js';
import { PlannerLoop, type TestWorld } from '../testing/PlannerLoop.js';
import { createTexture, region, scrollingWorld, view } from '../testing/worlds.js';
import { ModelError } from './ModelError.js';

const GRID = { width: 64, height: 36 };
const SIZE = GRID.width * GRID.height;

/** A model that expects the squared error `squared(u, v)`. */
const outputOf = (squared: (u: number, v: number) => number): ModelOutput => ({
  frame: new Uint8Array(3 * SIZE),
  logVariance: Float32Array.from({ length: SIZE }, (_, at) => Math.log(squared(at % GRID.width, Math.floor(at / GRID.width)))),
  gap: new Float32Array(SIZE),
});
const at = (viewX: number, viewY = 0) => view(viewX, viewY, [], GRID);

describe('the error that a model expects', () => {
  const output = outputOf((u, v) => 1 + u + 100 * v);

  it('goes where a scrolling camera takes it, and what comes in is worth a look', () => {
    const error = new ModelError(GRID);
    error.take(output, 7, at(10, 5));
    for (const [dx, dy] of [
      [0, 0],
      [3, -2],
      [-5, 4],
      [64, 0],
      [0, -200],
    ]) {
      const out = new Float32Array(SIZE);
      expect(error.carry(at(10 + dx, 5 + dy), 7, out)).toBe(true);
      for (let v = 0, i = 0; v < GRID.height; v++) {
        for (let u = 0; u < GRID.width; u++, i++) {
          const [x, y] = [u + dx, v + dy];
          const inside = x >= 0 && y >= 0 && x < GRID.width && y < GRID.height;
          const wanted = inside ? 1 + x + 100 * y : 2000;
          if (Math.abs(out[i] - wanted) > 1e-3 * wanted) expect([u, v, out[i]]).toEqual([u, v, wanted]);
        }
      }
    }
  });

  it('is carried on for some frames where the model is late or silent, and grows meanwhile, up to a doubt that is no surprise', () => {
    const error = new ModelError(GRID);
    const said = outputOf((u) => (u < 8 ? 1 : u < 16 ? 50 : 4000));
    error.take(said, 7, at(10));
    const seen = [0, 1, 2, 6].map((age) => {
      const out = new Float32Array(SIZE);
      expect(error.carry(at(10 + 3), 7 + age, out)).toBe(true);
      // What the camera's three pixels bring in is new.
      expect(out[GRID.width - 1]).toBe(2000);
      return [out[0], out[8], out[20]];
    });
    for (const [n, values] of seen.entries()) {
      for (const [place, value] of values.slice(0, 2).entries()) {
        if (n > 0) expect(value).toBeGreaterThan(seen[n - 1][place]);
        expect(value).toBeLessThan(100);
      }
      expect(values[0]).toBeLessThan(values[1]);
      expect(values[2]).toBeCloseTo(4000, -1);
    }
  });

  it('is unknown without a model, and of frames that its word is too old for, or that were before it', () => {
    const error = new ModelError(GRID);
    const out = new Float32Array(SIZE).fill(42);
    expect(error.carry(at(0), -1, out)).toBe(false);
    expect(error.carry(at(0), 3, out)).toBe(false);
    error.take(output, 7, at(0));
    expect(error.carry(at(0), 14, out)).toBe(false);
    expect(error.carry(at(0), 6, out)).toBe(false);
    expect(out.every((value) => value === 42)).toBe(true);
  });
});

describe('a planner that spreads points', () => {
  const still: TestWorld = scrollingWorld(createTexture(3), undefined, undefined, GRID);
  const options = { rate: 0.02, sampling: 'points', bytesUp: 4096 } as const;
  const codec = new CoordinateCodec(GRID);
  const COUNT = Math.round(0.02 * SIZE);
  const inside = (u: number, v: number) => u >= 40 && v >= 20;

  it('asks for as many single points as its rate says, also before it has heard of a model', () => {
    const loop = new PlannerLoop(still, { ...options, spread: true });
    for (let t = 0; t < 6; t++) {
      const { count, kind } = codec.expand(loop.step().request);
      expect(count).toBe(COUNT);
      expect(new Set(kind.subarray(0, COUNT))).toEqual(new Set([0]));
    }
  });

  it('looks where the model doubts, also where it is some frames late, but not for long', () => {
    const loop = new PlannerLoop(still, { ...options, spread: true });
    for (let t = 0; t < 4; t++) loop.step();
    const share = () => {
      const { u, v, count } = codec.expand(loop.planner.plan(loop.decoder.frameId + 2));
      return Array.from({ length: count }, (_, i) => inside(u[i], v[i])).filter(Boolean).length / COUNT;
    };
    const state = loop.decoder.state;
    if (!state) throw new Error('no frame was decoded');
    const area = (24 * 16) / SIZE;
    loop.planner.takeModel(
      outputOf((u, v) => (inside(u, v) ? 4000 : 1)),
      { frameId: loop.decoder.frameId, state },
    );
    expect(share()).toBeGreaterThan(0.7);
    for (let late = 0; late < 3; late++) loop.step();
    expect(share()).toBeGreaterThan(0.7);
    loop.planner.takeModel(null, { frameId: loop.decoder.frameId, state });
    for (let t = 0; t < 5; t++) loop.step();
    expect(share()).toBeLessThan(area + 0.3);
  });

  it('leaves planners alone that do not spread', () => {
    const plans = [true, false].map((said) => {
      const loop = new PlannerLoop(still, options);
      for (let t = 0; t < 4; t++) loop.step();
      const { frameId, state } = loop.decoder;
      if (state && said)
        loop.planner.takeModel(
          outputOf((u, v) => (inside(u, v) ? 4000 : 1)),
          { frameId, state },
        );
      return loop.planner.plan(frameId + 2).explicit;
    });
    expect(plans[0]).toEqual(plans[1]);
  });
});

describe('a planner with points enough for squares', () => {
  const object: TrackedObject = {
    ...region(9, 0, 0, 20, 12, 12),
    texture: 'crate',
    alpha: 1,
    scrollFactorX: 1,
    scrollFactorY: 1,
  };
  /** A still world with a crate in it, that goes `step` pixels a frame. */
  const withCrate = (step: number): TestWorld => ({
    ...scrollingWorld(createTexture(3), undefined, undefined, GRID),
    state: (frame) => view(0, 0, [{ ...object, x: 8 + step * frame }], GRID),
  });
  const options = { rate: 0.1, sampling: 'points', bytesUp: 4096, spread: true } as const;
  const codec = new CoordinateCodec(GRID);
  const sawEverything = (world: TestWorld) => {
    const loop = new PlannerLoop(world, options);
    for (let t = 0; t < 30; t++) loop.step();
    return loop;
  };
  /** Part of the samples asked of the frame two on that lie where `inside` says. */
  const shareOf = (loop: PlannerLoop, inside: (u: number, v: number) => boolean, ahead = 2) => {
    const { u, v, count } = codec.expand(loop.planner.plan(loop.decoder.frameId + ahead));
    return Array.from({ length: count }, (_, i) => inside(u[i], v[i])).filter(Boolean).length / count;
  };
  const doubt = (loop: PlannerLoop, where: (u: number, v: number) => boolean) => {
    const { frameId, state } = loop.decoder;
    if (!state) throw new Error('no frame was decoded');
    const output = outputOf((u, v) => (where(u, v) ? 1500 : 1));
    loop.planner.takeModel(output, { frameId, state });
  };

  it('asks for whole squares that the model doubts, and not again for those under way', () => {
    const loop = sawEverything(withCrate(0));
    const corner = (u: number, v: number) => u >= 44 && v < 12;
    const before = shareOf(loop, corner);
    doubt(loop, corner);
    expect(shareOf(loop, corner, 3)).toBeGreaterThan(before + 0.5);
    // All of the corner's 240 pixels fit into two requests of 230, of which seven tenths go by doubt.
    expect(shareOf(loop, corner, 4)).toBeGreaterThan(0.2);
    expect(shareOf(loop, corner, 5)).toBeLessThan(before + 0.2);
  });

  it('does not ask again for what was answered after the frame that the model speaks of', () => {
    const corner = (u: number, v: number) => u >= 44 && v < 12;
    const shares = [0, 1].map((late) => {
      const loop = sawEverything(withCrate(0));
      doubt(loop, corner);
      // Asks for the corner of the frames to come, and gets it, before the model says once more what it thought of the frame before all that.
      const { frameId, state } = loop.decoder;
      for (let t = 0; t < 4; t++) loop.step();
      const said = outputOf((u, v) => (corner(u, v) ? 1500 : 1));
      if (state) loop.planner.takeModel(said, { frameId: late === 1 ? frameId : loop.decoder.frameId, state });
      return shareOf(loop, corner);
    });
    expect(shares[0]).toBeGreaterThan(0.4);
    expect(shares[1]).toBeLessThan(shares[0] / 2);
  });

  it('leaves to memory what moves by itself: what was doubted at a place says nothing of the next', () => {
    const shares = [0, 0.5].map((step) => {
      const loop = sawEverything(withCrate(step));
      const left = Math.round(8 + step * (loop.decoder.frameId + 2));
      const crate = (u: number, v: number) => u >= left && u < left + 12 && v >= 20 && v < 32;
      const before = shareOf(loop, crate);
      doubt(loop, crate);
      return shareOf(loop, crate, 3) - before;
    });
    expect(shares[0]).toBeGreaterThan(0.3);
    expect(shares[1]).toBeLessThan(0.15);
  });
});
