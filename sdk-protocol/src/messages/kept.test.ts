import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { decodeKept, encodeKept, type KeptRecord, keptLength } from './kept.js';

const record = fc.record({
  kind: fc.constantFrom('coordinates' as const, 'pixels' as const, 'event' as const),
  time: fc.double({ min: Number.MIN_VALUE, max: 3_600_000, noNaN: true }),
  bytes: fc.uint8Array({ maxLength: 300 }),
});
const records = fc.array(record, { maxLength: 20 }).map((list) => [...list].sort((a, b) => a.time - b.time));

function codeOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return isSgapsError(error) ? error.code : String(error);
  }
}

describe('kept records', () => {
  it('come back as they were, in no more bytes than announced', () => {
    fc.assert(
      fc.property(records, (list) => {
        const message = encodeKept(list);
        expect(message.length).toBeLessThanOrEqual(list.reduce((sum, one) => sum + keptLength(one), 0));
        expect(decodeKept(message)).toEqual(list);
      }),
    );
  });

  it('never crash, hang or grow a reader of random or mutated bytes', () => {
    fc.assert(
      fc.property(records, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), fc.nat(), (list, changes, cut) => {
        const bytes = encodeKept(list).slice();
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        const given = cut % 3 === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes;
        const code = codeOf(() => {
          const read = decodeKept(given);
          expect(read.reduce((sum, one) => sum + one.bytes.length, 0)).toBeLessThanOrEqual(given.length);
        });
        expect([null, 'BYTES_TRUNCATED', 'BYTES_MALFORMED', 'LIMIT_EXCEEDED']).toContain(code);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect([null, 'BYTES_TRUNCATED', 'BYTES_MALFORMED', 'LIMIT_EXCEEDED']).toContain(codeOf(() => decodeKept(bytes)));
      }),
    );
  });

  it('refuse what is too large, of no kind, or runs backwards in time', () => {
    const large: KeptRecord = { kind: 'pixels', time: 0, bytes: new Uint8Array(LIMITS.keptBytes) };
    expect(codeOf(() => encodeKept([large]))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(() => decodeKept(new Uint8Array(LIMITS.keptBytes + 1)))).toBe('LIMIT_EXCEEDED');
    const early: KeptRecord = { kind: 'event', time: 1, bytes: new Uint8Array(0) };
    expect(codeOf(() => decodeKept(encodeKept([{ ...early, time: 2 }, early])))).toBe('BYTES_MALFORMED');
    expect(codeOf(() => decodeKept(encodeKept([{ ...early, time: Number.NaN }])))).toBe('BYTES_MALFORMED');
    const unknown = encodeKept([early]).slice();
    unknown[0] = 3;
    expect(codeOf(() => decodeKept(unknown))).toBe('BYTES_MALFORMED');
  });
});
