import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HarmonicDegree, harmonicsOf, makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { setRotation } from '../cloud/setRotation.js';
import { CORE_COLUMNS } from './plyColumns.js';
import { readPly } from './readPly.js';
import { plyBytes, type TestElement } from './testing/plyBytes.js';
import { writePly } from './writePly.js';

/** One splat: scales e⁻¹, 1, e, a half hidden, a rotation twice as long as a unit. */
const ROW = [1, 2, -3, 0.1, 0.2, 0.3, 0, -1, 0, 1, 0, 2, 0, 0];
const FLOATS = CORE_COLUMNS.map((name) => `float ${name}`);

function vertex(rest = 0, rows: number[][] = [ROW, ROW.map((value) => value / 2)]): TestElement {
  const names = Array.from({ length: rest }, (_, index) => `float f_rest_${index}`);
  return {
    name: 'vertex',
    properties: [...FLOATS, ...names],
    rows: rows.map((row) => [...row, ...names.map((_, index) => index / 10)]),
  };
}

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });

/** Clouds of any numbers that a cloud may have. */
const clouds = fc.integer({ min: 0, max: 3 }).chain((degree) =>
  fc
    .array(
      fc.record({
        position: fc.array(finite, { minLength: 3, maxLength: 3 }),
        scale: fc.array(fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
        rotation: fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        opacity: fc.oneof(fc.float({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, Math.fround(1e-45), 1 - 2 ** -24)),
        harmonics: fc.array(finite, { minLength: 3 * (degree + 1) ** 2, maxLength: 3 * (degree + 1) ** 2 }),
      }),
      { maxLength: 6 },
    )
    .map((splats) => {
      const cloud = makeCloud(splats.length, degree as HarmonicDegree);
      splats.forEach(({ position, scale, rotation, opacity, harmonics }, index) => {
        cloud.positions.set(position, 3 * index);
        cloud.scales.set(scale, 3 * index);
        setRotation(cloud.rotations, 4 * index, rotation[0], rotation[1], rotation[2], rotation[3]);
        cloud.opacities[index] = opacity;
        cloud.harmonics.set(harmonics, harmonics.length * index);
      });
      return cloud;
    }),
);

function expectNear(actual: Float32Array, expected: Float32Array, relative: number, least = 0) {
  expect(actual).toHaveLength(expected.length);
  for (let at = 0; at < expected.length; at++)
    expect(Math.abs(actual[at] - expected[at]), `${actual[at]} for ${expected[at]}`).toBeLessThanOrEqual(
      Math.max(least, relative * Math.abs(expected[at])),
    );
}

describe('readPly', () => {
  it('reads the layout of 3DGS: logits, logarithms, quaternions of any length', () => {
    const { positions, scales, rotations, opacities, harmonics, ...rest } = readPly(plyBytes('binary_little_endian', [vertex()]));
    expect(rest).toEqual({ count: 2, degree: 0 });
    expect([...positions]).toEqual([1, 2, -3, 0.5, 1, -1.5]);
    expectNear(scales.subarray(0, 3), Float32Array.of(Math.exp(-1), 1, Math.exp(1)), 1e-6);
    expect([...rotations.subarray(0, 4)]).toEqual([0, 1, 0, 0]);
    expect(opacities[0]).toBe(0.5);
    expectNear(harmonics.subarray(0, 3), Float32Array.of(0.1, 0.2, 0.3), 1e-6);
  });

  it.each([
    [9, 1],
    [24, 2],
    [45, 3],
  ])('sorts %i coefficients by channel into degree %i by coefficient', (rest, degree) => {
    const { harmonics, ...cloud } = readPly(plyBytes('binary_little_endian', [vertex(rest)]));
    const terms = harmonicsOf(degree as HarmonicDegree);
    expect(cloud.degree).toBe(degree);
    for (const splat of [0, 1])
      for (let term = 1; term < terms; term++)
        for (let channel = 0; channel < 3; channel++)
          expect(harmonics[3 * (terms * splat + term) + channel]).toBeCloseTo((channel * (terms - 1) + term - 1) / 10, 6);
  });

  it.each(['ascii', 'binary_little_endian', 'binary_big_endian'])('reads %s in any order, amid anything else', (format) => {
    const expected = readPly(plyBytes('binary_little_endian', [vertex(9)]));
    const { properties, rows } = vertex(9);
    const shuffled: TestElement = {
      name: 'vertex',
      properties: ['uchar red', ...properties.toReversed(), 'list uchar short marks', 'double nx'],
      rows: rows.map((row, index) => [index, ...row.toReversed(), index === 0 ? [] : [7, 8, 9], 0.25]),
    };
    const doubles = { ...shuffled, properties: shuffled.properties.map((property) => property.replace('float ', 'double ')) };
    const before: TestElement[] = [
      { name: 'camera', properties: ['short view', 'float fx'], rows: [[1, 2.5]] },
      {
        name: 'face',
        properties: ['list int uint corners', 'uchar flag'],
        rows: [
          [[1, 2, 3], 1],
          [[], 2],
        ],
      },
      { name: 'nothing', properties: [], rows: [[], []] },
    ];
    for (const element of [shuffled, doubles]) {
      const cloud = readPly(plyBytes(format, [...before, element, ...before], ['made by hand', 'é\u0000']));
      expect(cloud.positions).toEqual(expected.positions);
      expect(cloud.rotations).toEqual(expected.rotations);
      expectNear(cloud.harmonics, expected.harmonics, 1e-6);
      expectNear(cloud.scales, expected.scales, 1e-6);
      expectNear(cloud.opacities, expected.opacities, 1e-6);
    }
  });

  it('reads lines that end as on Windows, and no splats at all', () => {
    const header = `ply\r\nformat ascii 1.0\r\nobj_info x\r\nelement vertex 1\r\n${FLOATS.map((name) => `property ${name}\r\n`).join('')}end_header\r\n`;
    expect(readPly(new TextEncoder().encode(`${header}\r\n${ROW.join('\r\n')}`)).positions).toEqual(Float32Array.of(1, 2, -3));
    expect(readPly(plyBytes('binary_big_endian', [vertex(0, [])])).count).toBe(0);
  });

  it('reads from the middle of a buffer', () => {
    const bytes = plyBytes('binary_little_endian', [vertex()]);
    const larger = new Uint8Array(bytes.length + 13).fill(7);
    larger.set(bytes, 5);
    expect(readPly(larger.subarray(5, 5 + bytes.length))).toEqual(readPly(bytes));
  });

  it('takes a rotation of length 0 for none, as the matrix of 3DGS does', () => {
    const row = ROW.with(11, 0);
    expect([...readPly(plyBytes('ascii', [vertex(0, [row])])).rotations]).toEqual([1, 0, 0, 0]);
  });

  it('gives back what was written', () => {
    fc.assert(
      fc.property(clouds, (cloud) => {
        const back = readPly(writePly(cloud));
        expect(back.count).toBe(cloud.count);
        expect(back.degree).toBe(cloud.degree);
        expect(back.positions).toEqual(cloud.positions);
        expect(back.harmonics).toEqual(cloud.harmonics);
        expectNear(back.rotations, cloud.rotations, 0, 1e-6);
        expectNear(back.scales, cloud.scales, 1e-5);
        expectNear(back.opacities, cloud.opacities, 1e-5);
        expectNear(
          back.opacities.map((opacity) => 1 - opacity),
          cloud.opacities.map((opacity) => 1 - opacity),
          1e-5,
        );
      }),
    );
  });
});

describe('writePly', () => {
  it('writes the header and the order that other viewers want', () => {
    const text = new TextDecoder('latin1').decode(writePly(makeCloud(0, 1)));
    expect(text).toBe(
      `ply\nformat binary_little_endian 1.0\nelement vertex 0\n${[
        ...['x', 'y', 'z', 'nx', 'ny', 'nz', 'f_dc_0', 'f_dc_1', 'f_dc_2'],
        ...Array.from({ length: 9 }, (_, index) => `f_rest_${index}`),
        ...['opacity', 'scale_0', 'scale_1', 'scale_2', 'rot_0', 'rot_1', 'rot_2', 'rot_3'],
      ]
        .map((name) => `property float ${name}\n`)
        .join('')}end_header\n`,
    );
  });

  it('refuses a splat that could not be read back, by its index', () => {
    const spoil: ((cloud: SplatCloud) => void)[] = [
      ({ positions }) => positions.set([Number.NaN], 5),
      ({ scales }) => scales.set([-1], 4),
      ({ opacities }) => opacities.set([1.5], 1),
      ({ opacities }) => opacities.set([-0.5], 1),
      ({ rotations }) => rotations.set([Number.POSITIVE_INFINITY], 7),
      ({ harmonics }) => harmonics.set([Number.NEGATIVE_INFINITY], 3),
    ];
    for (const change of spoil) {
      const cloud = makeCloud(2, 0);
      change(cloud);
      expect(() => writePly(cloud)).toThrow(/Splat 1 cannot be written/);
    }
  });
});
