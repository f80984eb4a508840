import { describe, expect, it } from 'vitest';
import type { ClipFigures } from '../clip/measureClip.js';
import { clipSources, clipTable, depthTable } from './clipTables.js';
import { codecTable } from './codecTable.js';

const quality = (psnr: number) => ({ psnr, psnrSteady: psnr + 1, psnrP5: psnr - 5, ssim: 0.9, ssimSteady: 0.95 });
const figures = (psnr: number): ClipFigures => ({
  ...quality(psnr),
  frames: 300,
  samplesPerFrame: 600,
  bytesUp: 2000,
  bytesDown: 200,
  bytesWorstSecond: 2300,
  framesWithoutRequest: 0,
  msPerFrame: { p50: 5, p95: 9 },
  model: 'diffusion',
  firstFrameHeld: quality(10),
  previousFrameHeld: quality(20),
});
const clip = (name: string, kind: string) => ({ name, kind, input: '', source: 'somewhere', licence: 'MIT' });

describe('clipTable', () => {
  it('has three rows per clip and means over the 2D clips alone', () => {
    const lines = clipTable([
      { clip: clip('a', '2d-static'), figures: figures(30) },
      { clip: clip('b', '2d-scroll'), figures: figures(40) },
      { clip: clip('c', '3d'), figures: figures(10) },
    ]).split('\n');
    expect(lines).toHaveLength(2 + 3 * 3 + 3);
    expect(lines[2]).toContain(
      '| **a** | **rebuilt** | 30.00 | 31.00 | 25.00 | 0.9000 | 0.9500 | 600 | 2000 | 200 | 5.0 | 9.0 |',
    );
    expect(lines[11]).toContain('| **mean of 2 2D clips** | **rebuilt** | 35.00 | 36.00 |');
    expect(lines[13]).toContain('previous frame held | 20.00');
  });

  it('names sources and licences', () => {
    expect(clipSources([{ clip: clip('a', '2d-static'), figures: figures(30) }])).toBe(
      '- a (2d-static, 300 frames): somewhere; MIT',
    );
  });
});

describe('depthTable', () => {
  it('has a row for each clip with depth, and is nothing without', () => {
    const depth = { samplesPerFrame: 500.4, bytesUp: 80, bitsPerSample: 1.281 };
    const measured = [
      { clip: clip('a', '2d-static'), figures: figures(30) },
      { clip: clip('c', '3d'), figures: { ...figures(20), depth } },
    ];
    expect(depthTable(measured, measured).split('\n').slice(2)).toEqual(['| c | 500 | 2000 | 21.00 | 21.00 |']);
    expect(depthTable(measured.slice(0, 1), [])).toBe('');
  });
});

describe('codecTable', () => {
  it('makes a table of each list', () => {
    const output =
      'noise\n{"coordinates":[{"name":"grid","bytes":19},{"name":"cluster","bytes":90.5,"micros":{"p50":3}}],"withinLimits":true}';
    expect(codecTable(output)).toBe(
      '### Coordinates\n\n| name | bytes | micros p50 |\n|---|---:|---:|\n| grid | 19 |  |\n| cluster | 90.50 | 3 |',
    );
  });

  it('refuses other output', () => {
    expect(() => codecTable('{"withinLimits":true}')).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
    expect(() => codecTable('no figures')).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
  });
});
