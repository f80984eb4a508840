import { ByteReader, ByteWriter } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoderOf, encodeGroup, movingPictures, shapeOf } from '../testing/archivePictures.js';
import { ArchiveEncoder } from './ArchiveEncoder.js';
import type { ArchivePicture } from './ArchivePicture.js';
import { exact, readGroupHeader, writeGroupHeader } from './groupHeader.js';

const GRID = { width: 32, height: 32 };
const shape = shapeOf(GRID);
const group = movingPictures(GRID, 3, '2d');
const changed = (at: number, more: Partial<ArchivePicture>) =>
  group.map((picture, i) => (i === at ? { ...picture, ...more } : picture));

describe('group header', () => {
  it('gives back any frames and times, pauses of hours and clocks that went back included', () => {
    const time = fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.double({ min: 0, max: 5000, noNaN: true }));
    const one = fc.record({ step: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 100_000_000 })), time });
    fc.assert(
      fc.property(fc.nat(), fc.array(one, { minLength: 1, maxLength: 32 }), (first, steps) => {
        let frameId = first;
        const pictures = steps.map(({ step, time }) => {
          frameId += step;
          return { frameId, time, rgb: new Uint8ClampedArray(0), state: null };
        });
        fc.pre(frameId <= 0xffffffff);
        const writer = new ByteWriter();
        writeGroupHeader(writer, shape, pictures);
        const reader = new ByteReader(writer.toBytes());
        const said = pictures.map(({ frameId, time }) => ({ frameId, time: exact(time), state: null }));
        expect(readGroupHeader(reader, shape)).toEqual(said);
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  it('takes five bytes for a frame of which nothing else is known', () => {
    const sizeOf = (count: number) => {
      const writer = new ByteWriter();
      writeGroupHeader(writer, shape, movingPictures(GRID, count));
      return writer.length;
    };
    expect(sizeOf(32) - sizeOf(1)).toBe(31 * 5);
  });
});

describe('arguments of the encoder', () => {
  it.each([
    ['a frame again', changed(1, { frameId: group[0].frameId })],
    ['a frame before', changed(2, { frameId: 1 })],
    ['a frame that is no whole number', changed(0, { frameId: 0.5 })],
    ['a frame beyond 32 bits', changed(2, { frameId: 2 ** 32 })],
    ['a time that is none', changed(1, { time: Number.NaN })],
    ['a time before the start', changed(0, { time: -1 })],
    ['an endless time', changed(2, { time: Number.POSITIVE_INFINITY })],
    ['a picture of another size', changed(1, { rgb: new Uint8ClampedArray(3) })],
    ['no picture', []],
    ['too many pictures', movingPictures(GRID, 33)],
  ])('refuses %s', async (_what, pictures) => {
    await expect(encodeGroup(GRID, pictures, { model: null, quantiser: 40 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it.each([
    { quantiser: 64 },
    { quantiser: -1 },
    { quantiser: 1.5 },
    { codebooks: 0 },
    { codebooks: 7 },
    { bytesPerSecond: 0 },
    { bytesPerSecond: Number.NaN },
    { quality: -3 },
    { quality: Number.POSITIVE_INFINITY },
  ])('refuses %o', (options) => {
    expect(() => new ArchiveEncoder(shape, { model: null, ...options })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
    );
  });

  it('takes times that go back, as a clock that was set does', async () => {
    const pictures = changed(1, { time: 5_000_000 });
    const bytes = await encodeGroup(GRID, pictures, { model: null, quantiser: 40 });
    expect(
      decoderOf(GRID, null)
        .open(bytes)
        .map(({ time }) => time),
    ).toEqual([0, 5_000_000, 66.667]);
  });
});
