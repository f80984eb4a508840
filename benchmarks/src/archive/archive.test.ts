import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArchiveModel, CubeConditions } from '@sgaps/core';
import { VideoWriter } from '@sgaps/server/clips';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archivePage } from './archivePage.js';
import { ARCHIVE_PEERS } from './archivePeers.js';
import { ARCHIVE_CLIP_HEAD, ARCHIVE_HEAD, archiveRows, clipRows } from './archiveTable.js';
import { codeClip } from './codeClip.js';
import { ModelProbe } from './ModelProbe.js';
import { ablationRows, bytesAtEqualPsnr, gainAtEqualBytes, measureAblation, type Trial } from './measureAblation.js';
import { type ArchivedClip, measureArchive } from './measureArchive.js';
import { PeerBench } from './PeerBench.js';
import { between, searchCrf } from './searchCrf.js';

const INFO = { width: 96, height: 64, fps: 30 };
const FRAMES = 6;
let folder = '';
let input = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sgaps-archive-test-'));
  input = join(folder, 'clip.mkv');
  const writer = new VideoWriter(input, INFO);
  for (let t = 0; t < FRAMES; t++) {
    const frame = new Uint8Array(3 * INFO.width * INFO.height);
    // Coloured waves that move by two pixels a frame.
    for (let i = 0; i < frame.length; i++) {
      const pixel = Math.floor(i / 3);
      const x = (pixel % INFO.width) + 2 * t;
      frame[i] = 128 + 60 * Math.sin(x / (4 + (i % 3))) + 50 * Math.sin(Math.floor(pixel / INFO.width) / 5 + (i % 3));
    }
    await writer.write(frame);
  }
  await writer.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('codeClip', () => {
  it('counts all bytes and frames, and measures what the decoder shows', async () => {
    const told: number[] = [];
    const goal = { quantiser: 20 };
    const fine = await codeClip({ input, info: INFO, model: null, goal, groupFrames: 4, onGroup: (frames) => told.push(frames) });
    expect(told).toEqual([4, 6]);
    expect(fine).toMatchObject({ frames: FRAMES, drawn: 0, codebooks: 0 });
    expect(fine.psnr).toBeGreaterThan(40);
    expect(fine.ssim).toBeGreaterThan(0.98);
    const coarse = await codeClip({ input, info: INFO, model: null, goal: { quantiser: 40 }, frames: 3 });
    expect(coarse.frames).toBe(3);
    expect(coarse.psnr).toBeLessThan(fine.psnr - 5);
    expect(coarse.bytes).toBeLessThan(fine.bytes / 3);
  });
});

describe('PeerBench', () => {
  it('brings colours back as they were: what is nearly lossless is close to the truth', async () => {
    const bench = new PeerBench(input, INFO, FRAMES);
    try {
      for (const peer of ARCHIVE_PEERS.filter(({ id }) => id.endsWith('444')))
        expect((await bench.measureCrf(peer, 1)).psnr).toBeGreaterThan(45);
      for (const peer of ARCHIVE_PEERS.filter(({ id }) => !id.endsWith('444')))
        expect((await bench.measureCrf(peer, 1)).psnr).toBeGreaterThan(32);
    } finally {
      bench[Symbol.dispose]();
    }
  }, 60_000);

  it('gives every encoder the very bytes asked for, at a quality between those of the CRFs around', async () => {
    const bench = new PeerBench(input, INFO, FRAMES);
    try {
      const [peer] = ARCHIVE_PEERS;
      const fine = await bench.measureCrf(peer, 20);
      const coarse = await bench.measureCrf(peer, 30);
      const bytes = Math.round(Math.sqrt(fine.bytes * coarse.bytes));
      const [found] = await bench.measureAt(bytes, [peer]);
      expect(found.bytes).toBe(bytes);
      expect(found.psnr).toBeLessThan(fine.psnr);
      expect(found.psnr).toBeGreaterThan(coarse.psnr);
      expect(found.crf).toBeGreaterThan(20);
      expect(found.crf).toBeLessThan(30);
      // More than its finest makes.
      expect(await bench.measureAt(10_000_000, [peer])).toMatchObject([{ crf: 1 }]);
    } finally {
      bench[Symbol.dispose]();
    }
  }, 60_000);
});

describe('searchCrf', () => {
  const sizeAt = (crf: number) => 1000 * 2 ** (-crf / 6);

  it('finds the neighbours on either side, in few trials', async () => {
    for (let target = 20; target < 800; target += 37) {
      const tried: number[] = [];
      const trial = async (crf: number) => {
        tried.push(crf);
        return sizeAt(crf);
      };
      const { fine = 0, coarse = 0 } = await searchCrf({ target, most: 51, trial });
      expect(coarse - fine).toBe(1);
      expect(sizeAt(fine)).toBeGreaterThanOrEqual(target);
      expect(sizeAt(coarse)).toBeLessThan(target);
      expect(tried.length).toBeLessThanOrEqual(6);
    }
  });

  it('gives the end where there is no other side', async () => {
    const trial = async (crf: number) => sizeAt(crf);
    expect(await searchCrf({ target: 1e6, most: 51, trial })).toEqual({ fine: undefined, coarse: 1 });
    expect(await searchCrf({ target: 0.1, most: 51, trial })).toEqual({ fine: 51, coarse: undefined });
  });

  it('reads off lines over the logarithm', () => {
    expect(between(100, 10, 1000)).toBeCloseTo(0.5);
    expect(between(10, 10, 10)).toBe(0);
  });
});

