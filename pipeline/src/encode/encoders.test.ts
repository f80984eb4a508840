import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJpegPicture, distanceOf, fromFloat16, halvesToDepth, logDepth, type SgapsError } from '@sgaps/protocol';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writeDepthHalves, writeDepthLuma } from './depthTables.js';
import type { EncodedPicture } from './PictureEncoder.js';
import { createEncoder, encoderNames, registerEncoder } from './registry.js';
import { gamePicture, HEAD, joined, psnr } from './testing/pictures.js';

const read = (picture: EncodedPicture | null) => {
  if (!picture) throw new Error('no picture');
  return decodeJpegPicture(joined(picture.parts));
};
const halvesOf = (depth: Uint8Array) => new Uint16Array(depth.slice().buffer);
const rgbOf = (jpeg: Uint8Array) => sharp(jpeg).raw().toBuffer();
const noise = (_: unknown, i: number) => ((i * 2654435761) >>> 16) & 255;

describe('jpeg+depth', () => {
  it('is a JPEG that looks like the picture, and depth that is at most 0.25 % off', async () => {
    const encoder = await createEncoder('jpeg+depth');
    const output = gamePicture(320, 180, 3);
    const { frameId, jpeg, depth } = read(await encoder.encode(output, HEAD));
    expect(frameId).toBe(HEAD.frameId);
    expect(await sharp(jpeg).metadata()).toMatchObject({ width: 320, height: 180, chromaSubsampling: '4:4:4' });
    expect(psnr(await rgbOf(jpeg), output.colour)).toBeGreaterThan(38);
    const back = halvesToDepth(halvesOf(depth));
    for (const [i, z] of output.depth.entries()) {
      const wanted = output.alpha[i] < 0.5 ? Number.POSITIVE_INFINITY : z;
      if (!(back[i] === wanted || Math.abs(back[i] - wanted) < 0.0025 * (1 + wanted))) expect.fail(`${back[i]} for ${wanted}`);
    }
  });

  it('tells the times: those given, the end of encoding, and where to write the sending', async () => {
    const before = Date.now();
    const picture = await (await createEncoder('jpeg+depth')).encode(gamePicture(32, 18, 0), HEAD);
    const { parts, stampAt, independent } = picture as EncodedPicture;
    const { times } = read(picture);
    expect(times).toEqual({ clientSent: 1.5, received: 2.25, processed: expect.any(Number), sent: 0 });
    expect(times.processed).toBeGreaterThanOrEqual(before);
    expect(times.processed).toBeLessThanOrEqual(Date.now());
    new DataView(parts[0].buffer, parts[0].byteOffset).setFloat64(stampAt as number, 77.5, true);
    expect(read({ parts, stampAt, independent }).times.sent).toBe(77.5);
    expect(independent).toBe(true);
  });

  it('has no bytes of depth for a picture without, and gives each picture what it holds', async () => {
    const encoder = await createEncoder('jpeg+depth');
    const floats = (value: number) => ({ ...gamePicture(16, 16, 0), depth: null, colour: new Float32Array(768).fill(value) });
    const first = await encoder.encode(floats(1), HEAD);
    const second = await encoder.encode(floats(Number.NaN), HEAD);
    expect([read(first).depth.length, read(second).depth.length]).toEqual([0, 0]);
    expect([(await rgbOf(read(first).jpeg))[0], (await rgbOf(read(second).jpeg))[0]]).toEqual([255, 0]);
  });

  it('is smaller, or coarser in colour, where it is asked to be', async () => {
    const output = { ...gamePicture(64, 64, 0), colour: Uint8Array.from({ length: 3 * 64 * 64 }, noise) };
    const size = async (options: object) => read(await (await createEncoder('jpeg+depth', options)).encode(output, HEAD)).jpeg;
    const [full, coarse, low] = [await size({}), await size({ chroma: '4:2:0' }), await size({ quality: 30 })];
    expect((await sharp(coarse).metadata()).chromaSubsampling).toBe('4:2:0');
    expect(coarse.length).toBeLessThan(full.length);
    expect(low.length).toBeLessThan(full.length);
    await expect(createEncoder('jpeg+depth', { quality: 0 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(createEncoder('jpeg+depth', { chroma: '4:1:1' as never })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});

describe('jpeg+depth+alpha', () => {
  it('has its alpha after its depth, as a grey JPEG, and depth also where little is', async () => {
    const encoder = await createEncoder('jpeg+depth+alpha');
    const [width, height] = [48, 20];
    const alpha = Float32Array.from({ length: width * height }, (_, i) => Math.max(0, Math.min(1, ((i % width) - 8) / 32)));
    const output = { ...gamePicture(width, height, 0), alpha };
    const { jpeg, depth } = read(await encoder.encode(output, HEAD));
    expect(await sharp(jpeg).metadata()).toMatchObject({ width, height, channels: 3 });
    const back = halvesToDepth(halvesOf(depth.subarray(0, 2 * width * height)));
    for (const [i, z] of output.depth.entries()) expect(back[i] === z || Math.abs(back[i] / z - 1) < 0.005).toBe(true);
    const grey = await sharp(depth.subarray(2 * width * height))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(grey.info).toMatchObject({ width, height });
    for (const [i, value] of alpha.entries())
      expect(Math.abs(grey.data[i * grey.info.channels] / 255 - value)).toBeLessThan(0.03);
    // Nothing to say of a picture that covers all, or has no depth.
    expect(read(await encoder.encode({ ...output, alpha: null }, HEAD)).depth).toHaveLength(2 * width * height);
    expect(read(await encoder.encode({ ...output, depth: null }, HEAD)).depth).toHaveLength(0);
  });
});

it('writes the depth that the formula says, for any float, as half floats and as luma', () => {
  fc.assert(
    fc.property(fc.array(fc.float(), { minLength: 1, maxLength: 30 }), (all) => {
      const depth = Float32Array.from(all);
      const [halves, luma] = [new Uint16Array(depth.length), new Uint8Array(depth.length)];
      writeDepthHalves(depth, null, halves);
      writeDepthLuma(depth, null, depth.length, luma, depth.length);
      for (const [i, z] of depth.entries()) {
        const wanted = z > 0 ? logDepth(z) : 1;
        expect(Math.abs(fromFloat16(halves[i]) - wanted)).toBeLessThan(0.0003);
        expect(Math.abs((235 - luma[i]) / 219 - wanted)).toBeLessThan(0.5 / 219 + 0.0001);
      }
    }),
  );
});

it('raw is the bytes and the distances themselves, which are not the scene’s any more', async () => {
  const encoder = await createEncoder('raw');
  for (const colour of [gamePicture(31, 17, 0).colour, new Float32Array(3 * 31 * 17).fill(0.2)]) {
    const output = { ...gamePicture(31, 17, 0), colour };
    const picture = await encoder.encode(output, HEAD);
    const [firstByte, firstDepth] = [colour instanceof Uint8Array ? colour[0] : 51, output.depth[200]];
    output.colour.fill(0);
    output.depth.fill(0);
    const { jpeg, depth } = read(picture);
    expect([jpeg.length, jpeg[0]]).toEqual([3 * 31 * 17, firstByte]);
    expect(new Float32Array(depth.slice().buffer)[200]).toBe(firstDepth);
  }
});

describe('debug', () => {
  it('saves every tenth picture and its depth', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'sgaps-debug-')), 'frames');
    const encoder = await createEncoder('debug', { folder });
    const output = gamePicture(64, 36, 0);
    let last: EncodedPicture | null = null;
    for (let frameId = 100; frameId <= 110; frameId++) last = await encoder.encode(output, { ...HEAD, frameId });
    await encoder.dispose();
    expect((await readdir(folder)).sort()).toEqual([
      'frame-100.depth.png',
      'frame-100.jpg',
      'frame-110.depth.png',
      'frame-110.jpg',
    ]);
    const saved = await sharp(join(folder, 'frame-110.jpg')).raw().toBuffer();
    expect(saved.equals(await rgbOf(read(last).jpeg))).toBe(true);
    const grey = await sharp(join(folder, 'frame-110.depth.png')).toColourspace('b-w').raw().toBuffer();
    expect(grey[0]).toBe(0);
    expect(distanceOf(1 - grey[64 * 20 + 10] / 255)).toBeCloseTo(4, 0);
  });

  it('loses no picture where it cannot save, and says so once', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'sgaps-debug-')), 'a-file');
    await writeFile(file, '');
    const warnings: SgapsError[] = [];
    const encoder = await createEncoder('debug', { folder: join(file, 'frames'), warn: (error) => warnings.push(error) });
    for (let frameId = 0; frameId < 21; frameId++)
      expect(read(await encoder.encode(gamePicture(16, 9, 0), { ...HEAD, frameId })).frameId).toBe(frameId);
    await encoder.dispose();
    expect(warnings).toMatchObject([{ code: 'STORAGE_FAILED', message: expect.stringContaining(file) }]);
  });
});

