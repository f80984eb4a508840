import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { FloatGrid } from './FloatGrid.js';
import type { Camera2D, FrameState, StateSchema, TrackedObject } from './FrameState.js';
import { StateDecoder } from './StateDecoder.js';
import { StateEncoder } from './StateEncoder.js';
import { quantiseFrameState } from './StateModel.js';

const schema: StateSchema = {
  values: [
    { name: 'health', type: 'int' },
    { name: 'speed', type: 'float', step: 0.1 },
    { name: 'heat', type: 'float' },
  ],
};

const object = (more: Partial<TrackedObject>): TrackedObject => ({
  id: 1,
  texture: 'coin',
  frame: '',
  x: 10,
  y: 20,
  width: 16,
  height: 16,
  originX: 0.5,
  originY: 0.5,
  rotation: 0,
  flipX: false,
  flipY: false,
  alpha: 1,
  tint: 0xffffff,
  scrollFactorX: 1,
  scrollFactorY: 1,
  tileX: 0,
  tileY: 0,
  tag: 0,
  ...more,
});
const camera = (more: Partial<Camera2D>): Camera2D => ({
  id: 0,
  viewX: 0,
  viewY: 0,
  zoom: 1,
  rotation: 0,
  x: 0,
  y: 0,
  width: 320,
  height: 180,
  ...more,
});
const frame = (more: Partial<FrameState>): FrameState => ({
  cameras: [],
  cameras3d: [],
  objects: [],
  values: [0, 0, 0],
  ...more,
});

// Any double, the odd ones often: NaN, infinities, -0, denormals, huge.
const odd = fc.oneof(
  fc.double(),
  fc.double({ min: -500, max: 500 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e300, -1e300, 5e-324),
);
const name = fc.oneof(fc.constantFrom('hero', 'coin', '', 'walk-1', 'walk-2'), fc.string({ maxLength: 200, unit: 'binary' }));
const anyObject: fc.Arbitrary<TrackedObject> = fc.record({
  id: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 0xffffffff })),
  texture: name,
  frame: name,
  x: odd,
  y: odd,
  width: odd,
  height: odd,
  originX: odd,
  originY: odd,
  rotation: odd,
  flipX: fc.boolean(),
  flipY: fc.boolean(),
  alpha: odd,
  tint: fc.integer({ min: 0, max: 0xffffff }),
  scrollFactorX: odd,
  scrollFactorY: odd,
  tileX: odd,
  tileY: odd,
  tag: fc.oneof(fc.integer({ min: 0, max: 4 }), odd),
});
const matrix = fc.array(odd, { minLength: 16, maxLength: 16 }).map((numbers) => Float32Array.from(numbers));
const anyState: fc.Arbitrary<FrameState> = fc.record({
  cameras: fc.array(
    fc.record({ id: fc.nat(), viewX: odd, viewY: odd, zoom: odd, rotation: odd, x: odd, y: odd, width: odd, height: odd }),
    { maxLength: 10 },
  ),
  cameras3d: fc.array(fc.record({ id: fc.nat(), view: matrix, projection: matrix, x: odd, y: odd, width: odd, height: odd }), {
    maxLength: 2,
  }),
  objects: fc.array(anyObject, { maxLength: 25 }),
  values: fc.array(odd, { maxLength: 5 }),
});

