import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { codeSigned, codeUnsigned, createModel, type RangeCoder, SIGNED_MODEL, UNSIGNED_MODEL } from './RangeCoder.js';
import { RangeDecoder } from './RangeDecoder.js';
import { RangeEncoder } from './RangeEncoder.js';

type Step =
  | { kind: 'bit'; value: number }
  | { kind: 'uniform'; value: number; total: number }
  | { kind: 'unsigned'; value: number }
  | { kind: 'signed'; value: number }
  | { kind: 'symbol'; value: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('bit' as const), value: fc.integer({ min: 0, max: 1 }) }),
  fc.integer({ min: 1, max: 65536 }).chain((total) =>
    fc.record({
      kind: fc.constant('uniform' as const),
      value: fc.integer({ min: 0, max: total - 1 }),
      total: fc.constant(total),
    }),
  ),
  fc.record({
    kind: fc.constant('unsigned' as const),
    value: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 0xffffffff })),
  }),
  fc.record({
    kind: fc.constant('signed' as const),
    value: fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -0x80000000, max: 0x7fffffff })),
  }),
  fc.record({ kind: fc.constant('symbol' as const), value: fc.integer({ min: 0, max: 255 }) }),
);

function run(coder: RangeCoder, steps: readonly Step[]): number[] {
  const model = createModel(1 + UNSIGNED_MODEL + SIGNED_MODEL + 256);
  const given = (value: number) => (coder.encoding ? value : 0);
  return steps.map((one) => {
    if (one.kind === 'bit') return coder.bit(model, 0, given(one.value));
    if (one.kind === 'uniform') return coder.uniform(given(one.value), one.total);
    if (one.kind === 'unsigned') return codeUnsigned(coder, model, 1, given(one.value));
    if (one.kind === 'signed') return codeSigned(coder, model, 1 + UNSIGNED_MODEL, given(one.value));
    return coder.symbol(model, 1 + UNSIGNED_MODEL + SIGNED_MODEL, 8, given(one.value));
  });
}

describe('range coder', () => {
  it('gives back what was coded, and ends where it ended', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const encoder = new RangeEncoder(16);
        run(encoder, steps);
        const decoder = new RangeDecoder(encoder.finish());
        expect(run(decoder, steps)).toEqual(steps.map((one) => one.value));
        decoder.end();
      }),
      { numRuns: 300 },
    );
  });

  it('carries through long runs of full bytes', () => {
    for (let head = 0; head < 64; head++) {
      const steps: Step[] = Array.from({ length: 40 }, (_, i) => ({
        kind: 'uniform',
        value: i < 30 ? 65535 - (i % 7 === 6 ? head : 0) : i * 1000,
        total: 65536,
      }));
      const encoder = new RangeEncoder();
      encoder.uniform(head, 65);
      run(encoder, steps);
      const decoder = new RangeDecoder(encoder.finish());
      expect(decoder.uniform(0, 65)).toBe(head);
      expect(run(decoder, steps)).toEqual(steps.map((one) => one.value));
    }
  });

  it('codes close to the entropy', () => {
    const encoder = new RangeEncoder();
    const model = createModel(1);
    for (let i = 0; i < 80_000; i++) encoder.bit(model, 0, i % 10 === 0 ? 1 : 0);
    // 0.469 bits each, and 3 % for never ceasing to adapt (MODEL_LIMIT).
    expect(encoder.finish().length).toBeLessThan((80_000 * 0.469 * 1.03) / 8);
    const still = createModel(1);
    encoder.reset();
    for (let i = 0; i < 80_000; i++) encoder.bit(still, 0, 0);
    expect(encoder.finish().length).toBeLessThan(10);
  });

  it('reads at most 4 bytes past the end, then throws, and refuses bytes left over', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const decoder = new RangeDecoder(bytes);
        const model = createModel(UNSIGNED_MODEL);
        let caught: unknown;
        try {
          for (let i = 0; i < 100_000; i++) decoder.uniform(0, 256);
        } catch (error) {
          caught = error;
        }
        expect(isSgapsError(caught) && (caught.code === 'BYTES_TRUNCATED' || caught.code === 'BYTES_MALFORMED')).toBe(true);
        expect(model.length).toBe(UNSIGNED_MODEL);
      }),
    );
    expect(() => new RangeDecoder(new Uint8Array(5)).end()).toThrow('more than were coded');
  });

  it('ends also where every bit is as likely as can be', () => {
    const decoder = new RangeDecoder(new Uint8Array(0));
    const model = createModel(1);
    let bits = 0;
    const readAll = () => {
      for (; bits < 10_000_000; bits++) decoder.bit(model, 0);
    };
    expect(readAll).toThrow(expect.objectContaining({ code: 'BYTES_TRUNCATED' }));
    // An archive's group of nothing but zeros is read to its end; a stream is not read for ever.
    expect(bits).toBeGreaterThan(10_000);
  });
});
