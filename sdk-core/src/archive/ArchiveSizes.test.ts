import { describe, expect, it } from 'vitest';
import {
  decodeGroup,
  decoderOf,
  encodeGroup,
  meanPsnr,
  movingPictures,
  noisyPictures,
  shapeOf,
  stillPictures,
} from '../testing/archivePictures.js';
import { MeanColourModel } from '../testing/MeanColourModel.js';
import { ArchiveEncoder } from './ArchiveEncoder.js';

const SMALL = { width: 64, height: 32 };

describe('archive sizes', () => {
  it('copies tiles that repeat within a keyframe', async () => {
    const grid = { width: 160, height: 96 };
    const [noise] = noisyPictures(grid, 1, 255);
    const tiled = noise.rgb.map((_, i) => {
      const x = Math.floor(i / 3) % grid.width;
      const y = Math.floor(i / 3 / grid.width);
      return noise.rgb[3 * ((y % 24) * grid.width + (x % 24)) + (i % 3)];
    });
    const options = { model: null, quantiser: 24 };
    const noiseBytes = await encodeGroup(grid, [noise], options);
    const tiledBytes = await encodeGroup(grid, [{ ...noise, rgb: tiled }], options);
    // 24×24 of the 160×96 pixels are new, and the cubes that those begin in.
    expect(tiledBytes.length).toBeLessThan(noiseBytes.length / 8);
  });

  it('copies from the far side of the widest grid', async () => {
    const grid = { width: 640, height: 64 };
    const [noise] = noisyPictures(grid, 1, 255);
    const rgb = noise.rgb.map((_, i) => {
      const x = Math.floor(i / 3) % grid.width;
      const y = Math.floor(i / 3 / grid.width);
      return noise.rgb[3 * ((y % 32) * grid.width + (y < 32 ? x : (x + 512 + (y % 2)) % grid.width)) + (i % 3)];
    });
    const bytes = await encodeGroup(grid, [{ ...noise, rgb }], { model: null, quantiser: 20 });
    expect(await decodeGroup(decoderOf(grid, null), bytes)).toHaveLength(1);
  });

  it.each([null, new MeanColourModel()])('takes next to nothing for pictures that stand still', async (model) => {
    const bytes = async (count: number) =>
      (await encodeGroup(SMALL, stillPictures(SMALL, count, '2d'), { model, quantiser: 28 })).length;
    expect((await bytes(17)) - (await bytes(1))).toBeLessThan(16 * 40);
  });

  it('finds motion: a picture that scrolls takes much less than one that is new', async () => {
    const grid = { width: 128, height: 64 };
    const options = { model: null, quantiser: 30 };
    const first = await encodeGroup(grid, movingPictures(grid, 1), options);
    const all = await encodeGroup(grid, movingPictures(grid, 5), options);
    expect((all.length - first.length) / 4).toBeLessThan(0.4 * first.length);
  });

  it('shows the greatest contrast there is, at the finest quantiser too', async () => {
    const [picture] = noisyPictures(SMALL, 1, 0);
    const rgb = picture.rgb.map((_, i) => {
      const pixel = Math.floor(i / 3);
      const square = ((pixel % SMALL.width) >> 3) + 5 * Math.floor(pixel / SMALL.width / 8);
      return (Math.imul(square + 1, 0x9e3779b1) >>> (7 + (i % 3))) & 1 ? 255 : 0;
    });
    for (const quantiser of [0, 3, 6]) {
      const bytes = await encodeGroup(SMALL, [{ ...picture, rgb }], { model: null, quantiser });
      expect(meanPsnr(await decodeGroup(decoderOf(SMALL, null), bytes), [{ ...picture, rgb }])).toBeGreaterThan(48);
    }
  });
});

describe('archive goals', () => {
  async function run(groups: number, strength: number, goal: { bytesPerSecond?: number; quality: number }) {
    const pictures = noisyPictures(SMALL, 16 * groups, strength);
    const encoder = new ArchiveEncoder(shapeOf(SMALL), { model: null, ...goal });
    const decoder = decoderOf(SMALL, null);
    let bytes = 0;
    const psnrs: number[] = [];
    for (let at = 0; at < pictures.length; at += 16) {
      const group = pictures.slice(at, at + 16);
      const coded = await encoder.encode(group);
      bytes += coded.length;
      psnrs.push(meanPsnr(await decodeGroup(decoder, coded), group));
    }
    return { rate: (30 * bytes) / pictures.length, psnrs };
  }

  it.each([3_000, 10_000])('keeps to %i bytes a second where all is busy', async (bytesPerSecond) => {
    const { rate } = await run(3, 8, { bytesPerSecond, quality: 99 });
    expect(rate).toBeGreaterThan(0.85 * bytesPerSecond);
    expect(rate).toBeLessThan(1.15 * bytesPerSecond);
  });

  it.each([32, 38.5, 43])('comes close to %d dB', async (quality) => {
    const { psnrs } = await run(2, 20, { quality });
    for (const psnr of psnrs) expect(Math.abs(psnr - quality)).toBeLessThan(1.3);
  });

  it('takes fewer bytes than it may where the quality needs no more', async () => {
    const free = await run(1, 20, { quality: 34 });
    const bounded = await run(1, 20, { quality: 34, bytesPerSecond: 3 * free.rate });
    expect(bounded).toEqual(free);
  });
});
