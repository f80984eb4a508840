import { EncodedVideoChunk, VideoDecoder, type VideoFrame } from '@napi-rs/webcodecs';
import { decodeH264Picture, depthToLuma, lumaToDepth, stackedLayout } from '@sgaps/protocol';
import { expect, it, onTestFinished } from 'vitest';
import type { RenderOutput } from '../scene/SceneRenderer.js';
import type { EncoderOptions } from './EncoderOptions.js';
import type { PictureEncoder } from './PictureEncoder.js';
import { createEncoder } from './registry.js';
import { gamePicture, HEAD, joined, psnr } from './testing/pictures.js';

interface Unit {
  readonly unit: Uint8Array;
  readonly key: boolean;
}
interface Planes {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

async function open(options?: EncoderOptions): Promise<PictureEncoder> {
  const encoder = await createEncoder('h264', options);
  onTestFinished(async () => encoder.dispose());
  return encoder;
}

async function unitOf(encoder: PictureEncoder, output: RenderOutput): Promise<Unit> {
  const picture = await encoder.encode(output, HEAD);
  if (!picture) throw new Error('no picture');
  const { frameId, times, unit } = decodeH264Picture(joined(picture.parts));
  expect([frameId, times.clientSent, times.received, times.sent]).toEqual([HEAD.frameId, 1.5, 2.25, 0]);
  expect(times.processed).toBeGreaterThan(1.7e12);
  expect(picture.stampAt).toBe(32);
  expect([...unit.subarray(0, 4)]).toEqual([0, 0, 0, 1]);
  return { unit, key: picture.independent };
}

/** What a decoder that begins with the first of these units shows. */
async function decoded(units: readonly Unit[]): Promise<Planes[]> {
  const frames: VideoFrame[] = [];
  const failed: Error[] = [];
  const decoder = new VideoDecoder({ output: (frame) => frames.push(frame), error: (error) => failed.push(error) });
  decoder.configure({ codec: 'avc1.640034', hardwareAcceleration: 'prefer-software' });
  for (const [i, { unit, key }] of units.entries())
    decoder.decode(new EncodedVideoChunk({ type: key ? 'key' : 'delta', timestamp: i, data: unit }));
  await decoder.flush();
  decoder.close();
  expect(failed).toEqual([]);
  return Promise.all(
    frames.map(async (frame) => {
      const bytes = new Uint8Array(frame.allocationSize({ format: 'I420' }));
      await frame.copyTo(bytes, { format: 'I420' });
      const { codedWidth: width, codedHeight: height } = frame;
      frame.close();
      return { width, height, bytes };
    }),
  );
}

/** RGB of the upper half, by BT.709 in limited range, as a browser would. */
function coloursOf({ width: stride, height: rows, bytes }: Planes, width: number, height: number): Uint8ClampedArray {
  const rgb = new Uint8ClampedArray(3 * width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const chroma = stride * rows + (stride / 2) * (y >> 1) + (x >> 1);
      const luma = (bytes[stride * y + x] - 16) * (255 / 219);
      const [u, v] = [bytes[chroma], bytes[chroma + (stride * rows) / 4]].map((value) => (value - 128) * (255 / 224));
      rgb.set([luma + 1.5748 * v, luma - 0.1873 * u - 0.4681 * v, luma + 1.8556 * u], i);
    }
  }
  return rgb;
}

const depthLumaOf = ({ width: stride, height: rows, bytes }: Planes, width: number, height: number) =>
  Uint8Array.from({ length: width * height }, (_, i) => bytes[stride * (rows / 2 + Math.floor(i / width)) + (i % width)]);

it('gives an access unit for each picture, which shows its colours above its depth', async () => {
  const encoder = await open();
  const outputs = Array.from({ length: 12 }, (_, step) => gamePicture(320, 180, step));
  const units: Unit[] = [];
  for (const output of outputs) units.push(await unitOf(encoder, output));
  const shown = await decoded(units);
  expect(shown.length).toBe(12);
  for (const [i, { colour, depth, alpha }] of outputs.entries()) {
    expect(shown[i]).toMatchObject({ width: 320, height: 360 });
    expect(psnr(coloursOf(shown[i], 320, 180), colour)).toBeGreaterThan(36);
    const luma = depth.map((z, at) => (alpha[at] < 0.5 ? 16 : depthToLuma(z)));
    expect(psnr(depthLumaOf(shown[i], 320, 180), luma)).toBeGreaterThan(44);
  }
  // The box of distance 4, not at its edge.
  expect(lumaToDepth(depthLumaOf(shown[11], 320, 180)[320 * 90 + 90])).toBeCloseTo(4, 0);
});

