import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PixelPacketDecoder } from '../packets/PixelPacketDecoder.js';
import { PixelPacketEncoder, type SampledFrame } from '../packets/PixelPacketEncoder.js';
import type { BlockArithmetic } from '../pixels/BlockArithmetic.js';
import type { BlockPlace } from '../pixels/BlockPlace.js';
import { Prediction } from '../pixels/BlockPlanes.js';
import { KnownColours } from '../pixels/KnownColours.js';
import { MotionModel } from '../pixels/MotionModel.js';
import { missOf } from '../pixels/missOf.js';
import { DEFAULT_TIER_BITS } from '../pixels/PixelModel.js';
import { PlainBlocks } from '../pixels/PlainBlocks.js';
import { wrap } from '../pixels/wrap.js';
import { appendBlock } from '../samples/blockPlaces.js';
import { BLOCK_SAMPLES, createSampleSet, type SampleSet } from '../samples/SampleSet.js';
import { BlockKernels } from './BlockKernels.js';
import { KernelBlocks } from './KernelBlocks.js';

/** Numbers 0 … 2^32 − 1 that follow from a seed. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let h = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
}

interface Scene {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly seed: number;
  /** How rough the picture is, and how much of it is unknown, in 256ths. */
  readonly rough: number;
  readonly unknown: number;
  readonly whole: boolean;
  readonly moves: boolean;
  readonly motionX: number;
  readonly motionY: number;
  readonly step: number;
}

const scenes: fc.Arbitrary<Scene> = fc
  .record({ width: fc.integer({ min: 8, max: 130 }), height: fc.integer({ min: 8, max: 90 }) })
  .chain(({ width, height }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      x: fc.nat(width - 1),
      y: fc.nat(height - 1),
      seed: fc.nat(),
      rough: fc.constantFrom(0, 3, 30, 255),
      unknown: fc.constantFrom(0, 0, 2, 200, 256),
      whole: fc.boolean(),
      moves: fc.boolean(),
      motionX: fc.oneof(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -2000, max: 2000 })),
      motionY: fc.oneof(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -2000, max: 2000 })),
      step: fc.oneof(fc.integer({ min: 8, max: 200 }), fc.integer({ min: 8, max: 1800 })),
    }),
  );

/** What both give of one block is put side by side: the kernels' first. */
class Pair {
  readonly fast: KernelBlocks;
  readonly plain: BlockArithmetic = new PlainBlocks();
  readonly fastPlace: BlockPlace;
  readonly plainPlace: BlockPlace;
  readonly rgb = new Uint8Array(3 * BLOCK_SAMPLES + 5);
  readonly motion = new MotionModel(1);

  constructor(scene: Scene) {
    const { width, height, rough, unknown, seed } = scene;
    const kernels = BlockKernels.open(scene, true);
    if (kernels === null) throw new Error('There is no WebAssembly here.');
    const next = dice(seed);
    const colour = (u: number, v: number) => {
      const base = 4 * u + 3 * v + ((u >> 3) % 2) * 60;
      const channel = () => Math.max(0, Math.min(255, (base % 256) + Math.round((rough * ((next() & 255) - 128)) / 128)));
      return (channel() << 16) | (channel() << 8) | channel();
    };
    for (let at = 0; at < width * height; at++) {
      if ((next() & 255) >= unknown) kernels.reference[at] = (5 << 24) | colour(at % width, (at / width) | 0);
      if ((next() & 255) >= unknown) kernels.map[at] = (8 << 24) | colour(at % width, (at / width) | 0);
    }
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const value = colour(scene.x + 3 + (j & 7), scene.y - 2 + (j >> 3));
      this.rgb.set([value >>> 16, (value >>> 8) & 255, value & 255], 5 + 3 * j);
    }
    const whole = scene.whole && scene.x + 8 <= width && scene.y + 8 <= height;
    const place = { width, height, x: scene.x, y: scene.y, whole, side: 1, status: 0, cell: 0, columns: 1, moves: scene.moves };
    this.fastPlace = { ...place, map: kernels.map, reference: kernels.reference, places: kernels.places };
    const [map, reference, places] = [kernels.map.slice(), kernels.reference.slice(), new Int32Array(BLOCK_SAMPLES)];
    this.plainPlace = { ...place, map, reference, places };
    if (!whole) {
      for (let j = 0; j < BLOCK_SAMPLES; j++) places[j] = ((scene.y + (j >> 3)) % height) * width + ((scene.x + (j & 7)) % width);
      kernels.places.set(places);
    }
    this.motion.predict(0, 1);
    this.fast = new KernelBlocks(kernels);
    for (const blocks of [this.fast, this.plain]) blocks.advance(this.rgb);
  }

  /** Both give the same of this. */
  same<T>(what: (blocks: BlockArithmetic, place: BlockPlace) => T): T {
    const fast = what(this.fast, this.fastPlace);
    expect(fast).toEqual(what(this.plain, this.plainPlace));
    return fast;
  }

  sameLevels(): void {
    this.same(({ levels }) => levels.map((plane) => [...plane]));
  }

  sameColours(): void {
    this.same(({ coded }) => [...coded]);
    this.same((blocks, { map }) => {
      blocks.keep();
      return [...map];
    });
  }
}

