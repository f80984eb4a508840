import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { DEFAULT_TIER_BITS } from '../pixels/PixelModel.js';
import { appendBlock } from '../samples/blockPlaces.js';
import { carriesDepth, NO_DEPTH } from '../samples/depthCode.js';
import { createSampleSet, SampleKind, type SampleSet } from '../samples/SampleSet.js';
import type { FrameState } from '../state/FrameState.js';
import { PixelPacketDecoder } from './PixelPacketDecoder.js';
import { PixelPacketEncoder, type SampledFrame } from './PixelPacketEncoder.js';

const grid = { width: 48, height: 32 };
const shape = { grid, schema: { values: [] }, tierBits: DEFAULT_TIER_BITS };
const state: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };

const sample = fc.record({
  u: fc.integer({ min: 0, max: 47 }),
  v: fc.integer({ min: 0, max: 31 }),
  kind: fc.constantFrom(0, 0, 0, 0, 2),
  tier: fc.integer({ min: 0, max: 3 }),
  colour: fc.constantFrom(0, 90, 255),
  depth: fc.oneof(fc.constantFrom(0, 1, 400, 401, 403, 1023), fc.integer({ min: 0, max: 1023 })),
});
const frames = fc
  .array(fc.record({ samples: fc.array(sample, { maxLength: 80 }), has: fc.constantFrom(true, true, true, false) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((list) =>
    list.map(({ samples, has }, frameId): SampledFrame => {
      const set = createSampleSet(samples.length);
      set.count = samples.length;
      samples.forEach(({ u, v, kind, tier }, i) => {
        set.u[i] = u;
        set.v[i] = v;
        set.kind[i] = kind;
        set.tier[i] = tier;
      });
      const rgb = Uint8Array.from({ length: 3 * samples.length }, (_, i) => samples[Math.floor(i / 3)].colour);
      const depth = has ? Uint16Array.from(samples, (one) => one.depth) : null;
      return { frameId, clientTime: frameId * 33, requestId: frameId, state, samples: set, rgb, depth };
    }),
  );

/** What must come back: nothing for means, nor for most pixels of a block. */
const carried = ({ samples: { kind, u, v }, depth }: SampledFrame) =>
  depth?.map((code, i) => (carriesDepth(kind[i], u[i], v[i]) ? code : NO_DEPTH));

function pair(depth: boolean) {
  const sets = new Map<number, SampleSet>();
  const encoder = new PixelPacketEncoder({ ...shape, depth });
  const decoder = () => new PixelPacketDecoder({ ...shape, depth, resolve: (id) => sets.get(id) });
  return { sets, encoder, decoder };
}

const codeOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return isSgapsError(error) ? error.code : error;
  }
  return 'none';
};

describe('depth in pixel packets', () => {
  it('comes back exactly, for points, in the frames that have it, however they are batched', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 8 }), (list, batch) => {
        const { sets, encoder, decoder } = pair(true);
        const reader = decoder();
        const plain = pair(false);
        for (const frame of list) {
          sets.set(frame.frameId, frame.samples);
          plain.sets.set(frame.frameId, frame.samples);
        }
        const without = plain.decoder();
        for (let at = 0; at < list.length; at += batch) {
          const sent = list.slice(at, at + batch);
          const got = reader.decode(encoder.encode(sent));
          expect(got.map(({ values }) => values.depth)).toEqual(sent.map(carried));
          const colours = without.decode(plain.encoder.encode(sent));
          expect(got.map(({ values }) => [values.rgb, values.bits])).toEqual(
            colours.map(({ values }) => [values.rgb, values.bits]),
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  it('comes with one pixel of a block, wherever the block lies', () => {
    fc.assert(
      fc.property(fc.nat(47), fc.nat(31), fc.constantFrom(SampleKind.block0, SampleKind.block1), (u, v, kind) => {
        const { sets, encoder, decoder } = pair(true);
        const samples = createSampleSet(64);
        appendBlock(grid, samples, u, v, kind, 1);
        sets.set(0, samples);
        const depth = Uint16Array.from({ length: 64 }, (_, i) => 500 + i);
        const frame = { frameId: 0, clientTime: 0, requestId: 0, state, samples, rgb: new Uint8Array(192).fill(90), depth };
        const got = decoder().decode(encoder.encode([frame]))[0].values.depth;
        expect(got).toEqual(carried(frame));
        const count = got?.filter((code) => code !== NO_DEPTH).length;
        if (kind === SampleKind.block1) expect(count).toBe(0);
        else if (u <= 40 && v <= 24) expect(count).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  it('costs not a byte where it is off, and none where no frame has any', () => {
    fc.assert(
      fc.property(frames, (list) => {
        const bare = list.map(({ depth, ...frame }) => frame);
        const want = new PixelPacketEncoder(shape).encode(bare);
        expect(new PixelPacketEncoder({ ...shape, depth: false }).encode(list)).toEqual(want);
        expect(new PixelPacketEncoder({ ...shape, depth: true }).encode(bare)).toEqual(want);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on exactly from a snapshot, the depths known so far included', () => {
    fc.assert(
      fc.property(frames, frames, (before, after) => {
        const { sets, encoder, decoder } = pair(true);
        const reader = decoder();
        for (const frame of before) {
          sets.set(frame.frameId, frame.samples);
          reader.decode(encoder.encode([frame]));
        }
        const snapshot = reader.save();
        const second = decoder();
        second.decode(new PixelPacketEncoder({ ...shape, depth: true }).encode([before[0]]));
        second.restore(snapshot);
        expect(second.save()).toEqual(snapshot);
        for (const frame of after) {
          const frameId = frame.frameId + before.length;
          sets.set(frameId, frame.samples);
          const bytes = encoder.encode([{ ...frame, frameId, requestId: frameId }]);
          const [got] = second.decode(bytes);
          expect(got.values.depth).toEqual(carried(frame));
          expect([got]).toEqual(reader.decode(bytes));
        }
        expect(second.save()).toEqual(reader.save());
      }),
      { numRuns: 60 },
    );
  });

  it('starts afresh after a reset', () => {
    const { sets, encoder, decoder } = pair(true);
    const [list] = fc.sample(frames, { numRuns: 1, seed: 5 });
    const reader = decoder();
    for (const frame of list) sets.set(frame.frameId, frame.samples);
    const first = encoder.encode(list);
    encoder.reset();
    reader.decode(first);
    expect(encoder.encode(list)).toEqual(first);
    expect(reader.decode(first).map(({ values }) => values.depth)).toEqual(list.map(carried));
  });

  it('is refused where it was not agreed, and when it cannot be coded', () => {
    const set = createSampleSet(2);
    set.count = 2;
    set.kind[1] = 2;
    const frame = { frameId: 0, clientTime: 0, requestId: 0, state, samples: set, rgb: new Uint8Array(6) };
    const encoder = new PixelPacketEncoder({ ...shape, depth: true });
    expect(codeOf(() => encoder.encode([{ ...frame, depth: Uint16Array.of(5) }]))).toBe('ARGUMENT_INVALID');
    expect(codeOf(() => encoder.encode([{ ...frame, depth: Uint16Array.of(1024, 0) }]))).toBe('ARGUMENT_INVALID');
    const packet = encoder.encode([{ ...frame, depth: Uint16Array.of(1023, 5000) }]);
    const open = (depth: boolean) => new PixelPacketDecoder({ ...shape, depth, resolve: () => set });
    expect(codeOf(() => open(false).decode(packet))).toBe('BYTES_MALFORMED');
    expect(open(true).decode(packet)[0].values.depth).toEqual(Uint16Array.of(1023, NO_DEPTH));
  });

  it('never crashes or hangs a decoder, whatever bytes the packet or a snapshot hold', () => {
    const attempt = (run: () => unknown) => {
      const code = codeOf(run);
      if (typeof code !== 'string') throw code;
    };
    fc.assert(
      fc.property(
        frames,
        fc.uint8Array({ maxLength: 127 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (list, noise, at, flip) => {
          const { sets, encoder, decoder } = pair(true);
          for (const frame of list) sets.set(frame.frameId, frame.samples);
          const bytes = encoder.encode(list);
          const reader = decoder();
          reader.decode(bytes);
          const snapshot = reader.save();
          bytes[at % bytes.length] ^= flip;
          attempt(() => {
            for (const { values, samples } of reader.decode(bytes)) {
              if (!values.depth) continue;
              expect(values.depth.length).toBe(samples.count);
              expect(values.depth.every((code) => code <= 1023 || code === NO_DEPTH)).toBe(true);
            }
          });
          attempt(() => reader.decode(bytes.subarray(0, at % bytes.length)));
          attempt(() => reader.decode(Uint8Array.of(2, 3 | (at << 4), 0, 0, noise.length, ...noise)));
          snapshot[at % snapshot.length] ^= flip;
          attempt(() => reader.restore(snapshot));
          attempt(() => reader.decode(new PixelPacketEncoder({ ...shape, depth: true }).encode(list)));
          attempt(() => reader.restore(snapshot.subarray(0, at % snapshot.length)));
          attempt(() => reader.restore(noise));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('costs about a bit per scattered sample of a slanted plane that stands still, under four of one that comes nearer', () => {
    const large = { width: 320, height: 180 };
    const price = (speed: number) => {
      const encode = (depth: boolean) => {
        const encoder = new PixelPacketEncoder({ ...shape, grid: large, depth });
        let seed = 1;
        let bytes = 0;
        for (let t = 0; t < 60; t++) {
          const keys = new Set<number>();
          while (keys.size < 576) {
            seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
            keys.add(seed % 57_600);
          }
          const samples = createSampleSet(576);
          for (const key of [...keys].sort((a, b) => a - b)) {
            samples.u[samples.count] = key % 320;
            samples.v[samples.count++] = Math.floor(key / 320);
          }
          const codes = Uint16Array.from({ length: 576 }, (_, i) =>
            Math.round(900 - 2 * samples.v[i] - samples.u[i] / 4 - speed * t),
          );
          const rgb = new Uint8Array(3 * 576);
          const packet = encoder.encode([{ frameId: t, clientTime: t * 33, requestId: t, state, samples, rgb, depth: codes }]);
          if (t >= 30) bytes += packet.length;
        }
        return bytes;
      };
      return ((encode(true) - encode(false)) * 8) / 576 / 30;
    };
    expect(price(0)).toBeLessThan(1.3);
    expect(price(1)).toBeLessThan(4);
  });
});
