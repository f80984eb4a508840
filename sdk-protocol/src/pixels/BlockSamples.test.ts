import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { PixelPacketDecoder } from '../packets/PixelPacketDecoder.js';
import { PixelPacketEncoder, type SampledFrame } from '../packets/PixelPacketEncoder.js';
import { appendBlock } from '../samples/blockPlaces.js';
import { BLOCK_SAMPLES, createSampleSet, type SampleSet } from '../samples/SampleSet.js';
import { DEFAULT_TIER_BITS } from './PixelModel.js';

const grid = { width: 96, height: 64 };
const options = { grid, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS };
const ALL = (grid.width / 8) * (grid.height / 8);

/** A texture that never ends, of a seed. */
function texture(seed: number, u: number, v: number): [number, number, number] {
  const soft = (scale: number, k: number) => {
    const x = u / scale;
    const y = v / scale;
    const at = (i: number, j: number) => {
      let h = Math.imul(i * 374_761_393 + j * 668_265_263 + seed * 97 + k, 0x9e3779b1) >>> 0;
      h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
      return (h ^ (h >>> 13)) & 255;
    };
    const [i, j] = [Math.floor(x), Math.floor(y)];
    const [p, q] = [x - i, y - j];
    return (at(i, j) * (1 - p) + at(i + 1, j) * p) * (1 - q) + (at(i, j + 1) * (1 - p) + at(i + 1, j + 1) * p) * q;
  };
  const fine = soft(2.5, 3);
  return [0.6 * soft(11, 0) + 0.4 * fine, 0.6 * soft(9, 1) + 0.4 * fine, 0.7 * soft(14, 2) + 0.3 * fine];
}

function wholePicture(budget: number, quantiser = 2): SampleSet {
  const set = createSampleSet(BLOCK_SAMPLES * ALL);
  set.quantiser = quantiser;
  set.budget = budget;
  for (let v = 0; v < grid.height; v += 8) for (let u = 0; u < grid.width; u += 8) appendBlock(grid, set, u, v, 8, 1);
  return set;
}

function take(set: SampleSet, colour: (u: number, v: number) => readonly number[]): Uint8Array {
  const rgb = new Uint8Array(3 * set.count);
  for (let i = 0; i < set.count; i++) rgb.set(colour(set.u[i], set.v[i]), 3 * i);
  return rgb;
}

function frameOf(frameId: number, samples: SampleSet, rgb: Uint8Array, viewX = 0, viewY = 0): SampledFrame {
  const cameras = [{ id: 0, viewX, viewY, zoom: 1, rotation: 0, x: 0, y: 0, ...grid }];
  return {
    frameId,
    clientTime: 33 * frameId,
    requestId: frameId,
    state: { cameras, cameras3d: [], objects: [], values: [] },
    samples,
    rgb,
  };
}

describe('a frame that answers no request', () => {
  it('leaves both ends alike, though its camera is elsewhere', () => {
    const encoder = new PixelPacketEncoder(options);
    const set = wholePicture(0, 14);
    const decoder = new PixelPacketDecoder({ ...options, resolve: () => set });
    // Pixel art is coded exactly: there what stood on the screen is a candidate. What is smooth is not, and leaves the screen's map alone.
    const palette = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 0],
      [9, 80, 200],
    ];
    const art = (t: number, u: number, v: number) => palette[(Math.imul(u * 31 + v * 17 + t * 101, 0x9e3779b1) >>> 8) % 5];
    const smooth = (t: number, u: number, v: number) => [128 + 40 * Math.sin(u * 0.3 + t), 128 + 30 * Math.sin(v * 0.2), 90 + t];
    for (let t = 0; t < 12; t++) {
      const rgb = take(set, (u, v) => (t < 2 || t % 2 === 1 ? art(t, u, v) : smooth(t, u, v)));
      const answered = frameOf(t, set, rgb, t === 1 ? 3 : 0);
      const [{ samples, values }] = decoder.decode(encoder.encode([t === 1 ? { ...answered, requestId: null } : answered]));
      if (t === 1) expect(samples.count).toBe(0);
      else if (t % 2 === 1) expect(values.rgb).toEqual(rgb);
    }
  });
});

describe('blocks that move', () => {
  /** Bytes and mean squared error of the second of two whole pictures at one quantiser. */
  const second = (dx: number, dy: number) => {
    const encoder = new PixelPacketEncoder(options);
    const set = wholePicture(0, 12);
    const decoder = new PixelPacketDecoder({ ...options, resolve: () => set });
    const pictures = [take(set, (u, v) => texture(4, u, v)), take(set, (u, v) => texture(4, u + dx, v + dy))];
    let bytes = 0;
    let error = 0;
    pictures.forEach((rgb, frameId) => {
      const packet = encoder.encode([frameOf(frameId, set, rgb)]);
      const [{ values }] = decoder.decode(packet);
      bytes = packet.length;
      error = values.rgb.reduce((sum, value, i) => sum + (value - rgb[i]) ** 2, 0) / rgb.length;
    });
    return { bytes, error };
  };

  it.each([
    ['whole pixels', 3, -2],
    ['quarters', 2.25, 0.75],
    ['a long way', 15, 9],
  ])('cost far less than a new picture where the whole picture goes by %s', (_, dx, dy) => {
    const moved = second(dx, dy);
    const anew = second(5000, 777);
    expect(moved.bytes).toBeLessThan(0.6 * anew.bytes);
    expect(moved.error).toBeLessThan(1.3 * anew.error);
  });
});

