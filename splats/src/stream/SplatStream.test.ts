import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { writePly } from '../files/writePly.js';
import { renderReference } from '../reference/renderReference.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { makeStream } from '../synthetic/makeStream.js';
import { SplatStream } from './SplatStream.js';
import { multiply } from './testing/movePlainly.js';

/** A stream of the trainer, and what PyTorch says of it: `python -m training.streaming_gaussians.fixture`. */
const TINY = fileURLToPath(new URL('./fixtures/tiny', import.meta.url));

interface Expected {
  readonly gaussians: readonly number[];
  readonly frames: readonly {
    readonly frame: number;
    readonly added: number;
    readonly positions: readonly (readonly number[])[];
    readonly turns: readonly (readonly number[])[];
    readonly harmonics: readonly (readonly number[])[];
  }[];
  readonly pictures: readonly {
    readonly frame: number;
    readonly width: number;
    readonly height: number;
    readonly fx: number;
    readonly fy: number;
    readonly cx: number;
    readonly cy: number;
    readonly view: readonly number[];
    readonly rgb: string;
  }[];
}

const root = mkdtempSync(join(tmpdir(), 'sgaps-stream-'));
const made = join(root, 'made');
const copyOf = (name: string) => {
  cpSync(made, join(root, name), { recursive: true });
  return join(root, name);
};
const copied = ({ count, degree, ...arrays }: SplatCloud) => ({
  count,
  degree,
  arrays: Object.entries(arrays).map(([name, values]) => [name, [...(values as Float32Array)]]),
});
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );

beforeAll(async () => {
  await makeStream(made, { gaussians: 60, frames: 9, added: 5 });
});
afterAll(() => rmSync(root, { recursive: true }));

