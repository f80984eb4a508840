import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VideoWriter } from '@sgaps/server/clips';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFrames } from '../video/readFrames.js';
import { PSNR_CAP, psnr } from './psnr.js';
import { QualityMeter } from './QualityMeter.js';
import { Ssim } from './Ssim.js';
import { mean, quantile } from './statistics.js';

const W = 64;
const H = 48;

function picture(of: (x: number, y: number, channel: number) => number): Uint8Array {
  const rgb = new Uint8Array(3 * W * H);
  for (let y = 0, i = 0; y < H; y++) for (let x = 0; x < W; x++) for (let c = 0; c < 3; c++, i++) rgb[i] = of(x, y, c);
  return rgb;
}

const ssimOf = (a: Uint8Array, b: Uint8Array) => {
  const ssim = new Ssim(W, H);
  return ssim.compare(ssim.prepare(a), ssim.prepare(b));
};

describe('psnr', () => {
  it('is the cap for equal pictures and for nearly equal ones', () => {
    const a = picture((x) => x);
    expect(psnr(a, a)).toBe(PSNR_CAP);
    const large = new Uint8Array(3 * 1000 * 1000);
    const off = large.slice();
    off[0] = 1;
    expect(psnr(large, off)).toBe(PSNR_CAP);
  });

  it('follows 20 log10(255 / d) for a constant difference d', () => {
    const a = picture(() => 100);
    for (const d of [1, 5, 16, 100])
      expect(
        psnr(
          a,
          picture(() => 100 + d),
        ),
      ).toBeCloseTo(20 * Math.log10(255 / d), 10);
  });

  it('counts channels alike', () => {
    expect(
      psnr(
        picture(() => 0),
        picture((_x, _y, c) => (c === 1 ? 30 : 0)),
      ),
    ).toBeCloseTo(10 * Math.log10((255 * 255 * 3) / 900), 10);
  });
});

describe('Ssim', () => {
  it('is 1 for equal pictures', () => {
    const a = picture((x, y, c) => (x * 7 + y * 13 + c * 50) % 256);
    expect(ssimOf(a, a)).toBeCloseTo(1, 6);
  });

  it('is the luminance term alone for flat pictures', () => {
    const C1 = (0.01 * 255) ** 2;
    const expected = (2 * 100 * 150 + C1) / (100 * 100 + 150 * 150 + C1);
    expect(
      ssimOf(
        picture(() => 100),
        picture(() => 150),
      ),
    ).toBeCloseTo(expected, 5);
  });

  it('is near −1 for a zero-mean pattern turned about its mean', () => {
    const a = picture((x, y) => ((x + y) % 2 ? 228 : 28));
    const b = picture((x, y) => ((x + y) % 2 ? 28 : 228));
    expect(ssimOf(a, b)).toBeLessThan(-0.98);
  });

  it('agrees with a direct, unseparated computation', () => {
    const noise = (seed: number) =>
      picture((x, y, c) => ((x * 73856093) ^ (y * 19349663) ^ (c * 83492791) ^ (seed * 2654435761)) & 255);
    const a = noise(1);
    const other = noise(2);
    const b = picture((x, y, c) => (a[3 * (y * W + x) + c] + other[3 * (y * W + x) + c]) >> 1);
    expect(ssimOf(a, b)).toBeCloseTo(directSsim(a, b), 5);
  });
});

function directSsim(a: Uint8Array, b: Uint8Array): number {
  const luma = (p: Uint8Array, i: number) => 0.299 * p[3 * i] + 0.587 * p[3 * i + 1] + 0.114 * p[3 * i + 2];
  const weight: number[] = [];
  for (let y = -5; y <= 5; y++) for (let x = -5; x <= 5; x++) weight.push(Math.exp(-(x * x + y * y) / 4.5));
  const total = weight.reduce((sum, w) => sum + w, 0);
  let sum = 0;
  let count = 0;
  for (let y = 5; y < H - 5; y++) {
    for (let x = 5; x < W - 5; x++) {
      let ma = 0;
      let mb = 0;
      let aa = 0;
      let bb = 0;
      let ab = 0;
      for (let k = 0; k < 121; k++) {
        const i = (y - 5 + Math.floor(k / 11)) * W + x - 5 + (k % 11);
        const w = weight[k] / total;
        ma += w * luma(a, i);
        mb += w * luma(b, i);
        aa += w * luma(a, i) ** 2;
        bb += w * luma(b, i) ** 2;
        ab += w * luma(a, i) * luma(b, i);
      }
      const C1 = 2.55 ** 2;
      const C2 = 7.65 ** 2;
      sum += ((2 * ma * mb + C1) * (2 * (ab - ma * mb) + C2)) / ((ma * ma + mb * mb + C1) * (aa - ma * ma + bb - mb * mb + C2));
      count++;
    }
  }
  return sum / count;
}

