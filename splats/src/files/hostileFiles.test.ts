import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { CORE_COLUMNS } from './plyColumns.js';
import { readPly } from './readPly.js';
import { readSplats } from './readSplats.js';
import { plyBytes } from './testing/plyBytes.js';
import { writePly } from './writePly.js';

const FLOATS = CORE_COLUMNS.map((name) => `float ${name}`);
const text = (words: string) => new TextEncoder().encode(words);
const header = (lines: string) => text(`ply\nformat binary_little_endian 1.0\n${lines}end_header\n`);
const properties = FLOATS.map((name) => `property ${name}\n`).join('');
const row = CORE_COLUMNS.map((_, index) => index / 8);
const rowOf = (name: string, value: number) => row.with(CORE_COLUMNS.indexOf(name as 'x'), value);

/** The code and the words of what it throws. */
function refusal(bytes: Uint8Array): string {
  try {
    readPly(bytes);
  } catch (error) {
    if (isSgapsError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'read';
}

describe('a bad PLY file', () => {
  it.each([
    ['nothing', text(''), /^BYTES_MALFORMED .*begin/],
    ['something else', text('plywood\n'), /^BYTES_MALFORMED .*begin/],
    ['a header without end', text('ply\nformat ascii 1.0\nelement vertex 1\n'), /^BYTES_TRUNCATED .*end_header/],
    ['a line without end', text('ply\nformat ascii 1.0'), /^BYTES_TRUNCATED .*end_header/],
    ['a huge header', text(`ply\n${'comment x\n'.repeat(7000)}end_header\n`), /^LIMIT_EXCEEDED .*65536/],
    ['a huge line', text(`ply\n${'x'.repeat(70_000)}`), /^LIMIT_EXCEEDED .*65536/],
    ['no format', text('ply\nelement vertex 0\nend_header\n'), /^BYTES_MALFORMED .*format/],
    ['two formats', text('ply\nformat ascii 1.0\nformat ascii 1.0\nend_header\n'), /^BYTES_MALFORMED .*line/],
    ['a format that is none', text('ply\nformat binary 1.0\nend_header\n'), /^BYTES_MALFORMED .*format/],
    ['a later version', text('ply\nformat ascii 2.0\nend_header\n'), /^UNSUPPORTED .*2\.0/],
    ['a word that is none', header('vertices 5\n'), /^BYTES_MALFORMED .*"vertices 5"/],
    ['a property of nothing', header('property float x\n'), /^BYTES_MALFORMED .*line/],
    ['a count below 0', header('element vertex -1\n'), /^BYTES_MALFORMED .*count/],
    ['a count with a fraction', header('element vertex 1.5\n'), /^BYTES_MALFORMED .*count/],
    ['a count beyond numbers', header(`element vertex 1${'0'.repeat(400)}\n${properties}`), /^LIMIT_EXCEEDED .*digits/],
    ['a count beyond the limit', header(`element vertex 16000001\n${properties}`), /^LIMIT_EXCEEDED .*16000000/],
    ['a count beyond its bytes', header(`element vertex 16000000\n${properties}`), /^BYTES_TRUNCATED .*vertex/],
    [
      'a written count beyond its bytes',
      text(`ply\nformat ascii 1.0\nelement vertex 16000000\n${properties}end_header\n1 2 3\n`),
      /^BYTES_TRUNCATED .*of 16000000 rows/,
    ],
    [
      'another element beyond its bytes',
      header(`element face 900000000000000\nproperty double x\nelement vertex 0\n${properties}`),
      /^BYTES_TRUNCATED .*face/,
    ],
    ['a type that is none', header('element vertex 0\nproperty half x\n'), /^BYTES_MALFORMED .*property/],
    [
      'a list with a fraction for its length',
      header('element vertex 0\nproperty list float int x\n'),
      /^BYTES_MALFORMED .*property/,
    ],
    ['no vertices', header('element face 0\nproperty float x\n'), /^BYTES_MALFORMED .*vertex/],
    [
      'points without splats',
      header('element vertex 0\nproperty float x\nproperty float y\nproperty float z\n'),
      /^BYTES_MALFORMED .*f_dc_0/,
    ],
    ['a property twice', header(`element vertex 0\n${properties}property float x\n`), /^BYTES_MALFORMED .*twice/],
    [
      'a whole number for a float',
      header(`element vertex 0\n${properties.replace('float opacity', 'uchar opacity')}`),
      /^BYTES_MALFORMED .*opacity/,
    ],
    [
      'a list for a float',
      header(`element vertex 0\n${properties.replace('float opacity', 'list uchar float opacity')}`),
      /^BYTES_MALFORMED .*opacity/,
    ],
    [
      'a number of coefficients that makes no degree',
      header(`element vertex 0\n${properties}property float f_rest_0\n`),
      /^BYTES_MALFORMED .*1 properties/,
    ],
    [
      'coefficients with a gap',
      header(`element vertex 0\n${properties}${[0, 1, 2, 3, 4, 5, 6, 7, 9].map((n) => `property float f_rest_${n}\n`).join('')}`),
      /^BYTES_MALFORMED .*f_rest_8/,
    ],
    [
      'degree 4',
      header(`element vertex 0\n${properties}${Array.from({ length: 72 }, (_, n) => `property float f_rest_${n}\n`).join('')}`),
      /^UNSUPPORTED .*degree 4/,
    ],
    ['a compressed PLY', header('element vertex 0\nproperty uint packed_position\n'), /^UNSUPPORTED .*compressed/],
    [
      'words for numbers',
      text(
        `ply\nformat ascii 1.0\nelement vertex 1\n${properties}end_header\n${row.with(3, 0).join(' ').replace('0.25', '0x12')}\n`,
      ),
      /^BYTES_MALFORMED .*number.*"z"/,
    ],
    [
      'a word of a thousand digits',
      text(`ply\nformat ascii 1.0\nelement vertex 1\n${properties}end_header\n${row.join(' ')}${'0'.repeat(1000)}\n`),
      /^BYTES_MALFORMED .*rot_3/,
    ],
  ])('is refused for %s', (_, bytes, expected) => {
    expect(refusal(bytes)).toMatch(expected);
  });

  it('is refused by index and property for a number that is not finite', () => {
    for (const name of CORE_COLUMNS)
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const rows = [row, row, rowOf(name, value)];
        const bytes = plyBytes('binary_big_endian', [{ name: 'vertex', properties: FLOATS, rows }]);
        expect(refusal(bytes)).toBe(`BYTES_MALFORMED Malformed splat 2: ${name} is ${value}.`);
      }
    // A double beyond floats, and a scale that only its exponential takes there.
    const doubles = FLOATS.map((property) => property.replace('float', 'double'));
    const large = plyBytes('binary_little_endian', [{ name: 'vertex', properties: doubles, rows: [rowOf('y', 1e300)] }]);
    expect(refusal(large)).toContain('splat 0: y is 1e+300');
    const wide = plyBytes('binary_little_endian', [{ name: 'vertex', properties: FLOATS, rows: [rowOf('scale_1', 89)] }]);
    expect(refusal(wide)).toContain('splat 0: scale_1 is 89');
    const written = text(
      `ply\nformat ascii 1.0\nelement vertex 1\n${properties}end_header\n${rowOf('z', -7).join(' ').replace('-7', '-nan')}\n`,
    );
    expect(refusal(written)).toContain('splat 0: z is NaN');
  });

  it('is refused wherever it is cut', () => {
    for (const format of ['ascii', 'binary_little_endian', 'binary_big_endian']) {
      const lists = {
        name: 'vertex',
        properties: ['list uchar int marks', ...FLOATS],
        rows: [
          [[1, 2], ...row],
          [[], ...row],
        ],
      };
      for (const element of [lists, { name: 'vertex', properties: FLOATS, rows: [row, row] }]) {
        const bytes = plyBytes(format, [element]);
        // An ascii file may lack its last line's end, and the last digits of its last number.
        const last = format === 'ascii' ? bytes.length - 1 - String(row[13]).length : bytes.length - 1;
        for (let length = 0; length <= last; length++)
          expect(refusal(bytes.subarray(0, length)), `${format} of ${length}`).not.toBe('read');
        expect(refusal(bytes)).toBe('read');
      }
    }
  });

  it('is refused for lists longer than it, and shorter than nothing', () => {
    const element = (type: string, length: number) => {
      const bytes = plyBytes('binary_little_endian', [
        { name: 'face', properties: [`list ${type} int corners`], rows: [[[]]] },
        { name: 'vertex', properties: FLOATS, rows: [row] },
      ]);
      const size = type === 'int' ? 4 : 1;
      const at = bytes.length - 4 * FLOATS.length - size;
      const view = new DataView(bytes.buffer);
      if (size === 4) view.setInt32(at, length, true);
      else view.setInt8(at, length);
      return bytes;
    };
    expect(refusal(element('char', -1))).toMatch(/^BYTES_MALFORMED .*length -1/);
    expect(refusal(element('int', -5))).toMatch(/^BYTES_MALFORMED .*length -5/);
    expect(refusal(element('int', 0x7fffffff))).toMatch(/^BYTES_TRUNCATED .*corners/);
    expect(refusal(element('uchar', 200))).toMatch(/^BYTES_TRUNCATED .*corners/);
    const rows = (length: string) =>
      text(
        `ply\nformat ascii 1.0\nelement face 1\nproperty list int int c\nelement vertex 1\n${properties}end_header\n${length}\n${row.join(' ')}\n`,
      );
    expect(refusal(rows('0'))).toBe('read');
    for (const length of ['-1', '1.5', '1e300', 'nan'])
      expect(refusal(rows(length))).toMatch(/^BYTES_(MALFORMED|TRUNCATED) .*"c"/);
  });
});

/** That bytes make a cloud or an error of ours, and a cloud only of numbers. */
async function expectCloudOrRefusal(bytes: Uint8Array, name: string): Promise<void> {
  let cloud: SplatCloud;
  try {
    cloud = await readSplats(bytes, name);
  } catch (error) {
    if (!isSgapsError(error)) throw error;
    expect(['BYTES_TRUNCATED', 'BYTES_MALFORMED', 'LIMIT_EXCEEDED', 'UNSUPPORTED']).toContain(error.code);
    return;
  }
  expect(cloud.positions).toHaveLength(3 * cloud.count);
  for (const values of [cloud.positions, cloud.scales, cloud.rotations, cloud.opacities, cloud.harmonics])
    expect(values.every(Number.isFinite)).toBe(true);
}

/** Bytes cut, overwritten, and with pieces moved. */
const damage = fc.record({
  cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  writes: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), { maxLength: 6 }),
  /** Where the header is, as a share: there each byte matters more. */
  early: fc.boolean(),
  doubled: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
});

