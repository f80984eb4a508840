import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { PixelPacketDecoder } from '../packets/PixelPacketDecoder.js';
import { PixelPacketEncoder, type SampledFrame } from '../packets/PixelPacketEncoder.js';
import { appendBlock } from '../samples/blockPlaces.js';
import { BLOCK_SAMPLES, createSampleSet, levelOf, type SampleSet } from '../samples/SampleSet.js';
import { blockStep } from './blockSteps.js';
import { forwardBlock, inverseBlock } from './blockTransform.js';
import { DEFAULT_TIER_BITS } from './PixelModel.js';

const grid = { width: 64, height: 36 };
const schema = { values: [] };
const options = { grid, schema, tierBits: DEFAULT_TIER_BITS };

type Picture = (u: number, v: number) => readonly [number, number, number];

const smooth: Picture = (u, v) => [40 + 2 * u + v, 200 - 3 * u, 90 + 2 * v];
const noise: Picture = (u, v) => {
  let h = Math.imul(u * 64 + v + 1, 0x9e3779b1) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
  h = (h ^ (h >>> 13)) >>> 0;
  return [h & 255, (h >>> 8) & 255, (h >>> 16) & 255];
};
const sprites: Picture = (u, v) => (((u >> 1) + (v >> 1)) % 3 === 0 ? [250, 30, 40] : [12, 14, 60]);

/** Blocks at these corners, all of one kind and tier. */
function blocksAt(corners: readonly (readonly [number, number])[], kind = 8, tier = 1, quantiser = 12): SampleSet {
  const set = createSampleSet(BLOCK_SAMPLES * corners.length);
  set.quantiser = quantiser;
  for (const [u, v] of corners) appendBlock(grid, set, u, v, kind, tier);
  return set;
}

function take(set: SampleSet, picture: Picture): Uint8Array {
  const rgb = new Uint8Array(3 * set.count);
  for (let i = 0; i < set.count; i++) rgb.set(picture(set.u[i], set.v[i]), 3 * i);
  return rgb;
}

function frameOf(frameId: number, samples: SampleSet, picture: Picture, viewX = 0): SampledFrame {
  const cameras = [{ id: 0, viewX, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...grid }];
  const state = { cameras, cameras3d: [], objects: [], values: [] };
  return { frameId, clientTime: frameId * 33, requestId: frameId, state, samples, rgb: take(samples, picture) };
}

/** Sends one set after another; what came out, and the bytes of each. */
function exchange(frames: readonly SampledFrame[]): { rgb: Uint8Array[]; bits: Uint8Array[]; bytes: number[] } {
  const encoder = new PixelPacketEncoder(options);
  const decoder = new PixelPacketDecoder({ ...options, resolve: (id) => frames[id].samples });
  const out = { rgb: [] as Uint8Array[], bits: [] as Uint8Array[], bytes: [] as number[] };
  for (const frame of frames) {
    const packet = encoder.encode([frame]);
    out.bytes.push(packet.length);
    const [decoded] = decoder.decode(packet);
    out.rgb.push(decoded.values.rgb);
    out.bits.push(decoded.values.bits);
  }
  return out;
}

function meanSquare(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
}

const corners = [
  [0, 0],
  [8, 0],
  [16, 8],
  [56, 24],
  [61, 33],
] as const;

