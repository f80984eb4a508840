import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PixelPacketDecoder } from '../packets/PixelPacketDecoder.js';
import { PixelPacketEncoder } from '../packets/PixelPacketEncoder.js';
import { blockStep, precisionOf } from '../pixels/blockSteps.js';
import { DEFAULT_TIER_BITS } from '../pixels/PixelModel.js';
import { appendBlock } from './blockPlaces.js';
import { BlockCoding, type CodedBlocks } from './CodedBlocks.js';
import { BLOCK_KIND, BLOCK_SAMPLES, createSampleSet, type SampleSet, type SampleValues } from './SampleSet.js';

const grid = { width: 96, height: 64 };
const options = { grid, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS };
type Colour = (u: number, v: number) => readonly [number, number, number];
interface Shown {
  readonly set: SampleSet;
  readonly rgb: Uint8Array;
  readonly viewX?: number;
  readonly viewY?: number;
  readonly answers?: boolean;
}

/** A smooth texture without repetition, so that a motion can be told. */
function ground(u: number, v: number, seed = 0): [number, number, number] {
  const wave = (k: number) => Math.sin(0.21 * k * u + 0.13 * v + seed + k) * Math.cos(0.17 * v * k - 0.05 * u + 2 * k);
  return [128 + 50 * wave(1) + 40 * wave(2.3), 120 + 45 * wave(1.4) + 40 * wave(2.9), 110 + 70 * wave(1.9)];
}

/** Noise of five strong colours, as of pixel art, which a transform is no good for. */
function art(u: number, v: number): [number, number, number] {
  const colours = [255, 65_280, 16_711_680, 16_776_960, 0];
  const c = colours[(Math.imul(u * 31 + v * 17 + 5, 0x9e3779b1) >>> 8) % 5];
  return [c >> 16, (c >> 8) & 255, c & 255];
}

function setOf(blocks: readonly (readonly [u: number, v: number, kind: number, tier: number])[], quantiser = 8): SampleSet {
  const set = createSampleSet(BLOCK_SAMPLES * blocks.length);
  set.quantiser = quantiser;
  for (const [u, v, kind, tier] of blocks) {
    if (kind >= BLOCK_KIND) appendBlock(grid, set, u, v, kind, tier);
    else {
      const i = set.count++;
      set.u[i] = u;
      set.v[i] = v;
      set.kind[i] = kind;
      set.tier[i] = tier;
    }
  }
  return set;
}

const whole = (quantiser = 8, tier = 1) =>
  setOf(
    Array.from({ length: 96 }, (_, b) => [8 * (b % 12), 8 * Math.floor(b / 12), BLOCK_KIND, tier] as const),
    quantiser,
  );

function read(set: SampleSet, colour: Colour): Uint8Array {
  const rgb = new Uint8Array(3 * set.count);
  for (let i = 0; i < set.count; i++) rgb.set(colour(set.u[i], set.v[i]), 3 * i);
  return rgb;
}

/** What a decoder makes of frames that an encoder coded. */
function pass(shown: readonly Shown[], kernels = { encoder: true, decoder: true }): SampleValues[] {
  const encoder = new PixelPacketEncoder({ ...options, kernels: kernels.encoder });
  const decoder = new PixelPacketDecoder({ ...options, kernels: kernels.decoder, resolve: (id) => shown[id].set });
  return shown.map(({ set, rgb, viewX = 0, viewY = 0, answers = true }, frameId) => {
    const cameras = [{ id: 0, viewX, viewY, zoom: 1, rotation: 0, x: 0, y: 0, ...grid }];
    const state = { cameras, cameras3d: [], objects: [], values: [] };
    const frame = { frameId, clientTime: 33 * frameId, requestId: answers ? frameId : null, state, samples: set, rgb };
    return decoder.decode(encoder.encode([frame]))[0].values;
  });
}

function blocksOf({ blocks }: SampleValues): CodedBlocks {
  if (!blocks) throw new Error('no word of the blocks');
  return blocks;
}

/** Share of the blocks that were coded so. */
const share = ({ how }: CodedBlocks, coding: BlockCoding) => how.filter((h) => h === coding).length / how.length;

