import fc from 'fast-check';
import { Packr, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { assertPlainMsgpack } from './plainMsgpack.js';

/** As `@colyseus/sdk` packs, with records, and as servers do. */
const packers = [new Packr(), new Packr({ useRecords: false })];

function refusal(bytes: Uint8Array): string {
  try {
    assertPlainMsgpack(bytes);
  } catch (error) {
    if (!isSgapsError(error)) throw error;
    return `${error.code} ${error.message}`;
  }
  return 'taken';
}

describe('assertPlainMsgpack', () => {
  it('takes what clients pack of values that JSON can say, and undefined and times', () => {
    const plain = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.string(),
        fc.double(),
        fc.integer(),
        fc.boolean(),
        fc.constantFrom(null, undefined),
        fc.date({ noInvalidDate: true }),
        fc.uint8Array(),
        fc.array(tie('value'), { maxLength: 20 }),
        fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 20 }),
      ),
    })).value;
    fc.assert(
      fc.property(plain, fc.constantFrom(...packers), (value, packer) => {
        expect(refusal(packer.pack(value))).toBe('taken');
      }),
    );
    const same = Array.from({ length: 100 }, (_, i) => ({ x: i, y: { deep: i } }));
    for (const packer of packers) expect(refusal(packer.pack(same))).toBe('taken');
  });

  it('takes nothing that unpacks to far more than it was', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc
        .constantFrom([0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61], [0x40], [0xdd, 0xff, 0xff, 0xff, 0xff], [0xc7, 0xff, 0], [0x93])
        .map((list) => Uint8Array.from(list)),
      fc.object({ maxDepth: 2 }).map((value) => Uint8Array.from(packers[0].pack(value))),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const bytes = Uint8Array.from(pieces.flatMap((part) => [...part]));
        if (refusal(bytes) !== 'taken') return;
        let value: unknown;
        try {
          value = unpack(bytes);
        } catch (error) {
          // A server lets go of a client that sends such things. Not for want of memory.
          expect(error).not.toBeInstanceOf(RangeError);
          return;
        }
        const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? 0 : part)) ?? '';
        expect(text.length).toBeLessThan(100 * (bytes.length + 1));
      }),
    );
  });

  it.each([
    ['parts that are shared', [0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1]],
    ['strings in a bundle', [0xd6, 0x62, 0, 0, 0, 9]],
    ['a regular expression', [0xd4, 0x78, 0, 0x92, 0xa1, 0x61, 0xa1, 0x67]],
    ['an error', [0xd4, 0x65, 0, 0x92, 0xa1, 0x61, 0xa1, 0x67]],
    ['a set', [0xd4, 0x73, 0, 0x90]],
    ['a typed array', [0xc7, 3, 0x74, 0, 1, 2]],
    ['a number of any length', [0xc7, 2, 0x42, 1, 2]],
    ['an extension of 4 GB', [0xc9, 0xff, 0xff, 0xff, 0xff, 0]],
    ['a record beyond numbers', [0xd4, 0x72, 0x20, 0x91, 0xa1, 0x61, 1]],
    ['a record without keys', [0xd4, 0x72, 0x40, 0xa1, 0x61, 1]],
    ['a code that is none', [0xc1]],
  ])('refuses %s', (_, bytes) => {
    expect(refusal(Uint8Array.from(bytes))).toMatch(/^BYTES_MALFORMED/);
  });

  it('refuses counts beyond the bytes that are there, and nesting beyond 64', () => {
    expect(refusal(Uint8Array.of(0xdd, 0x01, 0xff, 0xff, 0xff, 1))).toMatch(/^BYTES_TRUNCATED/);
    expect(refusal(Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff, 1))).toMatch(/^BYTES_TRUNCATED/);
    expect(refusal(Uint8Array.of(0xd4, 0x72, 0x40, 0xdc, 0xff, 0xff, 1))).toMatch(/^BYTES_TRUNCATED/);
    expect(refusal(new Uint8Array(65).fill(0x91))).toMatch(/^LIMIT_EXCEEDED|^BYTES_TRUNCATED/);
    expect(refusal(new Uint8Array(60_000).fill(0x91))).toMatch(/^LIMIT_EXCEEDED/);
  });
});
