import { gzipSync } from 'node:zlib';
import createSpzModule, { type SpzModule } from '@adobe/spz';
import { isSgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { BAND_0 } from '../reference/harmonics.js';
import { readSplats } from './readSplats.js';
import { readSpz } from './readSpz.js';

interface Header {
  version?: number;
  count?: number;
  degree?: number;
}

/** A version 2 file byte by byte, as the format's page describes it: count splats of these bytes, attribute after attribute. */
function version2({ version = 2, count = 1, degree = 0 }: Header, attributes: number[][]): Uint8Array {
  const header = new Uint8Array(16);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x5053474e, true);
  view.setUint32(4, version, true);
  view.setUint32(8, count, true);
  header.set([degree, 12], 12);
  return gzipSync(Uint8Array.from([...header, ...attributes.flat()]));
}

/** 24-bit fixed point with 12 bits of fraction. */
const fixed = (value: number) => [0, 8, 16].map((shift) => (Math.round(value * 4096) >> shift) & 255);

const place = [...fixed(1), ...fixed(-2.5), ...fixed(1000)];
const look = { alpha: [102], colour: [255, 128, 0], scales: [160, 144, 176], rotation: [128, 255, 128] };
const plain = [place, look.alpha, look.colour, look.scales, look.rotation];

async function refusal(bytes: Uint8Array): Promise<string> {
  try {
    await readSpz(bytes);
  } catch (error) {
    if (isSgapsError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'read';
}

describe('readSpz', () => {
  let spz: SpzModule;
  beforeAll(async () => {
    spz = await createSpzModule({ print: () => undefined });
  });

  /** Files as the format's own library writes them, from the axes of PLY files. */
  function saved(version: number, count: number, degree: number, value: (at: number) => number): Uint8Array {
    const make = (floats: number) => new Float32Array(floats * count).map((_, at) => value(at));
    const cloud = {
      ...{ numPoints: count, shDegree: degree, antialiased: false, extensions: [] },
      ...{ positions: make(3), scales: make(3), rotations: make(4), alphas: make(1), colors: make(3) },
      sh: make(3 * ((degree + 1) ** 2 - 1)),
    };
    return spz.saveSpzToBuffer(cloud, { version, from: spz.CoordinateSystem.RDF, sh1Bits: 8, shRestBits: 8 });
  }

  it('reads a file of bytes worked out by hand, turned to right, down, forward', async () => {
    const { positions, scales, rotations, opacities, harmonics, ...rest } = await readSpz(version2({}, plain));
    expect(rest).toEqual({ count: 1, degree: 0 });
    // y and z are turned round.
    expect([...positions]).toEqual([1, 2.5, -1000]);
    [Math.exp(160 / 16 - 10), Math.exp(144 / 16 - 10), Math.exp(176 / 16 - 10)].forEach((scale, axis) => {
      expect(scales[axis]).toBeCloseTo(scale, 5);
    });
    // A half turn about y, whose turning round leaves the rotation, but for the sign.
    expect(Math.abs(rotations[2])).toBeCloseTo(1, 3);
    expect(opacities[0]).toBeCloseTo(0.4, 6);
    [255, 128, 0].forEach((byte, channel) => {
      expect(harmonics[channel]).toBeCloseTo((byte / 255 - 0.5) / 0.15, 5);
    });
    // Wide colours: a byte of 255 is brighter than white.
    expect(0.5 + BAND_0 * harmonics[0]).toBeCloseTo(0.5 + (BAND_0 * 0.5) / 0.15, 5);
  });

  it('turns harmonics with the axes: those along y and z change their sign', async () => {
    const coefficients = [192, 192, 192, 64, 64, 64, 160, 96, 128];
    const { harmonics, degree } = await readSpz(version2({ degree: 1 }, [...plain, coefficients]));
    expect(degree).toBe(1);
    expect([...harmonics.subarray(3)].map((value) => value + 0)).toEqual([-0.5, -0.5, -0.5, 0.5, 0.5, 0.5, 0.25, -0.25, 0]);
  });

  it('reads opacities of 0 and 1, which are logits without end', async () => {
    for (const [byte, opacity] of [
      [0, 0],
      [255, 1],
    ]) {
      const { opacities } = await readSpz(version2({}, [place, [byte], look.colour, look.scales, look.rotation]));
      expect(opacities[0]).toBe(opacity);
    }
  });

  it.each([2, 3, 4])('reads what the library writes as version %i, all degrees', async (version) => {
    for (const degree of [0, 1, 2, 3]) {
      const count = 40;
      const terms = (degree + 1) ** 2;
      const value = (at: number) => Math.sin(at * 1.7) / 2;
      const cloud = await readSpz(saved(version, count, degree, value));
      expect(cloud).toMatchObject({ count, degree });
      for (let splat = 0; splat < count; splat++) {
        const from = (floats: number) => Array.from({ length: floats }, (_, at) => value(floats * splat + at));
        const near = (actual: ArrayLike<number>, expected: number[], within: number) =>
          expected.forEach((number, at) => {
            expect(Math.abs(actual[at] - number), `splat ${splat}, ${at}`).toBeLessThan(within);
          });
        near(cloud.positions.subarray(3 * splat, 3 * splat + 3), from(3), 2e-4);
        near(cloud.scales.subarray(3 * splat, 3 * splat + 3), from(3).map(Math.exp), 0.06);
        near([cloud.opacities[splat]], [1 / (1 + Math.exp(-value(splat)))], 0.003);
        near(cloud.harmonics.subarray(3 * terms * splat, 3 * terms * splat + 3), from(3), 0.02);
        const rest = 3 * (terms - 1);
        near(cloud.harmonics.subarray(3 * terms * splat + 3, 3 * terms * (splat + 1)), from(rest), 0.01);
        // The library's quaternions are x, y, z, w; q and −q are one rotation.
        const [x, y, z, w] = from(4);
        const [a, b, c, d] = cloud.rotations.subarray(4 * splat, 4 * splat + 4);
        const along = (w * a + x * b + y * c + z * d) / Math.hypot(w, x, y, z);
        expect(Math.abs(along)).toBeGreaterThan(0.999);
        expect(Math.hypot(a, b, c, d)).toBeCloseTo(1, 6);
      }
    }
  });

  it('reads more splats than come in one piece', async () => {
    const count = spz.STREAM_CHUNK_POINTS + 100;
    const cloud = await readSpz(saved(4, count, 1, (at) => Math.sin(at)));
    expect(cloud.count).toBe(count);
    for (const splat of [0, spz.STREAM_CHUNK_POINTS - 1, spz.STREAM_CHUNK_POINTS, count - 1]) {
      expect(cloud.positions[3 * splat]).toBeCloseTo(Math.sin(3 * splat), 3);
      expect(cloud.harmonics[12 * splat + 3]).toBeCloseTo(Math.sin(9 * splat), 1);
    }
  });

  it('refuses what it cannot be', async () => {
    expect(await refusal(new Uint8Array(0))).toMatch(/^BYTES_TRUNCATED/);
    expect(await refusal(Uint8Array.of(0x1f, 0x8b, 8))).toMatch(/^BYTES_(TRUNCATED|MALFORMED)/);
    expect(await refusal(Uint8Array.of(0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0))).toMatch(/^BYTES_MALFORMED .*gzip/);
    expect(await refusal(gzipSync(new Uint8Array(500)))).toMatch(/^BYTES_MALFORMED .*NGSP/);
    expect(await refusal(version2({ version: 0 }, plain))).toMatch(/^UNSUPPORTED .*version 0/);
    expect(await refusal(version2({ version: 5 }, plain))).toMatch(/^UNSUPPORTED .*version 5/);
    expect(await refusal(version2({ degree: 4 }, plain))).toMatch(/^UNSUPPORTED .*degree 4/);
    expect(await refusal(version2({ count: 16_000_001 }, plain))).toMatch(/^LIMIT_EXCEEDED .*16000000/);
    // More than these bytes could ever unpack to: the library is not even asked.
    expect(await refusal(version2({ count: 15_000_000 }, plain))).toMatch(/^BYTES_TRUNCATED .*15000000/);
    expect(await refusal(version2({ count: 2 }, plain))).toMatch(/^BYTES_/);
    expect(await refusal(version2({ degree: 1 }, plain))).toMatch(/^BYTES_/);
    expect(await refusal(version2({}, plain).subarray(0, 30))).toMatch(/^BYTES_/);
    // Version 1 has half floats for its places: 0x7e00 is none.
    const half = [0x00, 0x3c, 0x00, 0x7e, 0x00, 0x3c];
    expect(await refusal(version2({ version: 1 }, [half, look.alpha, look.colour, look.scales, look.rotation]))).toMatch(
      /^BYTES_MALFORMED .*splat 0: position is NaN/,
    );
  });

  it('makes a cloud or a refusal of any damaged file', async () => {
    const files = [saved(4, 30, 3, Math.sin), saved(3, 30, 1, Math.cos), version2({}, plain)];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.boolean(),
        fc.double({ min: 0.2, max: 1, noNaN: true }),
        async (file, writes, early, share) => {
          const bytes = Uint8Array.from(file.subarray(0, Math.ceil(share * file.length)));
          for (const [at, value] of writes) bytes[at % (early ? Math.min(40, bytes.length) : bytes.length)] = value;
          try {
            const cloud = await readSplats(bytes, 'a.spz');
            for (const values of [cloud.positions, cloud.scales, cloud.rotations, cloud.opacities, cloud.harmonics])
              expect(values.every(Number.isFinite)).toBe(true);
          } catch (error) {
            if (!isSgapsError(error)) throw error;
            expect(['BYTES_TRUNCATED', 'BYTES_MALFORMED', 'LIMIT_EXCEEDED', 'UNSUPPORTED']).toContain(error.code);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
