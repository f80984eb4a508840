import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { DEFAULT_TIER_BITS, type TierBits } from '../pixels/PixelModel.js';
import { createSampleSet, type SampleSet } from '../samples/SampleSet.js';
import type { FrameState, StateSchema } from '../state/FrameState.js';
import { quantiseFrameState } from '../state/StateModel.js';
import { pixelPacketSpan } from './PixelPacket.js';
import { PixelPacketDecoder } from './PixelPacketDecoder.js';
import { PixelPacketEncoder, type SampledFrame } from './PixelPacketEncoder.js';

const grid = { width: 64, height: 36 };
const schema: StateSchema = { values: [{ name: 'score', type: 'int' }] };

const stateAt = (viewX: number, viewY: number, score: number): FrameState => ({
  cameras: [{ id: 0, viewX, viewY, zoom: 1, rotation: 0, x: 0, y: 0, width: 64, height: 36 }],
  cameras3d: [],
  objects: [],
  values: [score],
});

interface Sample {
  u: number;
  v: number;
  kind: number;
  tier: number;
  colour: number;
}
const sample: fc.Arbitrary<Sample> = fc.record({
  u: fc.integer({ min: 0, max: 63 }),
  v: fc.integer({ min: 0, max: 35 }),
  kind: fc.integer({ min: 0, max: 4 }),
  tier: fc.integer({ min: 0, max: 3 }),
  colour: fc.oneof(fc.constantFrom(0, 0xffffff, 0x2040ff, 0x2141fe), fc.integer({ min: 0, max: 0xffffff })),
});

function frameOf(frameId: number, samples: readonly Sample[], state: FrameState): SampledFrame {
  const set = createSampleSet(samples.length);
  const rgb = new Uint8Array(3 * samples.length);
  samples.forEach(({ u, v, kind, tier, colour }, i) => {
    set.u[i] = u;
    set.v[i] = v;
    set.kind[i] = kind;
    set.tier[i] = tier;
    rgb.set([colour >>> 16, (colour >>> 8) & 255, colour & 255], 3 * i);
  });
  set.count = samples.length;
  return { frameId, clientTime: frameId * 33.3, requestId: frameId, state, samples: set, rgb };
}