function damaged(
  bytes: Uint8Array,
  { cut, writes, early, doubled }: typeof damage extends fc.Arbitrary<infer T> ? T : never,
): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [place, value] of writes) copy[Math.floor(place * (early ? Math.min(copy.length, 600) : copy.length))] = value;
  const whole = doubled === null ? copy : Uint8Array.from([...copy.subarray(0, doubled * copy.length), ...copy]);
  return cut === null ? whole : whole.subarray(0, cut * whole.length);
}

describe('readSplats', () => {
  const cloud = makeScatter(20, 1, 1);
  const splat = new Uint8Array(32 * 20).map((_, index) => (index % 32 < 24 && index % 4 === 3 ? 63 : (index * 37) % 256));
  const { properties: names, rows } = { properties: FLOATS, rows: Array.from({ length: 5 }, () => row) };
  const files: [string, Uint8Array][] = [
    ['a.ply', writePly(cloud)],
    ['b.ply', plyBytes('ascii', [{ name: 'vertex', properties: names, rows }])],
    [
      'c.ply',
      plyBytes('binary_big_endian', [
        { name: 'face', properties: ['list uchar int corners'], rows: [[[1, 2, 3]], [[4]]] },
        { name: 'vertex', properties: ['list uchar uchar marks', ...names], rows: rows.map((values) => [[1, 2], ...values]) },
      ]),
    ],
    ['d.splat', splat],
  ];

  it.each(files)('makes a cloud of %s, or refuses it, however it is damaged', async (name, bytes) => {
    await expect(readSplats(bytes, name)).resolves.toMatchObject({ degree: name === 'a.ply' ? 1 : 0 });
    await fc.assert(
      fc.asyncProperty(damage, (how) => expectCloudOrRefusal(damaged(bytes, how), name)),
      { numRuns: 400 },
    );
  });

  it('makes a cloud or a refusal of anything, whatever it is called', async () => {
    const starts = fc.constantFrom('', 'ply\n', 'ply\nformat ascii 1.0\nelement vertex ', 'NGSP', '\x1f\x8b\x08');
    const names = fc.constantFrom('x.ply', 'x.splat', 'x.spz', 'x.obj', 'ply', '');
    await fc.assert(
      fc.asyncProperty(starts, fc.uint8Array({ maxLength: 200 }), names, (start, rest, name) =>
        expectCloudOrRefusal(Uint8Array.from([...[...start].map((letter) => letter.charCodeAt(0)), ...rest]), name),
      ),
      { numRuns: 300 },
    );
  });

  it('goes by the first bytes, then by the name', async () => {
    const ply = writePly(makeCloud(2, 0));
    await expect(readSplats(ply, 'cloud')).resolves.toMatchObject({ count: 2 });
    await expect(readSplats(ply, 'cloud.splat')).resolves.toMatchObject({ count: 2 });
    await expect(readSplats(splat, 'https://x.example/A.SPLAT')).resolves.toMatchObject({ count: 20 });
    await expect(readSplats(splat, 'cloud.ply')).rejects.toMatchObject({ code: 'BYTES_MALFORMED' });
    await expect(readSplats(splat, 'cloud.obj')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});