describe('state codec', () => {
  it('gives the quantised state, whatever a game says', () => {
    fc.assert(
      fc.property(fc.array(anyState, { minLength: 1, maxLength: 6 }), (states) => {
        const encoder = new StateEncoder(schema);
        const decoder = new StateDecoder(schema);
        for (const state of states) expect(decoder.decode(encoder.encode(state))).toEqual(quantiseFrameState(state, schema));
      }),
      { numRuns: 150 },
    );
  });

  it('follows lists that shuffle, lose and gain objects, and double ids', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 }), { minLength: 2, maxLength: 8 }),
        (lists) => {
          const encoder = new StateEncoder(schema);
          const decoder = new StateDecoder(schema);
          lists.forEach((ids, t) => {
            const state = frame({ objects: ids.map((id, k) => object({ id, x: id * 3 + t * 2, frame: `f${(t + k) % 3}` })) });
            expect(decoder.decode(encoder.encode(state))).toEqual(quantiseFrameState(state, schema));
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is within the documented steps, and quantising twice changes nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: -5000, max: 5000, noNaN: true }), (x) => {
        const state = frame({
          cameras: [camera({ viewX: x, rotation: x })],
          objects: [object({ x, rotation: x })],
          values: [x, x, x],
        });
        const once = quantiseFrameState(state, schema);
        expect(Math.abs(once.cameras[0].viewX - x)).toBeLessThanOrEqual(1 / 128);
        expect(Math.abs(once.objects[0].x - x)).toBeLessThanOrEqual(1 / 128);
        expect(Math.cos(once.objects[0].rotation - x)).toBeGreaterThan(Math.cos((1.01 * Math.PI) / 4096));
        expect(Math.abs(once.values[1] - x)).toBeLessThanOrEqual(0.0501);
        expect(quantiseFrameState(once, schema)).toEqual(once);
      }),
    );
  });

  it('keeps matrices within 2^-20 of each entry or 2^-19', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const snapped = FloatGrid.snap(value);
        expect(Math.abs(snapped - value)).toBeLessThanOrEqual(Math.max(2 ** -19, Math.abs(value) * 2 ** -20));
        expect(FloatGrid.snap(snapped)).toBe(snapped);
      }),
    );
  });

  it('costs next to nothing while nothing happens, or everything moves evenly', () => {
    const encoder = new StateEncoder(schema);
    const decoder = new StateDecoder(schema);
    let still = 0;
    for (let t = 0; t < 400; t++) {
      const objects = Array.from({ length: 200 }, (_, i) =>
        object({ id: i, x: 16 * i + (i < 100 ? t * 0.5 : 0), y: 8 * i, rotation: i < 20 ? (t * 2 * Math.PI * 8) / 4096 : 0 }),
      );
      const state = frame({ cameras: [camera({ viewX: t * 1.5 })], objects });
      const bytes = encoder.encode(state);
      if (t >= 300) still += bytes.length;
      expect(decoder.decode(bytes)).toEqual(quantiseFrameState(state, schema));
    }
    // 200 objects at 0.02 bit are half a byte.
    expect(still / 100).toBeLessThanOrEqual(1);
  });

  it('sends names once and cuts what is over the limits', () => {
    const encoder = new StateEncoder(schema);
    const decoder = new StateDecoder(schema);
    const many = Array.from({ length: LIMITS.objects + 10 }, (_, i) =>
      object({ id: i, texture: `texture-with-a-long-name-${i % 40}` }),
    );
    const first = encoder.encode(frame({ objects: many }));
    const got = decoder.decode(first);
    expect([got.objects.length, got.objects[0].id]).toEqual([LIMITS.objects, 10]);
    const other = many.map((one, i) => object({ ...one, texture: `texture-with-a-long-name-${(i + 1) % 40}` }));
    const second = encoder.encode(frame({ objects: other }));
    expect(second.length).toBeLessThan(first.length);
    decoder.decode(second);
    for (let t = 0; t < 20; t++)
      decoder.decode(
        encoder.encode(frame({ objects: Array.from({ length: 250 }, (_, i) => object({ id: i, frame: `n${t * 250 + i}` })) })),
      );
    const last = decoder.decode(encoder.encode(frame({ objects: [object({ frame: 'one too many' })] })));
    expect(last.objects[0].frame).toBe('');
  });

  it('survives random and mutated bytes', () => {
    const attempt = (decoder: StateDecoder, bytes: Uint8Array) => {
      try {
        decoder.decode(bytes);
      } catch (error) {
        if (!isSgapsError(error)) throw error;
      }
    };
    fc.assert(
      fc.property(
        fc.array(anyState, { minLength: 1, maxLength: 3 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (states, noise, at, flip) => {
          const encoder = new StateEncoder(schema);
          const decoder = new StateDecoder(schema);
          const packets = states.map((state) => encoder.encode(state));
          for (const bytes of packets.slice(0, -1)) decoder.decode(bytes);
          const last = packets[packets.length - 1];
          if (last.length > 0) last[at % last.length] ^= flip;
          attempt(decoder, last);
          attempt(new StateDecoder(schema), noise);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses schemas that cannot be coded', () => {
    const tooMany = { values: Array.from({ length: LIMITS.values + 1 }, (_, i) => ({ name: `v${i}`, type: 'int' as const })) };
    expect(() => new StateEncoder(tooMany)).toThrow('named values');
    expect(() => new StateEncoder({ values: [{ name: 'x', type: 'float', step: 0 }] })).toThrow('Step 0');
    expect(() => new StateEncoder({ values: [{ name: '', type: 'int' }] })).toThrow('needs a name');
  });
});