describe('SplatStream', () => {
  it('gives the clouds that PyTorch makes of the same files', async () => {
    const expected = JSON.parse(readFileSync(join(TINY, 'expected.json'), 'utf8')) as Expected;
    const stream = await SplatStream.open(TINY);
    expect(stream.manifest.frames).toBe(expected.frames.length);
    let moved = 0;
    for (const { frame, added, positions, turns, harmonics } of expected.frames) {
      const cloud = await stream.frame(frame);
      expect(cloud.count).toBe(stream.base.count + added);
      for (const [at, splat] of expected.gaussians.entries()) {
        for (const [axis, value] of positions[at].entries()) {
          expect(Math.abs(cloud.positions[3 * splat + axis] - value)).toBeLessThan(1e-4);
          moved = Math.max(moved, Math.abs(value - expected.frames[0].positions[at][axis]));
        }
        const [shown, first] = [cloud, stream.base].map(({ rotations }) => [...rotations.subarray(4 * splat, 4 * splat + 4)]);
        for (const [part, value] of multiply(turns[at], first).entries())
          expect(Math.abs(shown[part] - value)).toBeLessThan(1e-4);
        const terms = harmonics[at].length;
        for (const [term, value] of harmonics[at].entries())
          expect(Math.abs(cloud.harmonics[terms * splat + term] - value)).toBeLessThan(1e-3);
      }
    }
    expect(moved).toBeGreaterThan(0.01);
    expect(expected.frames.some(({ added }) => added > 0)).toBe(true);
    expect(stream.applied).toBe(expected.frames.length - 1);
  });

  it('gives clouds whose pictures are those that PyTorch draws', async () => {
    const { pictures } = JSON.parse(readFileSync(join(TINY, 'expected.json'), 'utf8')) as Expected;
    const stream = await SplatStream.open(TINY);
    expect(pictures.length).toBeGreaterThan(0);
    for (const { frame, rgb, view, ...camera } of pictures) {
      const image = renderReference(await stream.frame(frame), { ...camera, view: Float32Array.from(view) });
      const truth = Buffer.from(rgb, 'base64');
      expect(truth).toHaveLength(image.colour.length);
      const error = image.colour.reduce((sum, value, at) => sum + (Math.round(255 * value) - truth[at]) ** 2, 0) / truth.length;
      expect(10 * Math.log10(255 ** 2 / error)).toBeGreaterThan(40);
    }
  });

  it('gives the same clouds in any order as played through', async () => {
    const played = await SplatStream.open(made);
    const clouds = [];
    for (let frame = 0; frame < 9; frame++) clouds.push(copied(await played.frame(frame)));
    expect(clouds.map(({ count }) => count)).toEqual([60, 65, 60, 65, 60, 65, 60, 65, 60]);
    for (const stateBytes of [0, 3000, 1e9]) {
      const stream = await SplatStream.open(made, { stateBytes });
      for (const frame of [8, 3, 4, 3, 7, 0, 1, 8, 2]) expect(copied(await stream.frame(frame))).toEqual(clouds[frame]);
      const all = await Promise.all([5, 1, 6].map(async (frame) => copied((await stream.fill(frame, null)).cloud)));
      expect(all).toEqual([clouds[5], clouds[1], clouds[6]]);
    }
  });

  it('writes clouds to the same arrays again, and to new ones only where there is more', async () => {
    const stream = await SplatStream.open(made);
    const memory = async (frame: number) => (await stream.frame(frame)).positions.buffer;
    const [none, first] = [await memory(0), await memory(1)];
    expect(none).not.toBe(first);
    for (const frame of [2, 3, 1, 8]) expect(await memory(frame)).toBe(first);
  });

  it('has only its frames', async () => {
    const stream = await SplatStream.open(made);
    for (const frame of [-1, 9, 0.5, Number.NaN])
      expect(await failure(stream.frame(frame))).toMatch(/^ARGUMENT_INVALID .*0 to 8/);
  });

  it('tells what is wrong with a frame, and gives those before it', async () => {
    const folder = copyOf('holes');
    const stream = await SplatStream.open(folder);
    const file = (name: string) => join(folder, 'frames', name);
    truncateSync(file('000006.ntc'), 1000);
    expect(await failure(stream.frame(8))).toMatch(/^BYTES_TRUNCATED/);
    rmSync(file('000006.ntc'));
    expect(await failure(stream.frame(6))).toBe('NOT_FOUND There is no frame 6 of the stream.');
    writeFileSync(file('000006.ntc'), new Uint8Array(1e6));
    expect(await failure(stream.frame(7))).toMatch(/^LIMIT_EXCEEDED .*frame 6/);
    const damaged = readFileSync(join(made, 'frames', '000006.ntc'));
    damaged[500] ^= 4;
    writeFileSync(file('000006.ntc'), damaged);
    expect(await failure(stream.frame(6))).toMatch(/^CHECKSUM_MISMATCH .*6/);
    expect((await stream.frame(5)).count).toBe(65);
    copyFileSync(join(made, 'frames', '000006.ntc'), file('000006.ntc'));
    expect((await stream.frame(8)).count).toBe(60);
  });

  it('tells what is wrong with added Gaussians, and gives the frames after them', async () => {
    const folder = copyOf('added');
    const stream = await SplatStream.open(folder);
    const file = join(folder, 'frames', '000003.ply');
    rmSync(file);
    expect(await failure(stream.frame(3))).toBe('NOT_FOUND There is no file of the Gaussians added in frame 3 of the stream.');
    writeFileSync(file, writePly(makeScatter(4, 1, 1)));
    expect(await failure(stream.frame(3))).toMatch(/^BYTES_MALFORMED .*4, where 5/);
    writeFileSync(file, writePly(makeScatter(5, 1, 2)));
    expect(await failure(stream.frame(3))).toMatch(/^BYTES_MALFORMED .*degree 2/);
    truncateSync(file, 2 ** 20);
    expect(await failure(stream.frame(3))).toMatch(/^LIMIT_EXCEEDED .*frame 3/);
    expect((await stream.frame(4)).count).toBe(60);
    expect((await stream.frame(5)).count).toBe(65);
  });

  it('is not opened where something is missing or does not fit', async () => {
    const open = (folder: string) => failure(SplatStream.open(folder));
    expect(await open(join(root, 'nowhere'))).toMatch(/^NOT_FOUND .*stream\.json/);
    expect(await open(join(made, 'stream.json'))).toMatch(/^NOT_FOUND/);
    const folder = copyOf('base');
    writeFileSync(join(folder, 'base.ply'), writePly(makeScatter(5, 1, 0)));
    expect(await open(folder)).toMatch(/^BYTES_MALFORMED .*degree 0/);
    rmSync(join(folder, 'base.ply'));
    expect(await open(folder)).toMatch(/^NOT_FOUND .*base\.ply/);
    writeFileSync(join(folder, 'stream.json'), new Uint8Array(70_000));
    expect(await open(folder)).toMatch(/^LIMIT_EXCEEDED/);
    writeFileSync(join(folder, 'stream.json'), '{');
    expect(await open(folder)).toMatch(/^BYTES_MALFORMED/);
  });
});