describe('the kernels', () => {
  it('encode a block as plain TypeScript does, to the last bit', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const pair = new Pair(scene);
        const { step } = scene;
        const known = pair.same((blocks, place) => blocks.open(place));
        if (pair.same((blocks) => blocks.compare(5)) === 0 && known) return;
        pair.same((blocks) => blocks.changeOf());
        pair.same((blocks) => blocks.quantise(Prediction.place, step));
        pair.sameLevels();
        const prediction = pair.same((blocks) => blocks.choose(known, step, pair.motion));
        if (prediction === Prediction.motion) pair.same(({ motionX, motionY }) => [motionX, motionY]);
        pair.same((blocks) => blocks.quantise(prediction, step));
        pair.sameLevels();
        pair.same((blocks) => blocks.rebuild(prediction, step));
        pair.same((blocks) => blocks.errorOf());
        for (const limit of [40, 300, 1e9]) pair.same((blocks) => blocks.exactBits(limit));
        pair.sameColours();
      }),
      { numRuns: 400 },
    );
  });

  it('say what prediction will leave of a block as plain TypeScript does', () => {
    fc.assert(
      fc.property(scenes, ({ x, y, motionX, motionY, ...scene }) => {
        const { width, height } = scene;
        const [u, v] = [Math.min(x, width - 8), Math.min(y, height - 8)];
        const pair = new Pair({ ...scene, x: u, y: v, motionX, motionY });
        const { map, reference } = pair.fastPlace;
        reference.set(map);
        const set = createSampleSet(BLOCK_SAMPLES);
        appendBlock(scene, set, u, v, 8, 1);
        const known = new KnownColours(scene);
        const missAt = (shiftX: number, shiftY: number) => missOf(known, map, set, 0, pair.rgb.subarray(5), shiftX, shiftY);
        const [shiftX, shiftY] = [wrap(motionX, width), wrap(motionY, height)];
        const moved = pair.fast.missOf(5, u, v, (u + shiftX) % width, (v + shiftY) % height);
        expect(moved).toBe(Math.min(missAt(0, 0), missAt(shiftX, shiftY)));
      }),
      { numRuns: 300 },
    );
  });

  it('decode a block as plain TypeScript does, whatever its motion and its levels', () => {
    const level = fc.oneof(fc.constant(0), fc.integer({ min: -9, max: 9 }), fc.integer({ min: -16384, max: 16384 }));
    const planes = fc.array(fc.array(fc.tuple(fc.nat(63), level), { maxLength: 20 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(scenes, planes, fc.constantFrom(0, 1, 2), (scene, levels, prediction) => {
        const pair = new Pair(scene);
        pair.same((blocks, place) => blocks.open(place));
        pair.same((blocks) => {
          blocks.showSent();
          return [...blocks.coded];
        });
        pair.same((blocks) => {
          for (let p = 0; p < 3; p++) for (const [k, value] of levels[p]) blocks.levels[p][k] = value;
          blocks.predict(prediction as Prediction, scene.motionX, scene.motionY);
          blocks.rebuild(prediction as Prediction, scene.step);
        });
        pair.sameColours();
      }),
      { numRuns: 600 },
    );
  });

  it('give the same bytes and pictures over whole sessions', () => {
    const grid = { width: 104, height: 60 };
    const options = { grid, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS };
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 12 }), fc.boolean(), (seed, finest, budget) => {
        const frames = session(grid, seed, finest, budget);
        const open = (kernels: boolean) => ({
          encoder: new PixelPacketEncoder({ ...options, kernels }),
          decoder: new PixelPacketDecoder({ ...options, kernels, resolve: (id) => frames[id].samples }),
        });
        const fast = open(true);
        const plain = open(false);
        for (const frame of frames) {
          const packet = fast.encoder.encode([frame]);
          expect(packet).toEqual(plain.encoder.encode([frame]));
          expect(fast.decoder.decode(packet)).toEqual(plain.decoder.decode(packet));
        }
        expect(fast.decoder.save()).toEqual(plain.decoder.save());
      }),
      { numRuns: 12 },
    );
  });

  it('are not there where WebAssembly is missing, forbidden or out of memory: then the same bytes come without', async () => {
    const grid = { width: 64, height: 40 };
    const frames = session(grid, 3, 2, true);
    const options = { grid, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS };
    const expected = new PixelPacketEncoder(options).encode(frames);
    const refuse = () => {
      throw new Error('Refused to compile or instantiate WebAssembly');
    };
    for (const missing of [undefined, { ...WebAssembly, Module: refuse }, { ...WebAssembly, Module: Object, Memory: refuse }]) {
      vi.resetModules();
      vi.stubGlobal('WebAssembly', missing);
      try {
        const { BlockKernels: Anew } = await import('./BlockKernels.js');
        const { PixelPacketEncoder: Without } = await import('../packets/PixelPacketEncoder.js');
        expect(Anew.open(grid, true)).toBeNull();
        expect(new Without(options).encode(frames)).toEqual(expected);
      } finally {
        vi.unstubAllGlobals();
      }
    }
    expect(BlockKernels.open(grid, true)).not.toBeNull();
  });
});