describe('statistics', () => {
  it('takes means and quantiles', () => {
    expect(mean([1, 2, 6], 1)).toBe(4);
    expect(mean([], 0)).toBeNaN();
    expect(quantile([30, 10, 20], 0.5)).toBe(20);
    expect(quantile([0, 10], 0.05)).toBeCloseTo(0.5, 10);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('QualityMeter', () => {
  it('skips the first two seconds for "steady" and knows the held rows', () => {
    const meter = new QualityMeter({ width: W, height: H, fps: 2, ssim: false });
    const flat = (value: number) => picture(() => value);
    for (let t = 0; t < 6; t++) meter.add(flat(10 * t), flat(10 * t + (t < 4 ? 20 : 5)));
    expect(meter.rebuilt().psnrSteady).toBeCloseTo(20 * Math.log10(255 / 5), 10);
    expect(meter.rebuilt().psnr).toBeCloseTo((4 * 20 * Math.log10(255 / 20) + 2 * 20 * Math.log10(255 / 5)) / 6, 10);
    expect(meter.previousHeld().psnr).toBeCloseTo(20 * Math.log10(255 / 10), 10);
    expect(meter.firstHeld().psnrSteady).toBeCloseTo((20 * Math.log10(255 / 40) + 20 * Math.log10(255 / 50)) / 2, 10);
    expect(meter.rebuilt().ssim).toBeNaN();
  });

  it('gives SSIM of the held rows from the right frames', () => {
    const meter = new QualityMeter({ width: W, height: H, fps: 30 });
    const frames = [0, 3, 9].map((shift) => picture((x, y) => ((x + shift) * 11 + y * 5) % 256));
    for (const frame of frames) meter.add(frame, frame);
    expect(meter.rebuilt().ssim).toBeCloseTo(1, 6);
    expect(meter.previousHeld().ssim).toBeCloseTo((ssimOf(frames[1], frames[0]) + ssimOf(frames[2], frames[1])) / 2, 5);
    expect(meter.firstHeld().ssim).toBeCloseTo((1 + ssimOf(frames[1], frames[0]) + ssimOf(frames[2], frames[0])) / 3, 5);
  });
});

describe('against ffmpeg', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sgaps-metrics-'));
  const truths: Uint8Array[] = [];
  const others: Uint8Array[] = [];
  beforeAll(async () => {
    const info = { width: W, height: H, fps: 30 };
    const truth = new VideoWriter(join(dir, 'truth.mkv'), info);
    const other = new VideoWriter(join(dir, 'other.mkv'), info);
    for (let t = 0; t < 5; t++) {
      truths.push(picture((x, y, c) => Math.round(128 + 100 * Math.sin((x + 2 * t) / 5) * Math.cos((y + c) / 7))));
      others.push(
        picture((x, y, c) => Math.round(128 + 100 * Math.sin((x + 2 * t) / 5) * Math.cos((y + c) / 7) + ((x * y + t) % 9) - 4)),
      );
      await truth.write(truths[t]);
      await other.write(others[t]);
    }
    await truth.close();
    await other.close();
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const filter = (name: string) =>
    execFileSync(
      'ffmpeg',
      [
        '-v',
        'error',
        '-i',
        join(dir, 'other.mkv'),
        '-i',
        join(dir, 'truth.mkv'),
        '-lavfi',
        `[0]format=gbrp[a];[1]format=gbrp[b];[a][b]${name}=stats_file=-`,
        '-f',
        'null',
        '-',
      ],
      { encoding: 'utf8' },
    )
      .trim()
      .split('\n');

  it('writes and reads frames back bit for bit', async () => {
    let t = 0;
    for await (const frame of readFrames(join(dir, 'truth.mkv'), { width: W, height: H }))
      expect(Buffer.compare(frame, truths[t++])).toBe(0);
    expect(t).toBe(5);
  });

  it('reads 10-bit depth as two bytes a pixel, low first', async () => {
    const path = join(dir, 'depth.mkv');
    const codes = Buffer.alloc(2 * W * H);
    for (let i = 0; i < W * H; i++) codes.writeUInt16LE((i * 7) % 1024, 2 * i);
    const encode = ['-c:v', 'ffv1', '-pix_fmt', 'gray10le', path];
    execFileSync(
      'ffmpeg',
      ['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'gray10le', '-s', `${W}x${H}`, '-i', 'pipe:0', ...encode],
      { input: codes },
    );
    for await (const frame of readFrames(path, { width: W, height: H }, { format: 'gray10le' }))
      expect(Buffer.compare(frame, codes)).toBe(0);
  });

  it('has ffmpeg’s PSNR per frame', () => {
    const ffmpeg = filter('psnr').map((line) => Number(/psnr_avg:([\d.]+)/.exec(line)?.[1]));
    expect(ffmpeg).toHaveLength(5);
    for (let t = 0; t < 5; t++) expect(psnr(truths[t], others[t])).toBeCloseTo(ffmpeg[t], 1);
  });

  it('is near ffmpeg’s SSIM, which takes 8×8 boxes instead of a Gaussian', () => {
    const ffmpeg = filter('ssim').map((line) => Number(/All:([\d.]+)/.exec(line)?.[1]));
    for (let t = 0; t < 5; t++) expect(Math.abs(ssimOf(truths[t], others[t]) - ffmpeg[t])).toBeLessThan(0.02);
  });

  it('fails with typed errors', async () => {
    const read = async () => {
      for await (const frame of readFrames(join(dir, 'none.mkv'), { width: W, height: H })) expect(frame).toBeDefined();
    };
    await expect(read()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const bad = new VideoWriter(join(dir, 'bad.mkv'), { width: W, height: H, fps: 30 }, ['-c:v', 'no-such-codec']);
    await expect(bad.close()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});