describe('how blocks were coded', () => {
  const set = whole();
  const first = read(set, ground);

  it('is neither the same nor by their place where nothing is known, and the same where nothing changes', () => {
    const coarse = whole(16);
    const [a, b] = pass([
      { set: coarse, rgb: first },
      { set: coarse, rgb: first },
    ]).map(blocksOf);
    expect([a.count, b.count]).toEqual([96, 96]);
    expect(share(a, BlockCoding.mean)).toBeGreaterThan(0.3);
    expect(share(a, BlockCoding.same) + share(a, BlockCoding.place)).toBe(0);
    // Some come out finer the second time.
    expect(share(b, BlockCoding.same)).toBeGreaterThan(0.75);
    expect(share(b, BlockCoding.same) + share(b, BlockCoding.place)).toBe(1);
  });

  it('is by their place where a detail comes in that stands on what was there', () => {
    const noise = (u: number, v: number) => 60 + ((Math.imul(u * 131 + v * 977 + 7, 0x9e3779b1) >>> 9) % 120);
    const lit =
      (more: number): Colour =>
      (u, v) => {
        const grey = noise(u, v) + more * Math.cos((Math.PI / 8) * ((u & 7) + 0.5));
        return [grey, grey, grey];
      };
    const [, second] = pass([
      { set: whole(12), rgb: read(set, lit(0)) },
      { set: whole(12), rgb: read(set, lit(30)) },
    ]).map(blocksOf);
    expect(share(second, BlockCoding.place)).toBeGreaterThan(0.8);
  });

  it.each([
    ['whole pixels', 3, -2],
    ['quarters of a pixel', 2.25, 0.75],
  ])('is by motion where the picture moves by %s, which points to where it was', (_, dx, dy) => {
    const [, second] = pass([
      { set, rgb: first },
      { set, rgb: read(set, (u, v) => ground(u + dx, v + dy)) },
    ]).map(blocksOf);
    const moved = [...second.how.keys()].filter((b) => second.how[b] === BlockCoding.motion);
    expect(moved.length).toBeGreaterThan(60);
    const right = moved.filter((b) => second.motionX[b] === 4 * dx && second.motionY[b] === 4 * dy);
    expect(right.length).toBeGreaterThan(0.9 * moved.length);
  });

  it('is motion in the world: what the first 2D camera explains is the same', () => {
    const inner = setOf(
      Array.from({ length: 60 }, (_, b) => [8 + 8 * (b % 10), 8 + 8 * Math.floor(b / 10), BLOCK_KIND, 1] as const),
    );
    const [, second] = pass([
      { set, rgb: first },
      { set: inner, rgb: read(inner, (u, v) => ground(u + 5, v - 3)), viewX: 5, viewY: -3 },
    ]).map(blocksOf);
    // Blocks lie across four of what was sent: a few are finer now.
    expect(share(second, BlockCoding.same) + share(second, BlockCoding.place)).toBeGreaterThan(0.9);
  });

  it('is exact for pixel art', () => {
    const rgb = read(set, art);
    const [values] = pass([{ set, rgb }]);
    const blocks = blocksOf(values);
    expect(share(blocks, BlockCoding.exact)).toBeGreaterThan(0.9);
  });

  it('is with the step of the quantiser and of the tier of each', () => {
    const mixed = setOf(
      [0, 1, 2, 3].map((tier) => [16 * tier, 8, BLOCK_KIND, tier] as const),
      13,
    );
    const [values] = pass([{ set: mixed, rgb: read(mixed, ground) }]);
    expect([...blocksOf(values).step]).toEqual([0, 1, 2, 3].map((tier) => blockStep(13, tier)));
  });

  it('is with the steps that a budget came to, coarser than the request allowed', () => {
    const tight = whole(0);
    tight.budget = 300;
    const [values] = pass([{ set: tight, rgb: first }]);
    expect(Math.min(...blocksOf(values).step)).toBeGreaterThan(blockStep(0, 1));
  });

  it('is not told of frames without a request, nor of those without blocks', () => {
    const points = setOf([
      [3, 4, 0, 0],
      [30, 40, 0, 1],
    ]);
    const [blocks, none, single] = pass([
      { set, rgb: first },
      { set, rgb: first, answers: false },
      { set: points, rgb: read(points, ground) },
    ]);
    expect(blocks.blocks?.count).toBe(96);
    expect(none.blocks).toBeUndefined();
    expect(single.blocks).toBeUndefined();
  });

  it('belongs to its frame: the next one leaves it alone', () => {
    const [one] = pass([{ set, rgb: first }]);
    const [again] = pass([
      { set, rgb: first },
      { set, rgb: read(set, art) },
    ]);
    expect(again.blocks).toEqual(one.blocks);
  });
});

