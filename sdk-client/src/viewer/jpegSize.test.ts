import { encodeJpegHead, isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JpegDecoder } from './JpegDecoder.js';
import { jpegSize } from './jpegSize.js';

const two = (value: number) => [value >> 8, value & 255];
const segment = (marker: number, body: readonly number[]) => [0xff, marker, ...two(body.length + 2), ...body];
const frame = (marker: number, width: number, height: number) =>
  segment(marker, [8, ...two(height), ...two(width), 1, 1, 0x11, 0]);

/** A picture of 2×2 with depth, as a transport sends it. */
function pictureOf(jpeg: Uint8Array, alpha: Uint8Array | null): Uint8Array<ArrayBuffer> {
  const depth = [0, 0, 0, 0, 0, 0, 0, 0, ...(alpha ?? [])];
  const times = { clientSent: 0, received: 0, processed: 0, sent: 0 };
  return Uint8Array.from([...encodeJpegHead(jpeg.length, depth.length, 1, times), ...jpeg, ...depth]);
}

const side = fc.integer({ min: 1, max: 4096 });
/** Comments, tables and whatever else comes first. */
const others = fc.array(
  fc.tuple(fc.constantFrom(0xc4, 0xcc, 0xdb, 0xdd, 0xe0, 0xe1, 0xef, 0xfe), fc.array(fc.integer({ min: 0, max: 255 }))),
  { maxLength: 5 },
);
const frames = fc.constantFrom(0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf);

describe('the size of a JPEG', () => {
  it('is that of its frame, whatever lies before it', () => {
    fc.assert(
      fc.property(others, frames, side, side, fc.nat(3), (segments, marker, width, height, fill) => {
        const before = segments.flatMap(([marker, body]) => [...Array(fill).fill(0xff), ...segment(marker, body)]);
        const bytes = Uint8Array.from([0xff, 0xd8, ...before, ...frame(marker, width, height)]);
        expect(jpegSize(bytes)).toEqual({ width, height });
        // Cut anywhere within the header's numbers, or before them, it is none.
        for (const cut of [9, 12, bytes.length - 2])
          expect(() => jpegSize(bytes.subarray(0, bytes.length - cut))).toThrow(
            expect.objectContaining({ code: 'BYTES_MALFORMED' }),
          );
      }),
    );
  });

  it('is refused beyond what pictures may have', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4097, max: 65535 }), side, fc.boolean(), (long, short, isWide) => {
        const bytes = Uint8Array.from([0xff, 0xd8, ...frame(0xc0, isWide ? long : short, isWide ? short : long)]);
        expect(() => jpegSize(bytes)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
      }),
    );
  });

  it('throws nothing but typed errors', () => {
    const begun = fc.uint8Array().map((bytes) => Uint8Array.from([0xff, 0xd8, 0xff, ...bytes]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), begun), (bytes) => {
        try {
          const { width, height } = jpegSize(bytes);
          expect(Math.max(width, height)).toBeLessThanOrEqual(4096);
        } catch (error) {
          expect(isSgapsError(error)).toBe(true);
        }
      }),
    );
  });
});

describe('a decoder of JPEG pictures', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('decodes nothing that claims to be too large, neither colours nor alpha', async () => {
    const decoded = vi.fn(async () => ({ width: 2, height: 2, close: () => undefined }));
    vi.stubGlobal('createImageBitmap', decoded);
    const huge = Uint8Array.from([0xff, 0xd8, ...frame(0xc0, 65000, 65000)]);
    const small = Uint8Array.from([0xff, 0xd8, ...frame(0xc0, 2, 2)]);
    for (const [jpeg, alpha, times] of [
      [huge, null, 0],
      [small, huge, 1],
    ] as const) {
      decoded.mockClear();
      const bytes = pictureOf(jpeg, alpha);
      await expect(new JpegDecoder(null, (halves) => halves).decode(bytes)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
      expect(decoded).toHaveBeenCalledTimes(times);
    }
  });
});
