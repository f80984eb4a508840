import type { FrameState, TrackedObject } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { region, view } from '../testing/worlds.js';
import { StateTokens, screenPlace } from './StateTokens.js';

/** As docs/protocol/archive.md says. */
const TOKEN_WIDTH = 24;
const MOST_TOKENS = 24;
const GRID = { width: 320, height: 180 };
const EMPTY: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };
const source = (state: FrameState | null, before: FrameState | null = null) => ({ time: 90, step: 2, index: 8, state, before });
const rows = (values: Float32Array) =>
  Array.from({ length: values.length / TOKEN_WIDTH }, (_, i) => [...values.subarray(i * TOKEN_WIDTH, (i + 1) * TOKEN_WIDTH)]);
const object = (id: number, x: number, size: number, more: Partial<TrackedObject> = {}): TrackedObject => ({
  ...region(id, 2, x, 40, size, size / 2),
  alpha: 0.5,
  texture: 'coin',
  ...more,
});

describe('StateTokens', () => {
  it('has the time alone where nothing is known', () => {
    const [time, ...more] = rows(new StateTokens(GRID).write(source(null)));
    expect(more).toEqual([]);
    expect(time.slice(0, 6)).toEqual([0, 1, 1.5, 2, 0.5, 0]);
  });

  it('has camera, objects and values in the places that the table says', () => {
    const now = { ...view(64, 18, [object(1, 100, 32, { flipX: true })]), values: [Math.sinh(3)] };
    const before = { ...view(48, 26, [object(1, 92, 32)]), values: [0] };
    const [, camera, coin, value, ...more] = rows(new StateTokens(GRID).write(source(now, before)));
    expect(more).toEqual([]);
    const f = Math.fround;
    expect(camera.slice(0, 13)).toEqual([1, 1, f(0.2), f(18 / 320), 1, 0, 1, -0.5, 0, 0, 1, 1, 0]);
    expect(coin.slice(0, 11)).toEqual([3, 1, f(116 / 320), f(48 / 180), f(0.1), f(16 / 180), 0, 1, 0.5, 0.5, 0]);
    for (const hash of coin.slice(11, 16)) expect(Math.abs(hash)).toBeLessThanOrEqual(1);
    expect(coin.slice(16)).toEqual([0.5, 1, 0, 0, 0, 0, 0, 0]);
    expect(value.slice(0, 4)).toEqual([4, 1, 0, 1.5]);
  });

  it('has where a 3D camera stands, how it is turned, and how it moved', () => {
    const at = (x: number) => Float32Array.from([0, 0, 1, 0, 0, 1, 0, 0, -1, 0, 0, 0, -5, 3, x, 1]);
    const state = (x: number): FrameState => ({
      ...EMPTY,
      cameras3d: [{ id: 2, view: at(x), projection: Float32Array.from({ length: 16 }, (_, i) => i), x: 0, y: 0, ...GRID }],
    });
    const [, camera] = rows(new StateTokens(GRID).write(source(state(8), state(6))));
    expect(camera.slice(0, 5)).toEqual([2, 1, -8 / 16, -3 / 16, -5 / 16]);
    expect(camera.slice(5, 14)).toEqual([0, 0, 1, 0, 1, 0, -1, 0, 0]);
    expect(camera.slice(14, 19)).toEqual([0, 5, -2, 0, 0]);
  });

  it('tells names apart, and equal ones not', () => {
    const hashes = (more: Partial<TrackedObject>) =>
      rows(new StateTokens(GRID).write(source({ ...EMPTY, objects: [object(1, 0, 8, more)] })))[1].slice(11, 16);
    expect(hashes({})).toEqual(hashes({ id: 9 }));
    const names = ['coin', 'coins', 'hero', ''].map((texture) => hashes({ texture }).join());
    expect(new Set(names).size).toBe(4);
    expect(hashes({ frame: 'a' })).not.toEqual(hashes({ frame: 'b' }));
  });

  it('leaves out the smallest objects where there is no room, and keeps some for values', () => {
    const objects = Array.from({ length: 60 }, (_, i) => object(i, 0, 8 + ((i * 7) % 60)));
    const all = rows(new StateTokens(GRID).write(source({ ...EMPTY, objects, values: [1, 2, 3, 4, 5, 6] })));
    expect(all).toHaveLength(MOST_TOKENS);
    const widths = all.filter(([kind]) => kind === 3).map((token) => Math.round(token[4] * GRID.width));
    expect(widths).toEqual(Array.from({ length: 19 }, (_, i) => 67 - i));
    expect(all.filter(([kind]) => kind === 4)).toHaveLength(4);
  });

  it('does not keep what an earlier pair said', () => {
    const tokens = new StateTokens(GRID);
    tokens.write(source({ ...view(64, 18, [object(1, 100, 32)]), values: [7] }));
    const again = [...tokens.write(source(EMPTY))];
    expect(again).toEqual([...new StateTokens(GRID).write(source(EMPTY))]);
  });

  it('is finite and bounded, whatever a game says', () => {
    const odd = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -0));
    const anyObject = fc
      .tuple(odd, odd, odd, odd, odd, odd)
      .map(([x, width, rotation, alpha, scrollFactorX, originX]) =>
        object(1, 0, 8, { x, width, rotation, alpha, scrollFactorX, originX }),
      );
    const matrix = fc.array(odd, { minLength: 16, maxLength: 16 }).map((numbers) => Float32Array.from(numbers));
    const state = fc.record({
      cameras: fc.array(odd.map((viewX) => ({ id: 0, viewX, viewY: viewX, zoom: viewX, rotation: 0, x: 0, y: 0, ...GRID }))),
      cameras3d: fc.array(
        matrix.map((m) => ({ id: 0, view: m, projection: m, x: 0, y: 0, ...GRID })),
        { maxLength: 3 },
      ),
      objects: fc.array(anyObject, { maxLength: 30 }),
      values: fc.array(odd, { maxLength: 30 }),
    });
    const tokens = new StateTokens(GRID);
    fc.assert(
      fc.property(fc.option(state), fc.option(state), odd, (now, before, time) => {
        const values = tokens.write({ time, step: time, index: 0, state: now, before });
        expect(values.length % TOKEN_WIDTH).toBe(0);
        expect(values.length).toBeGreaterThanOrEqual(TOKEN_WIDTH);
        expect(values.length).toBeLessThanOrEqual(MOST_TOKENS * TOKEN_WIDTH);
        expect(values.every((value) => Math.abs(value) <= 64)).toBe(true);
      }),
    );
  });
});

describe('screenPlace', () => {
  it('is the middle of what is seen, less the view as far as the object scrolls', () => {
    const camera = view(100, 50).cameras[0];
    const scrolls = { scrollFactorX: 1, scrollFactorY: 1 };
    expect(screenPlace(object(1, 130, 20, scrolls), camera)).toEqual([40, -5]);
    expect(
      screenPlace({ ...object(1, 130, 20), originX: 0.5, originY: 1, scrollFactorX: 0, scrollFactorY: 0.5 }, camera),
    ).toEqual([130, 10]);
    expect(screenPlace(object(1, 130, 20), undefined)).toEqual([140, 45]);
  });
});