describe('how blocks were coded, whatever is asked and shown', { timeout: 120_000 }, () => {
  const entry = fc.tuple(fc.nat(grid.width - 1), fc.nat(grid.height - 1), fc.constantFrom(0, 1, 8, 8, 8, 9, 10), fc.nat(3));
  const shown = fc.array(
    fc
      .record({
        entries: fc.array(entry, { maxLength: 14 }),
        quantiser: fc.nat(31),
        budget: fc.constantFrom(0, 0, 40, 300),
        viewX: fc.integer({ min: -200, max: 200 }),
        viewY: fc.integer({ min: -20, max: 20 }),
        moveX: fc.integer({ min: -40, max: 40 }),
        pixelArt: fc.boolean(),
        answers: fc.boolean(),
      })
      .map(({ entries, quantiser, budget, viewX, viewY, moveX, pixelArt, answers }): Shown => {
        const set = setOf(entries, quantiser);
        set.budget = budget;
        const colour: Colour = pixelArt
          ? (u, v) => art(u + viewX, v + viewY)
          : (u, v) => ground(u + viewX + moveX / 4, v + viewY);
        return { set, rgb: read(set, colour), viewX, viewY, answers };
      }),
    { minLength: 1, maxLength: 6 },
  );

  it('has an entry for each block in the order of the set, which says what its samples say', () => {
    fc.assert(
      fc.property(shown, (frames) => {
        pass(frames).forEach((values, f) => {
          const { set, rgb, answers } = frames[f];
          const firsts: number[] = [];
          for (let i = 0; i < set.count; i++) {
            if (set.kind[i] < BLOCK_KIND) continue;
            firsts.push(i);
            i += BLOCK_SAMPLES - 1;
          }
          if (!answers || firsts.length === 0) return expect(values.blocks).toBeUndefined();
          const { count, how, step, motionX, motionY } = blocksOf(values);
          expect([count, how.length, step.length, motionX.length, motionY.length]).toEqual(Array(5).fill(firsts.length));
          firsts.forEach((i, b) => {
            const bits = [...values.bits.subarray(i, i + BLOCK_SAMPLES)];
            const unchanged = values.unchanged?.subarray(i, i + BLOCK_SAMPLES);
            if (how[b] === BlockCoding.exact) {
              expect(values.rgb.subarray(3 * i, 3 * (i + BLOCK_SAMPLES))).toEqual(rgb.subarray(3 * i, 3 * (i + BLOCK_SAMPLES)));
              expect(new Set(bits)).toEqual(new Set([8]));
            } else {
              expect(new Set(bits)).toEqual(new Set([precisionOf(step[b])]));
              expect(new Set(unchanged)).toEqual(new Set([how[b] === BlockCoding.same ? 1 : 0]));
            }
            if (set.budget === 0) expect(step[b]).toBe(blockStep(set.quantiser, set.tier[i]));
            if (how[b] !== BlockCoding.motion) expect([motionX[b], motionY[b]]).toEqual([0, 0]);
            else expect(set.kind[i]).toBe(BLOCK_KIND);
          });
        });
      }),
      { numRuns: 25 },
    );
  });

  it('is the same from kernels and from plain TypeScript, at either end', () => {
    fc.assert(
      fc.property(shown, fc.boolean(), (frames, encoder) => {
        const blocks = (decoder: boolean) => pass(frames, { encoder, decoder }).map((values) => values.blocks);
        expect(blocks(true)).toEqual(blocks(false));
      }),
      { numRuns: 10 },
    );
  });
});
