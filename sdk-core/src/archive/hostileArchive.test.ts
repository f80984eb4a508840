import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decoderOf, encodeGroup, flickeringPictures, type Said } from '../testing/archivePictures.js';
import { MeanColourModel } from '../testing/MeanColourModel.js';
import { ARCHIVE } from './ArchivePicture.js';

const GRID = { width: 64, height: 32 };
const CUBES = 8;

interface Group {
  readonly bytes: Uint8Array;
  /** Where the pictures begin. */
  readonly head: number;
  readonly withModel: boolean;
}

const groups: Group[] = [];

beforeAll(async () => {
  const kinds: [number, Said, number][] = [
    [1, '2d', 10],
    [4, '3d', 24],
    [7, '2d', 34],
  ];
  for (const withModel of [false, true])
    for (const [count, said, quantiser] of kinds) {
      const model = withModel ? new MeanColourModel() : null;
      const pictures = flickeringPictures(GRID, count, said);
      const bytes = await encodeGroup(GRID, pictures, { model, quantiser });
      const coarse = await encodeGroup(GRID, pictures, { model, quantiser: 63 });
      let head = 0;
      while (bytes[head] === coarse[head]) head++;
      groups.push({ bytes, head, withModel });
    }
});

/** Decodes all of it: pictures, or the code of the error that it ended with. What is no SgapsError is thrown on. */
async function decodeAny(bytes: Uint8Array, withModel: boolean): Promise<number | string> {
  const model = new MeanColourModel();
  const decoder = decoderOf(GRID, withModel ? model : null);
  let pictures = 0;
  try {
    decoder.open(bytes);
    while (await decoder.next()) pictures++;
    return pictures;
  } catch (error) {
    if (!isSgapsError(error)) throw error;
    return error.code;
  } finally {
    expect(pictures).toBeLessThanOrEqual(ARCHIVE.groupFrames);
    expectFit(model);
  }
}

/** Whatever bytes say, the model is asked only for what it can draw. */
function expectFit({ drawings }: MeanColourModel): void {
  expect(drawings.length).toBeLessThanOrEqual(ARCHIVE.groupFrames / 2);
  for (const { places, codes, levels, region, rank, state } of drawings) {
    expect(places.length).toBeGreaterThan(0);
    expect(new Set(places).size).toBe(places.length);
    expect([...places]).toEqual([...places].sort((a, b) => a - b));
    expect(places.every((place) => place >= 0 && place < CUBES)).toBe(true);
    expect(levels.every((level) => level >= 1 && level <= 6)).toBe(true);
    expect(codes.every((code) => code >= 0 && code < 512)).toBe(true);
    expect(region.every((one) => one >= 0 && one < 8)).toBe(true);
    expect([...rank].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(state.length % 24).toBe(0);
    expect(state.length / 24).toBeLessThanOrEqual(24);
    expect(state.every((value) => Math.abs(value) <= 64)).toBe(true);
  }
}

const CODES = ['BYTES_TRUNCATED', 'BYTES_MALFORMED', 'LIMIT_EXCEEDED', 'VERSION_UNSUPPORTED'];
const expectTyped = (outcome: number | string) => {
  if (typeof outcome === 'string') expect(CODES).toContain(outcome);
};

describe('archive decoder and bytes that are none', () => {
  const group = fc.nat({ max: 5 });

  it('throws only SgapsError for changed bits and bytes, wherever they are', async () => {
    const edit = fc.record({ at: fc.nat(), value: fc.integer({ min: 1, max: 255 }), isBit: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(group, fc.boolean(), fc.array(edit, { minLength: 1, maxLength: 4 }), async (index, inHead, edits) => {
        const { bytes, head, withModel } = groups[index];
        const changed = bytes.slice();
        for (const { at, value, isBit } of edits) {
          const place = inHead ? at % head : head + (at % (bytes.length - head));
          changed[place] ^= isBit ? 1 << (value & 7) : value;
        }
        expectTyped(await decodeAny(changed, withModel));
      }),
      { numRuns: 250 },
    );
  });

  it('throws only SgapsError for bytes that were cut off or go on', async () => {
    await fc.assert(
      fc.asyncProperty(group, fc.nat(), fc.uint8Array({ maxLength: 12 }), async (index, length, more) => {
        const { bytes, withModel } = groups[index];
        expectTyped(await decodeAny(bytes.subarray(0, length % bytes.length), withModel));
        const longer = new Uint8Array(bytes.length + more.length + 5).fill(1);
        longer.set(bytes);
        longer.set(more, bytes.length);
        const outcome = await decodeAny(longer, withModel);
        expectTyped(outcome);
        expect(outcome).toBeTypeOf('string');
      }),
      { numRuns: 60 },
    );
  });

  it('throws only SgapsError for any pictures behind a header', async () => {
    const noise = fc.oneof(fc.uint8Array({ maxLength: 3000 }), fc.array(fc.constantFrom(0, 255, 128, 1), { maxLength: 3000 }));
    await fc.assert(
      fc.asyncProperty(group, noise, async (index, tail) => {
        const { bytes, head, withModel } = groups[index];
        expectTyped(await decodeAny(Uint8Array.from([...bytes.subarray(0, head), ...tail]), withModel));
      }),
      { numRuns: 150 },
    );
  });

  it('throws only SgapsError for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 200 }), async (isVersion, bytes) => {
        if (isVersion && bytes.length > 1) bytes.set([ARCHIVE.version, bytes[1] % 34]);
        expectTyped(await decodeAny(bytes, true));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses versions, counts and numbers of frames that cannot be', async () => {
    const { bytes } = groups[1];
    const changed = (at: number, value: number) => bytes.map((byte, i) => (i === at ? value : byte));
    expect(await decodeAny(changed(0, ARCHIVE.version + 1), false)).toBe('VERSION_UNSUPPORTED');
    expect(await decodeAny(changed(1, 0), false)).toBe('LIMIT_EXCEEDED');
    expect(await decodeAny(changed(1, 33), false)).toBe('LIMIT_EXCEEDED');
    // The first frame number, u32, is at its most: the next is beyond it.
    const last = bytes.slice();
    last.fill(255, 2, 6);
    expect(await decodeAny(last, false)).toBe('BYTES_MALFORMED');
    // The time, f64, is NaN.
    const noTime = bytes.slice();
    noTime.fill(255, 6, 14);
    expect(await decodeAny(noTime, false)).toBe('BYTES_MALFORMED');
  });

  it('ends after it threw, until a group is opened again', async () => {
    const { bytes, head } = groups[2];
    const decoder = decoderOf(GRID, null);
    // Far enough behind for some pictures to be well.
    decoder.open(bytes.subarray(0, head + Math.floor(0.7 * (bytes.length - head))));
    let pictures = 0;
    const decodeAll = async () => {
      while (await decoder.next()) pictures++;
    };
    await expect(decodeAll()).rejects.toThrow();
    expect(pictures).toBeGreaterThan(0);
    expect(await decoder.next()).toBeNull();
    decoder.open(bytes);
    expect((await decoder.next())?.frameId).toBe(10);
  });
});