describe('the names of encoders', () => {
  it('are those we ship and those registered, each once', async () => {
    expect(encoderNames()).toEqual(['debug', 'h264', 'jpeg+depth', 'jpeg+depth+alpha', 'raw']);
    const mine = await createEncoder('raw');
    registerEncoder('test+mine_1', () => mine);
    expect(encoderNames()).toContain('test+mine_1');
    expect(await createEncoder('test+mine_1')).toBe(mine);
    for (const [name, factory] of [
      ['raw', () => mine],
      ['Big', () => mine],
      ['', () => mine],
      ['none', null],
    ] as const)
      expect(() => registerEncoder(name, factory as () => typeof mine)).toThrow(
        expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
      );
  });

  it('are told to whoever asks for another', async () => {
    await expect(createEncoder('constructor')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/no encoder 'constructor'.*debug, h264, jpeg\+depth, jpeg\+depth\+alpha, raw/),
    });
  });
});

it.each(['jpeg+depth', 'jpeg+depth+alpha', 'h264', 'raw', 'debug'])(
  '%s refuses a picture of a wrong shape, and takes the next',
  async (name) => {
    const folder = await mkdtemp(join(tmpdir(), 'sgaps-debug-'));
    const encoder = await createEncoder(name, { folder });
    const output = gamePicture(32, 18, 0);
    const wrong = { ...output, depth: new Float32Array(5) };
    await expect(encoder.encode(wrong, HEAD)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    expect((await encoder.encode(output, HEAD))?.independent).toBe(true);
    await encoder.dispose();
  },
);
