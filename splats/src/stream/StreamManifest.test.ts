import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbersOf } from './StreamGrid.js';
import { formatStreamManifest, parseStreamManifest } from './StreamManifest.js';
import { grids, manifestOf } from './testing/caches.js';

/** The code and the words of what it throws. */
function refusal(json: string): string {
  try {
    parseStreamManifest(json);
  } catch (error) {
    if (isSgapsError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'read';
}

const written = () => JSON.parse(formatStreamManifest(manifestOf())) as Record<string, unknown> & { grid: object };
const withField = (name: string, value: unknown) => JSON.stringify({ ...written(), [name]: value });
const withGrid = (change: object) => JSON.stringify({ ...written(), grid: { ...written().grid, ...change } });

describe('stream.json', () => {
  it('is read as it was written, whatever it says', () => {
    const corner = fc.double({ min: -1e30, max: 1e30, noNaN: true });
    const manifests = fc.record({
      fps: fc.double({ min: 1e-6, max: 240, noNaN: true }),
      frames: fc.integer({ min: 1, max: 1_000_000 }),
      degree: fc.constantFrom(0, 1, 2, 3),
      bounds: fc.tuple(corner, corner, corner).map((low) => ({ low, high: low.map((value) => value + 1 + Math.abs(value)) })),
      grid: grids,
    });
    fc.assert(
      fc.property(manifests, (manifest) => {
        // As JSON has it: it knows no −0.
        const plain = JSON.parse(JSON.stringify(manifest)) as typeof manifest;
        expect(parseStreamManifest(formatStreamManifest({ ...manifest, degree: 1 }))).toEqual({ ...plain, degree: 1 });
      }),
    );
  });

  it('may say more, and may say the grid of the paper', () => {
    const grid = { levels: 16, features: 4, log2_table: 15, base: 16, growth: 2, hidden: 2, width: 64 };
    expect(parseStreamManifest(JSON.stringify({ ...written(), note: 'x', grid })).grid).toEqual({
      levels: 16,
      features: 4,
      log2Table: 15,
      base: 16,
      growth: 2,
      hidden: 2,
      width: 64,
    });
    const { log2_table: log2Table, ...rest } = grid;
    expect(numbersOf({ ...rest, log2Table })).toEqual({
      tables: 4 * (17 ** 3 + 15 * 2 ** 15),
      layers: 64 * 64 + 64 * 64 + 64 * 7,
    });
  });

  it.each([
    ['nothing', '', /^BYTES_MALFORMED .*no JSON/],
    ['a list', '[]', /^BYTES_MALFORMED .*no object/],
    ['null', 'null', /^BYTES_MALFORMED .*no object/],
    ['a megabyte', `"${'x'.repeat(1e6)}"`, /^LIMIT_EXCEEDED .*65536/],
    ['another format', withField('format', 'gltf'), /^BYTES_MALFORMED .*gltf/],
    ['a later version', withField('version', 2), /^VERSION_UNSUPPORTED .*2/],
    ['no version', withField('version', undefined), /^BYTES_MALFORMED .*version is missing/],
    ['no time', withField('fps', 0), /^BYTES_MALFORMED .*fps is 0/],
    ['a frame that lasts for ever', withField('fps', 1e-310), /^BYTES_MALFORMED .*fps/],
    ['too many frames a second', withField('fps', 241), /^LIMIT_EXCEEDED .*fps.*240/],
    ['a frame rate in words', withField('fps', '10'), /^BYTES_MALFORMED .*fps is "10"/],
    ['no frames', withField('frames', 0), /^BYTES_MALFORMED .*frames is 0/],
    ['half a frame', withField('frames', 1.5), /^BYTES_MALFORMED .*frames is 1\.5/],
    ['too many frames', withField('frames', 1e7), /^LIMIT_EXCEEDED .*frames/],
    ['degree 4', withField('degree', 4), /^LIMIT_EXCEEDED .*degree/],
    ['no bounds', withField('bounds', null), /^BYTES_MALFORMED .*bounds is no object/],
    ['flat bounds', withField('bounds', { low: [0, 0, 0], high: [1, 0, 1] }), /^BYTES_MALFORMED .*along y/],
    ['bounds of two numbers', withField('bounds', { low: [0, 0], high: [1, 1] }), /^BYTES_MALFORMED .*bounds\.low/],
    ['endless bounds', withField('bounds', { low: [0, 0, -1e308], high: [1, 1, 1e308] }), /^BYTES_MALFORMED .*along z/],
    ['33 levels', withGrid({ levels: 33 }), /^LIMIT_EXCEEDED .*levels/],
    ['9 features', withGrid({ features: 9 }), /^LIMIT_EXCEEDED .*features/],
    ['a table of 8 million corners', withGrid({ log2_table: 23 }), /^LIMIT_EXCEEDED .*log2_table/],
    ['a layer of 129', withGrid({ width: 129 }), /^LIMIT_EXCEEDED .*width/],
    ['5 hidden layers', withGrid({ hidden: 5 }), /^LIMIT_EXCEEDED .*hidden/],
    ['a hidden layer less than none', withGrid({ hidden: -1 }), /^BYTES_MALFORMED .*hidden/],
    ['levels that get coarser', withGrid({ growth: 0.5 }), /^BYTES_MALFORMED .*growth/],
    ['a level too fine', withGrid({ growth: 4000 }), /^LIMIT_EXCEEDED .*finest/],
    [
      'more numbers than a frame may have',
      withGrid({ levels: 20, log2_table: 22, features: 8, base: 200, growth: 1 }),
      /^LIMIT_EXCEEDED .*numbers/,
    ],
  ])('is refused for %s', (_, json, expected) => {
    expect(refusal(json)).toMatch(expected);
  });

  it('is refused by a typed error whatever else it holds', () => {
    const json = formatStreamManifest(manifestOf());
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(refusal(text)).not.toBe('read');
      }),
    );
    fc.assert(
      fc.property(fc.nat(json.length - 1), fc.string({ maxLength: 4 }), (at, text) => {
        refusal(json.slice(0, at) + text + json.slice(at + text.length));
      }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('levels', 'features', 'log2_table', 'base', 'growth', 'hidden', 'width'),
        fc.jsonValue(),
        (name, value) => {
          refusal(withGrid({ [name]: value }));
        },
      ),
    );
  });
});