describe('blocks, whatever is asked and shown', () => {
  const block = fc.record({
    u: fc.nat(grid.width - 1),
    v: fc.nat(grid.height - 1),
    kind: fc.constantFrom(8, 8, 8, 9, 10),
    tier: fc.nat(3),
  });
  const steps = fc.array(
    fc.record({
      blocks: fc.array(block, { maxLength: 12 }),
      budget: fc.constantFrom(0, 16, 64, 200, 1000, 65_536),
      quantiser: fc.nat(31),
      viewX: fc.integer({ min: -300, max: 300 }),
      viewY: fc.integer({ min: -20, max: 20 }),
      moveX: fc.integer({ min: -90, max: 90 }),
      moveY: fc.integer({ min: -10, max: 10 }),
      seed: fc.nat(1),
      depth: fc.boolean(),
    }),
    { minLength: 2, maxLength: 6 },
  );
  const framesOf = (list: typeof steps extends fc.Arbitrary<infer T> ? T : never): SampledFrame[] =>
    list.map(({ blocks, budget, quantiser, viewX, viewY, moveX, moveY, seed, depth }, id) => {
      const set = createSampleSet(BLOCK_SAMPLES * blocks.length);
      set.budget = budget;
      set.quantiser = quantiser;
      for (const { u, v, kind, tier } of blocks) appendBlock(grid, set, u, v, kind, tier);
      const rgb = take(set, (u, v) => texture(seed, u + viewX + moveX / 4, v + viewY + moveY / 4));
      const codes = depth
        ? Uint16Array.from({ length: set.count }, (_, i) => (set.u[i] * 7 + set.v[i] + moveX + 100) & 1023)
        : null;
      return { ...frameOf(id, set, rgb, viewX, viewY), depth: codes };
    });

  it('come out alike at both ends, and go on from a snapshot after any frame', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const frames = framesOf(list);
        const shape = { ...options, depth: true };
        const encoder = new PixelPacketEncoder(shape);
        const resolve = (id: number) => frames[id].samples;
        const straight = new PixelPacketDecoder({ ...shape, resolve });
        let resumed = new PixelPacketDecoder({ ...shape, resolve });
        for (const frame of frames) {
          const packet = encoder.encode([frame]);
          const [expected] = straight.decode(packet);
          const next = new PixelPacketDecoder({ ...shape, resolve });
          next.restore(resumed.save());
          resumed = next;
          expect(resumed.decode(packet)[0].values).toEqual(expected.values);
          expect(resumed.save()).toEqual(straight.save());
        }
        // Both ends hold the same: what is asked again at any step is "the same" where it was sent exactly, and never drifts.
        const again = frames.map((frame, i) => ({ ...frame, frameId: frames.length + i, requestId: i }));
        for (const frame of again) expect(straight.decode(encoder.encode([frame]))[0].samples).toBe(frame.samples);
      }),
      { numRuns: 60 },
    );
  });

  it('never crash a decoder, or make it take long, with bytes or snapshots that are not theirs', () => {
    const attempt = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        if (!isSgapsError(error)) throw error;
      }
    };
    fc.assert(
      fc.property(
        steps,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.uint8Array({ maxLength: 64 }),
        (list, at, flip, noise) => {
          const frames = framesOf(list);
          const encoder = new PixelPacketEncoder({ ...options, depth: true });
          const decoder = new PixelPacketDecoder({ ...options, depth: true, resolve: (id) => frames[id]?.samples });
          const packets = frames.map((frame) => encoder.encode([frame]));
          const broken = packets.map((packet, i) => {
            const bytes = packet.slice();
            if (i > 0) bytes[6 + (at % (bytes.length - 6))] ^= flip;
            return bytes;
          });
          decoder.decode(packets[0]);
          const snapshot = decoder.save();
          for (const bytes of broken.slice(1)) {
            attempt(() => decoder.restore(snapshot));
            attempt(() => decoder.decode(bytes));
            attempt(() => decoder.decode(Uint8Array.of(2, 0, 1, 0, noise.length, ...noise)));
          }
          const bad = snapshot.slice();
          bad[at % bad.length] ^= flip;
          attempt(() => decoder.restore(bad));
          attempt(() => decoder.decode(packets[1]));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('packets and snapshots of another version', () => {
  it('are refused', () => {
    const set = wholePicture(0, 20);
    const packet = new PixelPacketEncoder(options).encode([frameOf(0, set, new Uint8Array(3 * set.count))]);
    const decoder = new PixelPacketDecoder({ ...options, resolve: () => set });
    decoder.decode(packet);
    const snapshot = decoder.save();
    expect([packet[0], snapshot[0]]).toEqual([3, 3]);
    const refusal = expect.objectContaining({ code: 'VERSION_UNSUPPORTED' });
    for (const version of [1, 2, 4]) {
      packet[0] = snapshot[0] = version;
      expect(() => decoder.decode(packet)).toThrow(refusal);
      expect(() => decoder.restore(snapshot)).toThrow(refusal);
    }
  });
});

describe('the byte budget of blocks', () => {
  it('is met: near it in each frame and to a few per cent over a second, once it is learnt', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.constantFrom(500, 900, 1600),
        fc.constantFrom(0, 1.25, 3),
        fc.integer({ min: 3, max: 12 }),
        (seed, budget, speed, change) => {
          const encoder = new PixelPacketEncoder(options);
          const sizes: number[] = [];
          const set = wholePicture(budget);
          for (let t = 0; t < 50; t++) {
            // The picture moves, and some of its columns are new in every frame.
            const rgb = take(set, (u, v) => texture(seed + (u < 8 * change ? t : 0), u + speed * t, v - 0.5 * t));
            sizes.push(encoder.encode([frameOf(t, set, rgb)]).length);
          }
          const learnt = sizes.slice(20);
          const mean = learnt.reduce((sum, size) => sum + size, 0) / learnt.length;
          // The first quantiser that fits leaves some of it, a step of them being a tenth to a sixth of the bytes.
          expect(mean).toBeLessThan(1.06 * budget);
          expect(mean).toBeGreaterThan(0.8 * budget);
          for (const size of learnt) expect(size).toBeLessThan(1.7 * budget);
        },
      ),
      { numRuns: 4 },
    );
  });

  it('leaves the quantiser as it is where it pays for it, and is refused where it makes no sense', () => {
    const sizeOf = (change: Partial<SampleSet>) => {
      const set = Object.assign(wholePicture(0, 20), change);
      return new PixelPacketEncoder(options).encode([
        frameOf(
          0,
          set,
          take(set, (u, v) => texture(1, u, v)),
        ),
      ]).length;
    };
    expect(Math.abs(sizeOf({ budget: 60_000 }) - sizeOf({ budget: 0 }))).toBeLessThanOrEqual(2);
    expect(sizeOf({ budget: 300 })).toBeLessThan(sizeOf({ budget: 0 }));
    for (const change of [{ budget: -1 }, { budget: Number.NaN }, { quantiser: 32 }, { quantiser: -1 }, { quantiser: 1.5 }])
      expect(() => sizeOf(change)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });
});

describe('the quality that a frame tells', () => {
  const psnr = (a: Uint8Array, b: Uint8Array) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
    return Math.min(63.75, 10 * Math.log10((255 * 255 * a.length) / sum));
  };

  it('is that of the blocks as they come out, to an eighth of a decibel, wherever the camera is and whatever they may take', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ budget: fc.integer({ min: 80, max: 9000 }), x: fc.integer(), y: fc.integer() }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 0, max: 99 }),
        (looks, seed) => {
          const encoder = new PixelPacketEncoder(options);
          const sets: SampleSet[] = [];
          const decoder = new PixelPacketDecoder({ ...options, resolve: (id) => sets[id] });
          looks.forEach(({ budget, x, y }, t) => {
            const set = wholePicture(budget);
            set.keeps = true;
            sets.push(set);
            const [viewX, viewY] = [x % 5000, y % 5000];
            const rgb = take(set, (u, v) =>
              seed % 3 === 0 ? [u & 8 ? 255 : 0, 40, v & 255] : texture(seed, u + viewX, v + viewY),
            );
            const [{ values }] = decoder.decode(encoder.encode([frameOf(t, set, rgb, viewX, viewY)]));
            expect(Math.abs((values.psnr as number) - psnr(rgb, values.rgb))).toBeLessThanOrEqual(0.126);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is not told where memory draws the rest, and goes on from a snapshot', () => {
    const encoder = new PixelPacketEncoder(options);
    const sets: SampleSet[] = [];
    const resolve = (id: number) => sets[id];
    const [first, second] = [new PixelPacketDecoder({ ...options, resolve }), new PixelPacketDecoder({ ...options, resolve })];
    for (let t = 0; t < 8; t++) {
      const set = wholePicture(900);
      set.keeps = t !== 3;
      sets.push(set);
      const bytes = encoder.encode([
        frameOf(
          t,
          set,
          take(set, (u, v) => texture(5, u + t, v)),
        ),
      ]);
      const [{ values }] = first.decode(bytes);
      expect(values.psnr === undefined).toBe(t === 3);
      if (t === 4) second.restore(first.save());
      if (t > 4) expect(second.decode(bytes)[0].values.psnr).toBe(values.psnr);
    }
  });
});