describe('the transform of blocks', () => {
  it('gives back whole numbers to within one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -510, max: 510 }), { minLength: 64, maxLength: 64 }), (values) => {
        const block = Int32Array.from(values);
        forwardBlock(block, block);
        inverseBlock(block);
        for (let j = 0; j < 64; j++) expect(Math.abs(block[j] - values[j])).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('keeps energy: eight times the orthonormal transform', () => {
    const block = new Int32Array(64).fill(100);
    forwardBlock(block, block);
    expect(block[0]).toBeGreaterThan(6380);
    expect(block[0]).toBeLessThan(6420);
    expect(block.subarray(1).every((c) => c === 0)).toBe(true);
  });
});

describe('block samples', () => {
  it('come out within the error their step allows, whatever the picture, kind and quantiser', () => {
    for (const picture of [smooth, noise, sprites]) {
      for (const quantiser of [0, 8, 16, 24]) {
        for (const kind of [8, 9, 10]) {
          const set = blocksAt(corners, kind, 1, quantiser);
          const frame = frameOf(0, set, picture);
          const { rgb } = exchange([frame]);
          const step = blockStep(quantiser, 1) / 8;
          expect(meanSquare(rgb[0], frame.rgb)).toBeLessThan(Math.max(1.5, step * step * 0.5));
        }
      }
    }
  });

  it('cost next to nothing when nothing changed, also where the world scrolled', () => {
    const set = blocksAt([
      [8, 8],
      [16, 8],
      [24, 8],
      [32, 8],
    ]);
    const moved = blocksAt([
      [3, 8],
      [11, 8],
      [19, 8],
      [27, 8],
    ]);
    const { bytes, rgb } = exchange([
      frameOf(0, set, noise),
      frameOf(1, set, noise),
      frameOf(2, moved, (u, v) => noise(u + 5, v), 5),
    ]);
    expect(bytes[1]).toBeLessThan(12);
    expect(bytes[2]).toBeLessThan(15);
    expect(rgb[1]).toEqual(rgb[0]);
    expect(rgb[2]).toEqual(rgb[0]);
  });

  it('are exact for pixel art, and tell a single changed pixel', () => {
    const set = blocksAt([
      [8, 8],
      [16, 8],
    ]);
    const changed: Picture = (u, v) => (u === 11 && v === 12 ? [255, 255, 255] : sprites(u, v));
    const { rgb, bits } = exchange([frameOf(0, set, sprites), frameOf(1, set, changed)]);
    expect(rgb[0]).toEqual(take(set, sprites));
    expect(bits[0].every((b) => b === 8)).toBe(true);
    const at = 3 * (4 * 8 + 3);
    expect(rgb[1][at]).toBeGreaterThan(200);
  });

  it('spend fewer bits the coarser the quantiser', () => {
    const bytesAt = (quantiser: number) => exchange([frameOf(0, blocksAt(corners, 8, 1, quantiser), noise)]).bytes[0];
    expect(bytesAt(24)).toBeLessThan(bytesAt(16));
    expect(bytesAt(16)).toBeLessThan(bytesAt(8));
  });

  it('mix with points and means, and go on from a snapshot', () => {
    const anyFrame = fc.record({
      corners: fc.array(fc.tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 35 })), { maxLength: 8 }),
      points: fc.array(
        fc.tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 35 }), fc.integer({ min: 0, max: 4 })),
        {
          maxLength: 30,
        },
      ),
      kind: fc.constantFrom(8, 9, 10),
      tier: fc.integer({ min: 0, max: 3 }),
      quantiser: fc.integer({ min: 0, max: 31 }),
      seed: fc.integer({ min: 0, max: 3 }),
      viewX: fc.integer({ min: -90, max: 90 }),
    });
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 2, maxLength: 5 }), (specs) => {
        const frames = specs.map((spec, id) => {
          const set = createSampleSet(BLOCK_SAMPLES * spec.corners.length + spec.points.length);
          set.quantiser = spec.quantiser;
          for (const [u, v] of spec.corners) appendBlock(grid, set, u, v, spec.kind, spec.tier);
          for (const [u, v, kind] of spec.points) {
            set.u[set.count] = u;
            set.v[set.count] = v;
            set.kind[set.count] = kind;
            set.tier[set.count++] = spec.tier;
          }
          return frameOf(
            id,
            set,
            [smooth, noise, sprites, (u: number, v: number) => noise(u >> 2, v)][spec.seed] as Picture,
            spec.viewX,
          );
        });
        const encoder = new PixelPacketEncoder(options);
        const resolve = (id: number) => frames[id].samples;
        let decoder = new PixelPacketDecoder({ ...options, resolve });
        const straight = new PixelPacketDecoder({ ...options, resolve });
        for (const frame of frames) {
          const packet = encoder.encode([frame]);
          const [expected] = straight.decode(packet);
          const resumed = new PixelPacketDecoder({ ...options, resolve });
          resumed.restore(decoder.save());
          decoder = resumed;
          expect(decoder.decode(packet)[0].values).toEqual(expected.values);
          for (let i = 0; i < frame.samples.count; i++) expect(levelOf(frame.samples.kind[i])).toBeLessThan(5);
        }
      }),
    );
  });

  it('never crash on bytes that are not theirs', () => {
    const set = blocksAt(corners);
    const packet = new PixelPacketEncoder(options).encode([frameOf(0, set, noise)]);
    fc.assert(
      fc.property(fc.nat(packet.length - 1), fc.nat(255), (at, value) => {
        const bytes = packet.slice();
        bytes[at] = value;
        try {
          new PixelPacketDecoder({ ...options, resolve: () => set }).decode(bytes);
        } catch (error) {
          expect(isSgapsError(error)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
