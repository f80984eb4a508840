import { constants, zstdCompressSync } from 'node:zlib';
import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { webCompressor } from './webCompressor.js';

const MOST = 1 << 16;
const body = fc
  .tuple(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 200 }))
  .map(([bytes, times]) => Uint8Array.from({ length: bytes.length * times }, (_, i) => bytes[i % bytes.length]));

describe('webCompressor', () => {
  it("unpacks what the server's zstd packed, whether it says its size or not", () => {
    fc.assert(
      fc.property(body, fc.constantFrom(1, 9, 19), fc.boolean(), fc.boolean(), (bytes, level, saysSize, hasSum) => {
        const packed = zstdCompressSync(bytes, {
          params: {
            [constants.ZSTD_c_compressionLevel]: level,
            [constants.ZSTD_c_contentSizeFlag]: saysSize ? 1 : 0,
            [constants.ZSTD_c_checksumFlag]: hasSum ? 1 : 0,
          },
          ...(saysSize && { pledgedSrcSize: bytes.length }),
        });
        expect(webCompressor.decompress(packed, bytes.length)).toEqual(bytes);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses what unpacks to more than it may', () => {
    const packed = zstdCompressSync(new Uint8Array(5000), { pledgedSrcSize: 5000 });
    expect(() => webCompressor.decompress(packed, 4999)).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
    expect(webCompressor.decompress(packed, 9000)).toHaveLength(5000);
  });

  it('throws a typed error, or gives no more than was allowed, for any bytes', () => {
    const packed = zstdCompressSync(
      Uint8Array.from({ length: 3000 }, (_, i) => (i * i) >> 3),
      { pledgedSrcSize: 3000 },
    );
    const cut = fc.record({ at: fc.nat(packed.length - 1), to: fc.integer({ min: 0, max: 255 }), end: fc.nat(packed.length) });
    const mutated = cut.map(({ at, to, end }) => {
      const bytes = Uint8Array.from(packed);
      bytes[at] = to;
      return bytes.subarray(0, end > packed.length / 2 ? packed.length : end);
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
        try {
          expect(webCompressor.decompress(bytes, MOST).length).toBeLessThanOrEqual(MOST);
        } catch (error) {
          if (!isSgapsError(error)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
