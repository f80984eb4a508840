import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MotionPlace, MotionPrediction } from './MotionPrediction.js';
import { MotionSearch } from './MotionSearch.js';

const WIDTH = 96;
const HEIGHT = 80;
const KNOWN = 8 << 24;

/** All was sent before the frame began. */
const placeOf = (map: Uint32Array, width: number, height: number, x: number, y: number): MotionPlace => ({
  reference: map,
  map,
  width,
  height,
  x,
  y,
});
const planes = () => [new Int32Array(64), new Int32Array(64), new Int32Array(64)];

/** A soft spot of light at (0, 0). */
const spot = (x: number, y: number) => 40 + 190 * Math.exp(-(x * x + y * y) / 18);
/** The shorter way around a ring. */
const around = (way: number, size: number) => way - size * Math.round(way / size);

/** A dark ring with the spot at (x, y), any real numbers. */
function ring(x: number, y: number): Uint32Array {
  return Uint32Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const u = at % WIDTH;
    const c = Math.round(spot(around(u - x, WIDTH), around((at - u) / WIDTH - y, HEIGHT)));
    return KNOWN | (c << 16) | (c << 8) | c;
  });
}

/** Brightness of the block with the spot in its middle. */
const truth = Int32Array.from({ length: 64 }, (_, j) => 4 * Math.round(spot((j & 7) - 3.5, (j >> 3) - 3.5)));

/** What a search finds for the block at (x, y), whose spot stood (dx, dy) pixels from there. */
function find(x: number, y: number, dx: number, dy: number): MotionSearch {
  const search = new MotionSearch();
  search.open(placeOf(ring(x + 3.5 + dx, y + 3.5 + dy), WIDTH, HEIGHT, x, y));
  search.begin(truth);
  search.refine(truth, 0);
  return search;
}

const place = fc.record({ x: fc.nat(WIDTH - 1), y: fc.nat(HEIGHT - 1) });