const frames = fc
  .array(
    fc.record({
      samples: fc.array(sample, { maxLength: 60 }),
      x: fc.integer({ min: -3000, max: 3000 }),
      y: fc.integer({ min: -9, max: 9 }),
      score: fc.integer(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) => list.map(({ samples, x, y, score }, i) => frameOf(i, samples, stateAt(x / 8, y, score))));
const tierBits = fc.tuple(
  ...Array.from({ length: 4 }, () => fc.integer({ min: 3, max: 8 })),
) as unknown as fc.Arbitrary<TierBits>;

function pair(bits: TierBits = DEFAULT_TIER_BITS) {
  const sets = new Map<number, SampleSet>();
  const encoder = new PixelPacketEncoder({ grid, schema, tierBits: bits });
  const decoder = () => new PixelPacketDecoder({ grid, schema, tierBits: bits, resolve: (id) => sets.get(id) });
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

describe('pixel packets', () => {
  it('give each sample within its cell, at the precision promised or better, and the quantised state', () => {
    fc.assert(
      fc.property(frames, tierBits, (list, bits) => {
        const { sets, encoder, decoder } = pair(bits);
        const reader = decoder();
        for (const frame of list) {
          sets.set(frame.frameId, frame.samples);
          const [got] = reader.decode(encoder.encode([frame]));
          expect([got.frameId, got.requestId, got.samples]).toEqual([frame.frameId, frame.frameId, frame.samples]);
          expect(Math.abs(got.clientTime - frame.clientTime)).toBeLessThanOrEqual(0.0501);
          expect(got.state).toEqual(quantiseFrameState(frame.state, schema));
          for (let i = 0; i < frame.samples.count; i++) {
            const precision = got.values.bits[i];
            expect(precision).toBeGreaterThanOrEqual(bits[frame.samples.tier[i]]);
            const middle = precision === 8 ? 0 : 128 >> precision;
            for (let k = 3 * i; k < 3 * i + 3; k++)
              expect(got.values.rgb[k]).toBe(((frame.rgb[k] >> (8 - precision)) << (8 - precision)) + middle);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('carry several frames, frames without samples, and gaps in frame ids', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 1_000_000 }), (list, gap) => {
        const { sets, encoder, decoder } = pair();
        const sent = list.map((frame, i) => ({ ...frame, frameId: i * gap, requestId: i % 3 === 1 ? null : frame.frameId }));
        for (const frame of list) sets.set(frame.frameId, frame.samples);
        const packet = encoder.encode(sent);
        expect(pixelPacketSpan(packet)).toEqual({
          firstFrame: 0,
          lastFrame: sent[sent.length - 1].frameId,
          frames: sent.length,
          reset: true,
          digest: false,
        });
        const got = decoder().decode(packet);
        expect(got.map(({ frameId, requestId }) => [frameId, requestId])).toEqual(
          sent.map(({ frameId, requestId }) => [frameId, requestId]),
        );
        expect(got.map(({ values }) => values.bits.length)).toEqual(
          sent.map(({ requestId, samples }) => (requestId === null ? 0 : samples.count)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('name their frames in the clear, and are refused when they hold others', () => {
    const { sets, encoder, decoder } = pair();
    const [frame] = fc.sample(frames, 1)[0];
    const sent = [300, 301, 305].map((frameId) => ({ ...frame, frameId, requestId: null }));
    sets.set(frame.frameId, frame.samples);
    const packet = encoder.encode(sent);
    expect(pixelPacketSpan(packet)).toMatchObject({ firstFrame: 300, lastFrame: 305, frames: sent.length });
    // version, flags, two bytes of the first id, frames skipped
    expect(packet[4]).toBe(3);
    packet[4] = 4;
    expect(pixelPacketSpan(packet)).toMatchObject({ firstFrame: 300, lastFrame: 306, frames: sent.length });
    expect(codeOf(() => decoder().decode(packet))).toBe('BYTES_MALFORMED');
  });

  it('give no frames for bytes that are no packet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 16 }), (bytes) => {
        const span = pixelPacketSpan(bytes);
        if (span === null) return;
        expect(span.firstFrame).toBeLessThanOrEqual(span.lastFrame);
        expect(span.lastFrame).toBeLessThan(0xffffffff);
      }),
    );
    expect(pixelPacketSpan(Uint8Array.of(3, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0))).toEqual({
      firstFrame: 0xfffffffe,
      lastFrame: 0xfffffffe,
      frames: 1,
      reset: true,
      digest: false,
    });
    expect(pixelPacketSpan(Uint8Array.of(3, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0))).toBeNull();
    expect(pixelPacketSpan(Uint8Array.of(3, 17, 0xff, 0xff, 0xff, 0xff, 0x0f, 0))).toBeNull();
    expect(pixelPacketSpan(Uint8Array.of(1, 1, 0, 0))).toBeNull();
  });

  it('go on exactly from a snapshot', () => {
    fc.assert(
      fc.property(frames, frames, (before, after) => {
        const { sets, encoder, decoder } = pair();
        const reader = decoder();
        for (const frame of before) {
          sets.set(frame.frameId, frame.samples);
          reader.decode(encoder.encode([frame]));
        }
        const snapshot = reader.save();
        const second = decoder();
        second.decode(
          new PixelPacketEncoder({ grid, schema, tierBits: DEFAULT_TIER_BITS }).encode([{ ...before[0], requestId: null }]),
        );
        second.restore(snapshot);
        expect(second.save()).toEqual(snapshot);
        for (const frame of after) {
          const frameId = frame.frameId + before.length;
          sets.set(frameId, frame.samples);
          const bytes = encoder.encode([{ ...frame, frameId, requestId: frameId }]);
          expect(second.decode(bytes)).toEqual(reader.decode(bytes));
        }
        expect(second.save()).toEqual(reader.save());
      }),
      { numRuns: 60 },
    );
  });

  it('start afresh after a reset, and refuse all else after a broken packet', () => {
    const { sets, encoder, decoder } = pair();
    const reader = decoder();
    const samples = Array.from({ length: 20 }, (_, i) => ({ u: i, v: i, kind: 0, tier: 0, colour: i * 7777 }));
    const next = (id: number) => {
      const frame = frameOf(id, samples, stateAt(0, 0, id));
      sets.set(id, frame.samples);
      return encoder.encode([frame]);
    };
    const first = next(0);
    expect(codeOf(() => decoder().decode(next(1)))).toBe('OUT_OF_ORDER');
    reader.decode(first);
    expect(codeOf(() => reader.decode(first.subarray(0, first.length - 1)))).toBe('BYTES_TRUNCATED');
    expect(codeOf(() => reader.decode(next(2)))).toBe('OUT_OF_ORDER');
    encoder.reset();
    const restarted = frameOf(0, samples, stateAt(0, 0, 9));
    sets.set(0, restarted.samples);
    expect(reader.decode(encoder.encode([restarted]))[0].state.values).toEqual([9]);
  });

  it('say OUT_OF_ORDER for a request that was never made', () => {
    const { encoder, decoder } = pair();
    const bytes = encoder.encode([frameOf(5, [{ u: 1, v: 1, kind: 0, tier: 0, colour: 5 }], stateAt(0, 0, 0))]);
    expect(codeOf(() => decoder().decode(bytes))).toBe('OUT_OF_ORDER');
  });

  it('are refused at the source when they cannot be coded, without harm to the stream', () => {
    const { sets, encoder, decoder } = pair();
    const reader = decoder();
    const good = frameOf(3, [{ u: 1, v: 1, kind: 0, tier: 0, colour: 5 }], stateAt(0, 0, 0));
    sets.set(3, good.samples).set(4, good.samples);
    reader.decode(encoder.encode([good]));
    const bad = (more: Partial<Sample>) =>
      codeOf(() => encoder.encode([frameOf(4, [{ u: 1, v: 1, kind: 0, tier: 0, colour: 5, ...more }], stateAt(0, 0, 0))]));
    expect([bad({ u: 64 }), bad({ v: 36 }), bad({ kind: 8 }), bad({ kind: 7 }), bad({ tier: 4 })]).toEqual([
      'ARGUMENT_INVALID',
      'ARGUMENT_INVALID',
      'ARGUMENT_INVALID',
      'UNSUPPORTED',
      'ARGUMENT_INVALID',
    ]);
    expect(codeOf(() => encoder.encode([]))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => encoder.encode([good]))).toBe('OUT_OF_ORDER');
    expect(codeOf(() => encoder.encode([{ ...good, frameId: 4, rgb: new Uint8Array(2) }]))).toBe('ARGUMENT_INVALID');
    expect(codeOf(() => encoder.encode([{ ...good, frameId: 0.5 }]))).toBe('ARGUMENT_INVALID');
    expect(codeOf(() => new PixelPacketEncoder({ grid, schema, tierBits: [2, 8, 8, 8] }))).toBe('ARGUMENT_INVALID');
    expect(reader.decode(encoder.encode([{ ...good, frameId: 4, requestId: 4 }]))[0].frameId).toBe(4);
  });

  it('never crash or hang a decoder, whatever bytes they or a snapshot hold', () => {
    const attempt = (run: () => unknown) => {
      const code = codeOf(run);
      if (typeof code !== 'string') throw code;
    };
    fc.assert(
      fc.property(
        frames,
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (list, noise, at, flip) => {
          const { sets, encoder, decoder } = pair();
          for (const frame of list) sets.set(frame.frameId, frame.samples);
          const bytes = encoder.encode(list);
          const reader = decoder();
          reader.decode(bytes);
          const snapshot = reader.save();
          bytes[at % bytes.length] ^= flip;
          attempt(() => reader.decode(bytes));
          attempt(() => reader.decode(bytes.subarray(0, at % bytes.length)));
          attempt(() => reader.decode(Uint8Array.of(3, 1 | (at << 4), noise.length & 127, ...noise.subarray(0, 127))));
          snapshot[at % snapshot.length] ^= flip;
          attempt(() => reader.restore(snapshot));
          const after = new PixelPacketEncoder({ grid, schema, tierBits: DEFAULT_TIER_BITS });
          after.encode(list);
          attempt(() => reader.decode(after.encode([{ ...list[0], frameId: list.length, requestId: 0 }])));
          attempt(() => reader.restore(snapshot.subarray(0, at % snapshot.length)));
          attempt(() => reader.restore(noise));
        },
      ),
      { numRuns: 200 },
    );
    const reader = pair().decoder();
    expect(codeOf(() => reader.decode(new Uint8Array(LIMITS.pixelPacketBytes + 1)))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => reader.decode(Uint8Array.of(9, 1, 0)))).toBe('VERSION_UNSUPPORTED');
  });
});

describe('the price of a sample', () => {
  const large = { width: 320, height: 180 };
  const random = (() => {
    let state = 11;
    return () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 0x100000000;
    };
  })();

  /** Mean bytes of a steady frame of 576 samples, the tiers 10/20/30/40 %. */
  function price(colour: (u: number, v: number, t: number) => number, bits: TierBits, fixed: boolean, scroll = 0): number {
    const encoder = new PixelPacketEncoder({ grid: large, schema, tierBits: bits });
    let set = createSampleSet(576);
    let total = 0;
    for (let t = 0; t < 90; t++) {
      if (t === 0 || !fixed) {
        set = createSampleSet(576);
        const keys = Array.from({ length: 576 }, () => Math.floor(random() * 57_600));
        const groups = [keys.slice(0, 58), keys.slice(58, 173), keys.slice(173, 346), keys.slice(346)].map((group) =>
          group.sort((a, b) => a - b),
        );
        groups.forEach((group, tier) => {
          for (const key of group) {
            set.u[set.count] = key % 320;
            set.v[set.count] = Math.floor(key / 320);
            set.tier[set.count++] = tier;
          }
        });
      }
      const rgb = new Uint8Array(3 * 576);
      for (let i = 0; i < 576; i++) {
        const value = colour(set.u[i] + Math.round(scroll * t), set.v[i], t);
        rgb.set([value >>> 16, (value >>> 8) & 255, value & 255], 3 * i);
      }
      const bytes = encoder.encode([
        { frameId: t, clientTime: t * 33, requestId: t, state: stateAt(scroll * t, 0, 0), samples: set, rgb },
      ]);
      if (t >= 30) total += bytes.length;
    }
    return total / 60;
  }
  const palette = [0x141428, 0xc83c3c, 0x3cc850, 0xf0dc5a, 0x5a5ac8, 0xffffff, 0x785028, 0x1e78a0];
  const art = (u: number, v: number) =>
    palette[
      ((Math.imul((u >> 4) * 7919 + (v >> 4) * 104729, 0x9e3779b1) >>> 28) +
        (Math.imul(((u >> 1) & 7) * 13 + ((v >> 1) & 7), 0x9e3779b1) >>> 30)) &
        7
    ];
  const noise = () => Math.floor(random() * 0x1000000);

  it('576 of which 75 % are unchanged cost well under 900 bytes, even if the rest is noise', () => {
    const quarter = (u: number, v: number, t: number) =>
      Math.imul(u * 31 + v * 17 + t * 101, 0x9e3779b1) >>> 30 === 0 ? noise() : art(u, v);
    expect(price(quarter, DEFAULT_TIER_BITS, true)).toBeLessThan(600);
    expect(price(quarter, [8, 8, 8, 8], true)).toBeLessThan(900);
  });

  it('pixel art costs a few bits exact, and no more while it scrolls than what comes into view', () => {
    expect((price(art, [8, 8, 8, 8], false) * 8) / 576).toBeLessThan(4);
    expect((price(art, [8, 8, 8, 8], false, 1) * 8) / 576).toBeLessThan(4);
    expect((price(art, [8, 8, 8, 8], true) * 8) / 576).toBeLessThan(0.1);
  });

  it('noise costs little more than its bits', () => {
    expect((price(noise, [8, 8, 8, 8], false) * 8) / 576).toBeLessThan(24 * 1.17);
    expect((price(noise, [3, 3, 3, 3], false) * 8) / 576).toBeLessThan(9 * 1.2);
  });
});
