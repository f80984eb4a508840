import { crc32c, isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCache } from './encodeCache.js';
import { cacheBytesOf, NeuralTransformationCache } from './NeuralTransformationCache.js';
import { numbersOf } from './StreamGrid.js';
import { GRID, grids, someCacheBytes } from './testing/caches.js';

/** The code and the words of what it throws. */
function refusal(bytes: Uint8Array, grid = GRID): string {
  try {
    NeuralTransformationCache.decode(bytes, grid, 3);
  } catch (error) {
    if (isSgapsError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'read';
}

/** A file with something changed and its checksum made right again. */
function changed(change: (view: DataView) => void): Uint8Array {
  const bytes = someCacheBytes(GRID, 3);
  const view = new DataView(bytes.buffer);
  change(view);
  view.setUint32(bytes.length - 4, crc32c(bytes, 0, 0, bytes.length - 4), true);
  return bytes;
}

describe('a frame of a stream', () => {
  it('is read as it was written, but for half floats, whatever the grid', () => {
    fc.assert(
      fc.property(grids, fc.nat(999_999), fc.nat(16_000_000), fc.nat(), (grid, frame, added, seed) => {
        const { tables, layers } = numbersOf(grid);
        const numbers = {
          tables: Float32Array.from({ length: tables }, (_, at) => Math.sin(seed + at)),
          layers: Float32Array.from({ length: layers }, (_, at) => 1000 * Math.sin(seed + 2 * at)),
        };
        const bytes = encodeCache(grid, { frame, added, ...numbers });
        expect(bytes).toHaveLength(cacheBytesOf(grid));
        const read = NeuralTransformationCache.decode(bytes, grid, frame);
        expect([read.added, read.tables.length, read.layers.length]).toEqual([added, tables, layers]);
        const off = (a: Float32Array, b: Float32Array) =>
          a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]) - Math.abs(value) / 2048), 0);
        expect(Math.max(off(read.tables, numbers.tables), off(read.layers, numbers.layers))).toBeLessThan(1e-7);
      }),
      { numRuns: 50 },
    );
  });

  it('cannot be written with numbers of another grid, or too large ones', () => {
    const { tables, layers } = numbersOf(GRID);
    const write = (one: number, value: number) =>
      encodeCache(GRID, { frame: 1, added: 0, tables: new Float32Array(one), layers: new Float32Array(layers).fill(value) });
    expect(() => write(tables - 1, 0)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    for (const value of [1e5, Number.NaN])
      expect(() => write(tables, value)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });

  it.each([
    ['nothing', new Uint8Array(0), /^BYTES_TRUNCATED .*header/],
    ['a header', someCacheBytes(GRID, 3).subarray(0, 24), /^BYTES_TRUNCATED .*header/],
    ['half of it', someCacheBytes(GRID, 3).subarray(0, 400), /^BYTES_TRUNCATED/],
    ['another file', changed((view) => view.setUint32(0, 0x20796c70, true)), /^BYTES_MALFORMED .*SGNT/],
    ['a later version', changed((view) => view.setUint16(4, 2, true)), /^VERSION_UNSUPPORTED .*2/],
    ['what is reserved', changed((view) => view.setUint16(6, 1, true)), /^BYTES_MALFORMED .*reserved/],
    ['another frame', changed((view) => view.setUint32(8, 4, true)), /^BYTES_MALFORMED .*frame 4, not 3/],
    ['absurdly many splats', changed((view) => view.setUint32(12, 0xffffffff, true)), /^LIMIT_EXCEEDED .*4294967295/],
    ['absurd tables', changed((view) => view.setUint32(16, 0xffffffff, true)), /^BYTES_MALFORMED .*another grid/],
    ['another MLP', changed((view) => view.setUint32(20, 1, true)), /^BYTES_MALFORMED .*another grid/],
    ['NaN', changed((view) => view.setUint16(24 + 2 * 7, 0x7e00, true)), /^BYTES_MALFORMED .*number 7 is NaN/],
    ['infinity', changed((view) => view.setUint16(24, 0xfc00, true)), /^BYTES_MALFORMED .*number 0 is -Infinity/],
    ['a byte more', Uint8Array.of(...someCacheBytes(GRID, 3), 0), /^BYTES_MALFORMED .*1 bytes follow/],
  ])('is refused for %s', (_, bytes, expected) => {
    expect(refusal(bytes)).toMatch(expected);
  });

  it('is refused for a grid whose numbers it has not, before anything is made for them', () => {
    const grid = { levels: 8, features: 8, log2Table: 19, base: 100, growth: 1, hidden: 2, width: 64 };
    const before = process.memoryUsage().arrayBuffers;
    expect(refusal(someCacheBytes(GRID, 3), grid)).toMatch(/^BYTES_MALFORMED .*another grid/);
    const claims = changed((view) => {
      view.setUint32(16, numbersOf(grid).tables, true);
      view.setUint32(20, numbersOf(grid).layers, true);
    });
    expect(refusal(claims, grid)).toMatch(/^BYTES_TRUNCATED/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  });

  it('is refused by a typed error for any byte that changed, and any that is missing', () => {
    const whole = someCacheBytes(GRID, 3);
    expect(refusal(whole)).toBe('read');
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bytes = whole.slice();
        bytes[at] ^= by;
        expect(refusal(bytes)).not.toBe('read');
        expect(refusal(whole.subarray(0, at))).not.toBe('read');
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refusal(bytes)).not.toBe('read');
      }),
    );
  });
});