describe('MotionSearch', () => {
  it('finds a block that was moved by whole pixels, anywhere on the ring', () => {
    const step = fc.integer({ min: -7, max: 7 });
    fc.assert(
      fc.property(place, step, step, ({ x, y }, dx, dy) => {
        const search = find(x, y, dx, dy);
        expect([search.x, search.y, search.error]).toEqual([4 * dx, 4 * dy, 0]);
      }),
      { numRuns: 60 },
    );
  });

  it('finds a block that was moved by quarters of a pixel in one direction, to within the interpolation', () => {
    const step = fc.integer({ min: -23, max: 23 });
    fc.assert(
      fc.property(place, step, fc.integer({ min: -5, max: 5 }), fc.boolean(), ({ x, y }, along, across, turned) => {
        const [dx, dy] = turned ? [4 * across, along] : [along, 4 * across];
        const search = find(x, y, dx / 4, dy / 4);
        // Of 1020 steps of brightness four are off, a pixel, at most: those of rounding.
        expect(search.error).toBeLessThan(4 * 64);
        expect(Math.abs(search.x - dx)).toBeLessThanOrEqual(1);
        expect(Math.abs(search.y - dy)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  it('takes what it is told to consider where that is better and within reach, and else stays', () => {
    const search = new MotionSearch();
    search.open(placeOf(ring(20 + 3.5 + 17, 30 + 3.5 - 19), WIDTH, HEIGHT, 20, 30));
    search.begin(truth);
    const { error } = search;
    for (const [x, y] of [
      [80, 0],
      [0, -81],
      [4000, 4000],
      [-512, 512],
    ]) {
      search.consider(truth, x, y);
      expect([search.x, search.y, search.error]).toEqual([0, 0, error]);
    }
    search.consider(truth, 68, -76);
    expect([search.x, search.y, search.error]).toEqual([68, -76, 0]);
    search.consider(truth, 0, 0);
    expect([search.x, search.y]).toEqual([68, -76]);
    // What is no better by the bias is not worth a motion of its own.
    search.begin(truth);
    search.refine(truth, 1e9);
    expect([search.x, search.y, search.error]).toEqual([0, 0, error]);
  });

  it('stays within its window and agrees with the prediction, whatever the picture and the size of the ring', () => {
    const prediction = new MotionPrediction();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: -80, max: 79 }),
        fc.integer({ min: -80, max: 79 }),
        fc.nat(),
        (width, height, u, v, dx, dy, seed) => {
          let h = seed;
          const grey = () => {
            h = (Math.imul(h, 1664525) + 1013904223) >>> 0;
            return h >>> 24;
          };
          const map = Uint32Array.from({ length: width * height }, () => {
            const c = grey();
            return KNOWN | (c << 16) | (c << 8) | c;
          });
          const [x, y] = [u % width, v % height];
          const [luma, orange, green] = planes();
          prediction.read(placeOf(map, width, height, x, y), dx, dy, [luma, orange, green]);
          expect(orange.every((value) => value === 0)).toBe(true);
          expect(green.every((value) => value === 0)).toBe(true);
          const search = new MotionSearch();
          const wanted = luma.map((value) => 4 * value);
          search.open(placeOf(map, width, height, x, y));
          search.begin(wanted);
          search.consider(wanted, dx, dy);
          // Rounding and clipping come after the sum of the channels in one, before it in the other.
          const clipped = luma.some((value) => value === 0 || value === 255);
          if (!clipped) expect(search.error).toBeLessThanOrEqual(4 * 64);
          search.refine(wanted, 0);
          for (const value of [search.x, search.y]) {
            expect(value).toBeGreaterThanOrEqual(-80);
            expect(value).toBeLessThan(80);
          }
          expect(Number.isFinite(search.error)).toBe(true);
        },
      ),
    );
  });
});

describe('MotionPrediction', () => {
  it('gives what stands there for whole pixels, in YCoCg, around the ring', () => {
    let h = 7;
    const map = Uint32Array.from({ length: 30 * 20 }, () => {
      h = (Math.imul(h, 1664525) + 1013904223) >>> 0;
      return (KNOWN | (h >>> 8)) >>> 0;
    });
    const prediction = new MotionPrediction();
    const whole = fc.integer({ min: -128, max: 128 });
    fc.assert(
      fc.property(fc.nat(29), fc.nat(19), whole, whole, (x, y, dx, dy) => {
        const out = planes();
        prediction.read(placeOf(map, 30, 20, x, y), 4 * dx, 4 * dy, out);
        const [luma, orange, green] = out;
        for (let j = 0; j < 64; j++) {
          const column = (((x + dx + (j & 7)) % 30) + 30) % 30;
          const row = (((y + dy + (j >> 3)) % 20) + 20) % 20;
          const t = luma[j] - (green[j] >> 1);
          const b = t - (orange[j] >> 1);
          const colour = ((b + orange[j]) << 16) | ((green[j] + t) << 8) | b;
          expect(colour).toBe(map[row * 30 + column] & 0xffffff);
        }
      }),
    );
  });

  it('reads what was sent in the frame itself only where nothing was known before', () => {
    const reference = new Uint32Array(400);
    const map = new Uint32Array(400).fill(KNOWN | 0x0a0b0c);
    const out = planes();
    const prediction = new MotionPrediction();
    const lumaOf = () => {
      prediction.read({ ...placeOf(map, 20, 20, 0, 0), reference }, 4, 0, out);
      return out[0];
    };
    expect(lumaOf().every((value) => value === lumaOf()[0] && value > 9)).toBe(true);
    reference.fill(KNOWN);
    expect(lumaOf().every((value) => value === 0)).toBe(true);
  });

  it('leaves an even picture as it is, at every quarter', () => {
    const map = new Uint32Array(400).fill(KNOWN | 0xff8001);
    const prediction = new MotionPrediction();
    const still = planes();
    prediction.read(placeOf(map, 20, 20, 3, 4), 0, 0, still);
    for (let dx = -9; dx <= 9; dx++)
      for (let dy = -9; dy <= 9; dy++) {
        const out = planes();
        prediction.read(placeOf(map, 20, 20, 3, 4), dx, dy, out);
        expect(out).toEqual(still);
      }
  });
});