it('begins with a key frame, and goes on with smaller ones', async () => {
  const encoder = await open();
  const units: Unit[] = [];
  for (let step = 0; step < 6; step++) units.push(await unitOf(encoder, gamePicture(320, 180, step)));
  expect(units.map(({ key }) => key)).toEqual([true, false, false, false, false, false]);
  for (const { unit } of units.slice(1)) expect(unit.length).toBeLessThan(units[0].unit.length / 2);
});

it('lets somebody who joins begin at the picture after refresh()', async () => {
  const encoder = await open();
  for (let step = 0; step < 3; step++) await unitOf(encoder, gamePicture(64, 36, step));
  encoder.refresh();
  const joinedAt = [await unitOf(encoder, gamePicture(64, 36, 3)), await unitOf(encoder, gamePicture(64, 36, 4))];
  expect(joinedAt.map(({ key }) => key)).toEqual([true, false]);
  const shown = await decoded(joinedAt);
  expect(psnr(coloursOf(shown[1], 64, 36), gamePicture(64, 36, 4).colour)).toBeGreaterThan(30);
});

it('takes any size, odd ones too, and begins anew with a key frame where it changes', async () => {
  const encoder = await open();
  for (const [width, height] of [
    [320, 180],
    [321, 181],
    [16, 9],
    [64, 35],
  ]) {
    const output = gamePicture(width, height, 0);
    const units = [await unitOf(encoder, output), await unitOf(encoder, output)];
    expect(units.map(({ key }) => key)).toEqual([true, false]);
    const [, shown] = await decoded(units);
    const { width: coded, height: rows } = stackedLayout(width, height);
    expect(shown).toMatchObject({ width: coded, height: rows });
    const luma = output.depth.map((z, at) => (output.alpha[at] < 0.5 ? 16 : depthToLuma(z)));
    expect(psnr(depthLumaOf(shown, width, height), luma)).toBeGreaterThan(38);
    expect(psnr(coloursOf(shown, width, height), output.colour)).toBeGreaterThan(30);
  }
});

it('has nothing there in the lower half of a picture without depth, for a few bytes', async () => {
  const flat = { ...gamePicture(320, 180, 0), depth: null };
  const encoder = await open();
  // After one with depth: none of it may stay.
  await unitOf(encoder, gamePicture(320, 180, 0));
  encoder.refresh();
  const without = await unitOf(encoder, flat);
  const [shown] = await decoded([without]);
  expect(new Set(depthLumaOf(shown, 320, 180).subarray(320 * 8))).toEqual(new Set([16]));
  encoder.refresh();
  const grey = await unitOf(encoder, { ...flat, colour: new Uint8Array(3 * 320 * 180).fill(128) });
  expect(grey.unit.length).toBeLessThan(1200);
});

it('spends the bits it is given, and refuses a number that is none', async () => {
  const noise = (step: number) => {
    const output = gamePicture(320, 180, step);
    for (let i = 0; i < output.colour.length; i++) output.colour[i] ^= ((i * 2654435761 + step * 40503) >>> 20) & 63;
    return output;
  };
  const spent = async (bitrate: number) => {
    const encoder = await open({ bitrate });
    let bytes = 0;
    for (let step = 0; step < 30; step++) bytes += (await unitOf(encoder, noise(step))).unit.length;
    return bytes;
  };
  expect(await spent(500_000)).toBeLessThan((await spent(4_000_000)) / 2);
  await expect(createEncoder('h264', { bitrate: Number.NaN })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
});

it('says so where it cannot encode a size, and takes the next', async () => {
  const encoder = await open();
  for (const _ of [1, 2]) {
    await expect(encoder.encode(gamePicture(1, 1, 0), HEAD)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/2×4 failed: Failed to open encoder/),
    });
  }
  expect((await unitOf(encoder, gamePicture(64, 36, 0))).key).toBe(true);
});

it('encodes by software where hardware is asked for and none is there', async () => {
  const encoder = await open({ hardware: true });
  const [shown] = await decoded([await unitOf(encoder, gamePicture(64, 36, 0))]);
  expect(psnr(coloursOf(shown, 64, 36), gamePicture(64, 36, 0).colour)).toBeGreaterThan(30);
});

it('is over once it is disposed of, also for the picture that it has under way', async () => {
  const encoder = await open();
  const under = encoder.encode(gamePicture(1280, 720, 0), HEAD);
  encoder.dispose();
  await expect(under).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(encoder.encode(gamePicture(64, 36, 0), HEAD)).rejects.toMatchObject({ code: 'CLOSED' });
});
