import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VideoWriter } from '@sgaps/server/clips';
import { describe, expect, it } from 'vitest';
import type { ClipFigures } from '../clip/measureClip.js';
import { peersSection } from '../report/peersSection.js';
import { PEERS } from './encoders.js';
import type { PeerFigures } from './measurePeer.js';
import { measurePeers } from './measurePeers.js';
import { countAbove, PEER_DETAIL_HEAD, PEER_HEAD, peerDetailRows, peerRows, verdictOf } from './peerTable.js';
import { searchRate } from './searchRate.js';

describe('searchRate', () => {
  const tried = (of: (rate: number) => number) => {
    const rates: number[] = [];
    const trial = async (rate: number) => {
      rates.push(rate);
      return of(rate);
    };
    return { rates, trial };
  };

  it('takes the first rate where its bytes are near enough', async () => {
    const { rates, trial } = tried((rate) => rate / 245);
    expect((await searchRate({ target: 2560, start: 614_400, trial })).rate).toBe(614_400);
    expect(rates).toHaveLength(1);
  });

  it.each([
    ['makes too much', (rate: number) => rate / 100],
    ['makes too little', (rate: number) => rate / 900],
    ['follows slowly', (rate: number) => 900 + 8 * Math.sqrt(rate)],
    ['jumps', (rate: number) => (rate < 500_000 ? 1200 : rate / 220)],
  ])('finds the rate of an encoder that %s', async (_how, of) => {
    const { rates, trial } = tried(of);
    const { rate, bytes } = await searchRate({ target: 2560, start: 614_400, trial });
    expect(bytes).toBe(of(rate));
    expect(Math.abs(bytes - 2560)).toBeLessThanOrEqual(0.03 * 2560);
    expect(rates.length).toBeLessThanOrEqual(10);
  });

  it('stops where more rate makes no more bytes', async () => {
    const { rates, trial } = tried((rate) => Math.min(1000, rate / 300));
    expect(await searchRate({ target: 2560, start: 614_400, trial })).toMatchObject({ bytes: 1000 });
    expect(rates.length).toBeLessThanOrEqual(3);
  });

  it('returns the nearest where none is near enough', async () => {
    const { trial } = tried((rate) => (rate < 300_000 ? 2000 : 3000));
    expect((await searchRate({ target: 2560, start: 614_400, trial })).bytes).toBe(3000);
  });
});

const quality = (psnr: number) => ({ psnr, psnrSteady: psnr, psnrP5: psnr - 5, ssim: 0.9, ssimSteady: 0.95 });
const peersOf = (steady: readonly number[], smooth: number): PeerFigures[] =>
  PEERS.map(({ id, label, opponent }, i) => ({
    id,
    label,
    opponent,
    bytes: 2500,
    rate: 600_000,
    ...quality(steady[i]),
    smooth: quality(steady[i] + smooth),
  }));
const ours = (psnr: number) => ({ ...quality(psnr), bytesUp: 2000, bytesDown: 200, model: 'diffusion@1' }) as ClipFigures;

describe('the table', () => {
  const a = { name: 'a', kind: '2d-static', ours: ours(36), peers: peersOf([33, 35, 50, 50, 50], 2) };
  const b = { name: 'b', kind: '2d-scroll', ours: ours(30), peers: peersOf([32, 31, 20, 20, 20], 1) };
  const c = { name: 'c', kind: '3d', ours: ours(32), peers: peersOf([32, 31, 20, 20, 20], 0) };

  it('holds us against the better of H.264 and VP8 alone', () => {
    expect(verdictOf(a)).toMatchObject({ better: { id: 'vp8' }, margin: 1, above: true, marginSmooth: -1, aboveSmooth: false });
    expect(verdictOf(b)).toMatchObject({ better: { id: 'h264' }, margin: -2, above: false });
    expect(verdictOf(c)).toMatchObject({ margin: 0, above: false });
    expect(countAbove([a, b, c])).toEqual({ above: 1, aboveSmooth: 0, of: 3 });
  });

  it('has a row per clip and means of 2D clips and of all', () => {
    const rows = peerRows([a, b, c]);
    for (const row of rows) expect(row).toHaveLength(PEER_HEAD.length);
    expect(rows[0]).toEqual([
      'a',
      '36.00',
      '33.00',
      '35.00',
      ...Array(3).fill('50.00'),
      '+1.00',
      'yes',
      '35.00',
      '37.00',
      '-1.00',
      'no',
    ]);
    expect(rows.slice(3).map((row) => [row[0], row[1], row[7], row[8]])).toEqual([
      ['mean of 2D', '33.00', '-0.50', '1/2'],
      ['mean of all', '32.67', '-0.33', '1/3'],
    ]);
  });

  it('says what each made of one clip', () => {
    const rows = peerDetailRows(a);
    expect(rows).toHaveLength(1 + PEERS.length);
    for (const row of rows) expect(row).toHaveLength(PEER_DETAIL_HEAD.length);
    expect(rows[0].slice(0, 4)).toEqual(['SGAPS (diffusion@1)', '2200', '36.00', '36.00']);
  });
});

describe('the chapter', () => {
  it('counts the clips', () => {
    const clip = { name: 'a', kind: '2d-static', ours: ours(36), peers: peersOf([33, 35, 50, 50, 50], 2) };
    expect(peersSection([{ bytes: 2560, clips: [] }])).toEqual([]);
    const text = peersSection([{ bytes: 2560, clips: [clip] }]).join('\n');
    expect(text).toContain('on 1 of 1 clips, and on 0 of 1');
    expect(text).toContain('| a | 36.00 | 33.00 | 35.00 |');
  });
});

describe('measurePeers', () => {
  it('keeps to the bytes and gives grey back as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sgaps-peers-test-'));
    try {
      const input = join(folder, 'noise.mkv');
      const writer = new VideoWriter(input, { width: 64, height: 48, fps: 30 });
      let seed = 1;
      for (let t = 0; t < 15; t++) {
        const frame = new Uint8Array(3 * 64 * 48);
        for (let i = 0; i < frame.length; i += 3) {
          seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
          frame.fill(64 + (seed >>> 25), i, i + 3);
        }
        await writer.write(frame);
      }
      await writer.close();
      const peers = await measurePeers({ input, bytes: 900 }, PEERS.slice(0, 2));
      expect(peers.map(({ id }) => id)).toEqual(['h264', 'vp8']);
      for (const { bytes, psnr, ssim, smooth } of peers) {
        expect(Math.abs(bytes - 900)).toBeLessThan(250);
        expect(psnr).toBeGreaterThan(18);
        expect(ssim).toBeGreaterThan(0.5);
        // No colour: whether chroma is interpolated makes no difference to speak of.
        expect(Math.abs(smooth.psnr - psnr)).toBeLessThan(1);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
