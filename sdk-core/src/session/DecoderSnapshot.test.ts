import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDecoderSnapshot, encodeDecoderSnapshot } from './DecoderSnapshot.js';

const snapshot = fc.record({
  codec: fc.uint8Array({ maxLength: 60 }),
  decoder: fc.uint8Array({ maxLength: 60 }),
  pendingIds: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 5 }),
  pending: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }),
  timeOffset: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  frameId: fc.integer({ min: -1, max: 0x7fffffff }),
});

describe('decoder snapshot', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(snapshot, (value) => {
        const back = decodeDecoderSnapshot(encodeDecoderSnapshot(value));
        expect({ ...back, codec: [...back.codec] }).toMatchObject({ frameId: value.frameId, codec: [...value.codec] });
        expect(back.timeOffset === null ? null : back.timeOffset + 0).toBe(
          value.timeOffset === null ? null : value.timeOffset + 0,
        );
        expect(back.pendingIds).toEqual(value.pendingIds);
        expect(back.pending.map((bytes) => [...bytes])).toEqual(value.pending.map((bytes) => [...bytes]));
      }),
    );
  });

  it('says what is wrong with cut, changed and made-up bytes, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), snapshot, (noise, cut, value) => {
        const good = encodeDecoderSnapshot(value);
        for (const bytes of [noise, good.subarray(0, Math.min(cut, good.length - 1))]) {
          try {
            decodeDecoderSnapshot(bytes);
          } catch (error) {
            expect(isSgapsError(error)).toBe(true);
          }
        }
        expect(() => decodeDecoderSnapshot(good.subarray(0, good.length - 1))).toThrow(
          expect.objectContaining({ code: 'BYTES_TRUNCATED' }),
        );
      }),
    );
  });
});
