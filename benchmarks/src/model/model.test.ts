import { describe, expect, it } from 'vitest';
import type { ClipFigures } from '../clip/measureClip.js';
import type { ModelRow } from './measureModel.js';
import { modelPage } from './modelPage.js';
import { MODEL_HEAD, modelCells, modelMeans } from './modelTable.js';

const figures = (psnrSteady: number, ssimSteady: number): ClipFigures => ({
  psnr: psnrSteady,
  psnrSteady,
  psnrP5: psnrSteady,
  ssim: ssimSteady,
  ssimSteady,
  frames: 90,
  samplesPerFrame: 576,
  bytesUp: 100 * psnrSteady,
  bytesDown: 80,
  bytesWorstSecond: 2000,
  framesWithoutRequest: 0,
  msPerFrame: { p50: psnrSteady, p95: 2 * psnrSteady },
  model: 'm@1',
});
const row = (name: string, kind: string, diffusion: number, model: number, rank: number): ModelRow => ({
  name,
  kind,
  setting: 'points',
  diffusion: figures(diffusion, 0.8),
  model: figures(model, 0.9),
  spread: figures(diffusion - 1, 0.8),
  analytic: figures(model - 0.5, 0.9),
  spearman: rank,
  ause: rank,
  toldError: 1,
  toldErrorDiffusion: 3,
});
const rows = [
  row('bee', '2d-scroll', 20, 21, 0.5),
  row('coin', '2d-static', 30, 40, 0.9),
  row('hills', '3d', 10, 16, Number.NaN),
];
const cell = (cells: readonly string[] | undefined, name: string) => cells?.[MODEL_HEAD.indexOf(name)];

describe('the table of bench:model', () => {
  it('says what the model gains, with its sign, and nothing of what nothing is known of', () => {
    const cells = modelCells(rows[2]);
    expect(cell(cells, 'gain')).toBe('+6.00');
    expect(cell(cells, 'spread alone')).toBe('−1.00');
    expect(cell(cells, 'same samples')).toBe('+5.50');
    expect(cell(cells, 'Spearman')).toBe('');
    expect(cells).toHaveLength(MODEL_HEAD.length);
  });

  it('takes means of all, of 2D and of 3D, over the clips that say anything', () => {
    const means = modelMeans(rows);
    expect(means.map(([name]) => name)).toEqual(['mean', 'mean 2D', 'mean 3D']);
    expect(means.map((cells) => cell(cells, 'gain'))).toEqual(['+5.67', '+5.50', '+6.00']);
    expect(means.map((cells) => cell(cells, 'Spearman'))).toEqual(['0.70', '0.70', '']);
    expect(modelMeans(rows.slice(2))).toHaveLength(1);
    expect(modelMeans([])).toEqual([]);
  });

  it('counts no clip of a game that the model was trained on, and says so, or that nobody knows', () => {
    const about = { model: 'm@1', command: 'npm run bench:model', version: '0', machine: 'one', date: '2026-01-01' };
    const page = modelPage({ rows, trained: new Set(['coin']), ...about });
    const lines = page.split('\n').filter((line) => line.startsWith('| '));
    expect(lines.map((line) => line.split(' | ')[0].slice(2))).toEqual([
      'clip',
      'bee',
      'coin*',
      'hills',
      'mean',
      'mean 2D',
      'mean 3D',
    ]);
    expect(lines.find((line) => line.startsWith('| mean 2D'))).toContain('+1.00');
    expect(modelPage({ rows, trained: null, ...about })).toContain('does not say');
  });
});
