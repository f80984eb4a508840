import { type FrameState, LIMITS } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import { flatLength, flattenState, NameRegistry } from './flattenState.js';
import { restoreState } from './restoreState.js';

const number = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
const float = fc.float({ noNaN: true });
const matrix = fc.array(float, { minLength: 16, maxLength: 16 }).map((values) => Float32Array.from(values));
const place = { x: number, y: number, width: number, height: number };
const state: fc.Arbitrary<FrameState> = fc.record({
  cameras: fc.array(fc.record({ id: fc.nat(), viewX: number, viewY: number, zoom: number, rotation: number, ...place }), {
    maxLength: 3,
  }),
  cameras3d: fc.array(fc.record({ id: fc.nat(), view: matrix, projection: matrix, ...place }), { maxLength: 2 }),
  objects: fc.array(
    fc.record({
      id: fc.integer({ min: 0, max: 0xffffffff }),
      texture: fc.string({ maxLength: 5 }),
      frame: fc.string({ maxLength: 5 }),
      originX: number,
      originY: number,
      rotation: number,
      flipX: fc.boolean(),
      flipY: fc.boolean(),
      alpha: number,
      tint: fc.nat(0xffffff),
      scrollFactorX: number,
      scrollFactorY: number,
      tileX: number,
      tileY: number,
      tag: fc.nat(4),
      ...place,
    }),
    { maxLength: 6 },
  ),
  values: fc.array(number, { maxLength: 4 }),
});

describe('flattenState', () => {
  it('carries every number and name of a state, whatever states went before', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 4 }), (states) => {
        const registry = new NameRegistry();
        const names = [''];
        const buffer = new FrameStateBuffer();
        for (const given of states) {
          const flat = new Float64Array(flatLength(given) + 3);
          expect(flattenState(given, registry, flat, 3)).toBe(flat.length);
          names.push(...registry.takeNew());
          buffer.clear();
          expect(restoreState(flat, 3, names, buffer)).toBe(flat.length);
          const { cameras, cameras3d, objects, values } = buffer;
          expect({ cameras, cameras3d, objects, values }).toEqual(given);
        }
      }),
    );
  });

  it('names each name once', () => {
    const names = new NameRegistry();
    expect([names.indexOf('a'), names.indexOf('b'), names.indexOf('a'), names.indexOf('')]).toEqual([1, 2, 1, 0]);
    expect(names.takeNew()).toEqual(['a', 'b']);
    expect(names.takeNew()).toEqual([]);
    for (let i = 0; i < 70_000; i++) names.indexOf(`n${i}`);
    expect(names.takeNew().length).toBeLessThan(65_536);
    expect(names.indexOf('one more')).toBe(0);
    expect(LIMITS.names).toBeLessThan(65_536);
  });
});
