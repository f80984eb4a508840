import { describe, expect, it } from 'vitest';
import type { ClipFigures } from '../clip/measureClip.js';
import { latencySection } from '../report/latencySection.js';
import { type DelayRun, delayMean, delayRows, listDelays } from './latencyTable.js';

const figures = (psnrSteady: number, framesLate = 0): ClipFigures => ({
  psnr: psnrSteady,
  psnrSteady,
  psnrP5: psnrSteady,
  ssim: Number.NaN,
  ssimSteady: Number.NaN,
  frames: 300,
  samplesPerFrame: 600,
  bytesUp: 2000,
  bytesDown: 200,
  bytesWorstSecond: 2300,
  framesWithoutRequest: 0,
  framesLate,
  lead: 3,
  msPerFrame: { p50: 5, p95: 9 },
  model: 'diffusion@1',
});

const RUNS: DelayRun[] = [
  { delay: '0', compensation: 'with', clip: 'a', kind: '2d-static', figures: figures(40) },
  { delay: '0', compensation: 'with', clip: 'b', kind: '2d-scroll', figures: figures(30) },
  { delay: '5', compensation: 'with', clip: 'a', kind: '2d-static', figures: figures(38) },
  { delay: '5', compensation: 'with', clip: 'b', kind: '2d-scroll', figures: figures(29) },
  { delay: '5', compensation: 'without', clip: 'a', kind: '2d-static', figures: figures(35, 30) },
  { delay: '5', compensation: 'without', clip: 'b', kind: '2d-scroll', figures: figures(28) },
];

describe('the delays', () => {
  it('are steady ones of 0 … 5 frames and the networks', () => {
    const delays = listDelays(9);
    expect(delays.map(({ id }) => id)).toEqual(['0', '1', '2', '3', '4', '5', 'jittery', 'bursts']);
    expect(delays.slice(0, 6).map(({ options }) => options.latency)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(delays[7].options).toEqual({ network: 'bursts', seed: 9, latency: 2 });
  });
});

describe('the table', () => {
  it('has means, losses and gains', () => {
    expect(delayMean(RUNS, '5', 'without', '2d')).toEqual({ psnrSteady: 31.5, loss: 3.5, lead: 3, late: 0.05 });
    expect(delayMean(RUNS, '5', 'with', '3d')).toBeUndefined();
    const { head, rows } = delayRows(listDelays(7), RUNS);
    expect(head).toEqual(['delay', '2D with', '2D loss', '2D without', '2D loss', '2D gain', 'asked ahead', 'late']);
    expect(rows).toEqual([
      ['none', '35.00', '0.00', '–', '–', '–', '3.0', '0.0 %'],
      ['5 frames', '33.50', '1.50', '31.50', '3.50', '2.00', '3.0', '0.0 %'],
    ]);
  });

  it('makes a chapter', () => {
    expect(latencySection([{ seed: 7, runs: [] }])).toEqual([]);
    const text = latencySection([
      { seed: 7, runs: RUNS },
      { seed: 7, samples: 8064, runs: RUNS },
    ]).join('\n');
    expect(text).toContain('2 clips again, 300 frames at most');
    expect(text).toContain('| 5 frames | 33.50 |');
    expect(text).toContain('`--samples 8064`');
  });
});