describe('ablation', () => {
  const line = (shift: number): [Trial, Trial] => [
    { quantiser: 26, bytesPerFrame: 4000, psnr: 40 + shift },
    { quantiser: 32, bytesPerFrame: 1000, psnr: 36 + shift },
  ];

  it('compares at equal bytes and at equal quality', () => {
    expect(gainAtEqualBytes(line(-1), line(0))).toBeCloseTo(-1);
    // 2 dB for twice the bytes: 1 dB is worth half a doubling.
    expect(bytesAtEqualPsnr(line(-1), line(0))).toBeCloseTo(Math.SQRT2);
    expect(bytesAtEqualPsnr(line(0), line(0))).toBeCloseTo(1);
  });

  it('codes a clip in every way that it can without a model', async () => {
    const entry = { name: 'waves', input, kind: '', source: '', licence: '' };
    const clip = await measureAblation(entry, { model: null, quantisers: [24, 36] });
    expect(clip.variants.map(({ id }) => id)).toEqual(['all', 'no-state', 'no-delta']);
    const [all, , noDelta] = ablationRows([clip]);
    expect(all.slice(-2)).toEqual(['–', '–']);
    // Each pair by itself takes more bytes for the same picture.
    expect(noDelta.at(-1)).toMatch(/^\+/);
    expect(noDelta.at(-2)).toMatch(/^−/);
  });
});

describe('ModelProbe', () => {
  const asked: CubeConditions[] = [];
  const model: ArchiveModel = {
    id: 'test@1',
    memoryWidth: 2,
    encode: async (_size, _frames, conditions) => {
      asked.push(conditions);
      return { codes: new Int32Array(12), session: new Float32Array(32) };
    },
    decode: async (_size, _active, conditions) => {
      asked.push(conditions);
      return { cubes: new Float32Array(0), memory: new Float32Array(16) };
    },
    close: () => Promise.resolve(),
  };
  const conditions: CubeConditions = {
    context: new Float32Array(0),
    state: new Float32Array(48).fill(3),
    region: Int32Array.from([5, 6]),
    rank: Int32Array.from([7, 6, 5, 4, 3, 2, 1, 0]),
    memory: new Float32Array(16),
    session: new Float32Array(32),
  };
  const active = { places: Int32Array.from([0, 1]), codes: new Int32Array(12), levels: Int32Array.from([2, 6]) };

  it('hands on what it is given, and counts', async () => {
    asked.length = 0;
    const probe = new ModelProbe(model);
    await probe.encode({ width: 32, height: 32 }, new Float32Array(0), conditions);
    await probe.decode({ width: 32, height: 32 }, active, conditions);
    expect(asked).toEqual([conditions, conditions]);
    expect(probe).toMatchObject({ id: 'test@1', memoryWidth: 2, cubes: 2, codebooks: 8 });
  });

  it('keeps state or regions from it', async () => {
    asked.length = 0;
    await new ModelProbe(model, { state: true }).decode({ width: 32, height: 32 }, active, conditions);
    await new ModelProbe(model, { regions: true }).decode({ width: 32, height: 32 }, active, conditions);
    expect(asked[0]).toEqual({ ...conditions, state: new Float32Array(24) });
    expect(asked[1]).toEqual({ ...conditions, region: new Int32Array(2), rank: Int32Array.from([0, 1, 2, 3, 4, 5, 6, 7]) });
  });
});

describe('tables and the page', () => {
  let clip: ArchivedClip;
  beforeAll(async () => {
    const entry = { name: 'waves', input, kind: '2d', source: '', licence: '' };
    const points = [
      { id: '42×', ratio: 42 },
      { id: '38.5 dB', quality: 38.5 },
    ];
    clip = await measureArchive(entry, { model: null, points, frames: 4, ssim: false, withPeers: false });
  });

  it('have a cell for each column', () => {
    for (const point of ['42×', '38.5 dB']) {
      for (const row of archiveRows([clip], point)) expect(row).toHaveLength(ARCHIVE_HEAD.length);
      for (const row of clipRows([clip], point)) expect(row).toHaveLength(ARCHIVE_CLIP_HEAD.length);
    }
    const rows = archiveRows([clip, clip], '38.5 dB');
    expect(rows.map(([label]) => label)).toEqual(['SGAPS archive', 'first frame held', 'previous frame held']);
    const { ours } = clip.points[1];
    expect(Number(rows[0][1])).toBeCloseTo((ours.bytes * 30) / 4 / 1000, 1);
    expect(Number(rows[0][2])).toBeCloseTo((3 * INFO.width * INFO.height * 4) / ours.bytes, 1);
  });

  it('say where the figures are from', () => {
    const about = { model: 'none', command: 'npm run bench:archive', version: '1', machine: 'one', date: 'today' };
    const page = archivePage({ clips: [clip], ablated: [], ...about });
    expect(page).toContain('## 42 times smaller than raw RGB');
    expect(page).toContain('| waves | 2d |');
    expect(page).not.toContain('## What each part is worth');
  });
});