describe('an encoder and a decoder', () => {
  it('compute in the kernels, unless they are told not to', () => {
    const grid = { width: 48, height: 40 };
    const frames = session(grid, 3, 4, true);
    const taken = vi.spyOn(KernelBlocks.prototype, 'open');
    try {
      for (const kernels of [undefined, true, false]) {
        taken.mockClear();
        const options = { grid, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS, kernels };
        const packet = new PixelPacketEncoder(options).encode(frames);
        const encoded = taken.mock.calls.length;
        new PixelPacketDecoder({ ...options, resolve: (id) => frames[id].samples }).decode(packet);
        expect([encoded > 0, taken.mock.calls.length > encoded]).toEqual(kernels === false ? [false, false] : [true, true]);
      }
    } finally {
      taken.mockRestore();
    }
  });
});

/** Frames of a rough world that moves past, with things of their own in it, as blocks of all levels. */
function session(grid: { width: number; height: number }, seed: number, finest: number, budget: boolean): SampledFrame[] {
  const next = dice(seed);
  const texture = Uint8Array.from({ length: 256 * 256 }, () => next() & 255);
  const at = (u: number, v: number) => texture[((v & 255) << 8) | (u & 255)];
  const speedX = (next() % 13) - 6;
  const speedY = (next() % 7) - 3;
  return Array.from({ length: 5 }, (_, frameId) => {
    const samples: SampleSet = createSampleSet(BLOCK_SAMPLES * 140);
    samples.quantiser = finest;
    if (budget) samples.budget = 700;
    for (let v = 0; v < grid.height; v += 8)
      for (let u = 0; u < grid.width; u += 8) if (next() % 5 > 0) appendBlock(grid, samples, u, v, 8, 1);
    for (let i = 0; i < 6; i++)
      appendBlock(grid, samples, next() % grid.width, next() % grid.height, 8 + (next() % 3), next() & 3);
    const rgb = new Uint8Array(3 * samples.count);
    for (let i = 0; i < samples.count; i++) {
      // Quarters of a pixel a frame, so that every phase comes up.
      const u = 4 * samples.u[i] + speedX * frameId;
      const v = 4 * samples.v[i] + speedY * frameId;
      const [x, y] = [u >> 2, v >> 2];
      const part = u & 3;
      const inside = samples.u[i] % 40 < 9 && samples.v[i] % 30 < 11;
      for (let c = 0; c < 3; c++) {
        const value = inside ? at(x >> 2, (y >> 2) + 9 * c) : ((4 - part) * at(x, y + c) + part * at(x + 1, y + c)) >> 3;
        rgb[3 * i + c] = value;
      }
    }
    const cameras = [{ id: 0, viewX: 3 * frameId, viewY: frameId, zoom: 1, rotation: 0, x: 0, y: 0, ...grid }];
    const state = { cameras, cameras3d: [], objects: [], values: [] };
    return { frameId, clientTime: 33 * frameId, requestId: frameId, state, samples, rgb };
  });
}
