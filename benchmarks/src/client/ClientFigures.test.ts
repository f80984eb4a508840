import { describe, expect, it } from 'vitest';
import { sheetOf } from '../plot/sheet.js';
import { type ClientFigures, type MeasuredSlice, summarise } from './ClientFigures.js';
import { CLIENT_HEAD, clientRows, describeStage, recorderRows, STAGE_HEAD } from './clientTable.js';
import { plotClient } from './plotClient.js';

/** A slice of two seconds at 60 frames a second with so many ms of CPU per frame. */
function slice(cpuPerFrame: number, micros: number, more: Partial<MeasuredSlice> = {}): MeasuredSlice {
  const frames = 120;
  return {
    micros: Array.from({ length: frames }, (_, i) => (i === 60 ? 5000 : micros)),
    frameMs: Array.from({ length: frames }, () => 16.7),
    ms: 2000,
    taken: 60,
    lost: 1,
    bytes: 40_000,
    countedMs: 2000,
    cpuMs: cpuPerFrame * frames,
    mainMs: (cpuPerFrame * frames) / 4,
    recorder: null,
    ...more,
  };
}

const stage = { p50: 10, p99: 20, mean: 12 };
const recorder = {
  sampler: 'webgl2',
  thread: 'worker',
  micros: { state: stage, issue: stage, read: stage, send: stage, total: stage },
  samplesPerFrame: 1000,
  latencyFrames: 8,
  stalls: 1,
  postponed: 2,
  faults: 0,
  costLevel: 0,
};
const bare = [slice(10, 0), slice(20, 0)];
const recorded = [slice(15, 2), slice(25, 2)];
const ours = [slice(11, 30, { recorder }), slice(21, 30, { recorder })];

describe('summarise', () => {
  it('compares each round with the bare game of the same round', () => {
    const figures = summarise(ours, bare, recorded);
    expect(figures.cpuOverBare).toBeCloseTo(1);
    expect(figures.cpuOverBareError).toBeCloseTo(0);
    expect(figures.mediaRecorderTimes).toBeCloseTo(5);
    expect(figures.cpuTimesBare).toBeCloseTo(16 / 15);
    expect(figures.mainOverBareMicros).toBeCloseTo(250);
    expect(figures).toMatchObject({ p50: 30, displayed: 240, fps: 60, stalls: 2, takenFps: 30, lost: 2, bytesPerSecond: 20_000 });
    expect(figures.recorder).toMatchObject({ stalls: 2, samplesPerFrame: 1000, micros: { read: stage } });
  });

  it('leaves out rounds that failed, and claims no factor where nothing was added', () => {
    expect(summarise([null, slice(21, 30)], bare, recorded).cpuOverBare).toBeCloseTo(1);
    expect(summarise([slice(9, 30), slice(19, 30)], bare, recorded).mediaRecorderTimes).toBeNull();
    expect(summarise([slice(11, 30), slice(30, 30)], bare, recorded)).toMatchObject({
      cpuOverBareError: 4.5,
      mediaRecorderTimes: null,
    });
  });
});

describe('tables and plot', () => {
  const figures: ClientFigures = {
    seconds: 4,
    sliceSeconds: 2,
    stages: {
      phaser: {
        gpu: 'ANGLE (SwiftShader) <driver>',
        hardwareGpu: false,
        crossOriginIsolated: true,
        timerMicros: 5,
        canvas: [640, 360],
        userAgent: '',
        rounds: 2,
        variants: { bare: summarise(bare, bare), sgaps: summarise(ours, bare, recorded) },
        skipped: { 'webcodecs-h264': 'none' },
      },
    },
    skipped: { 'babylon-webgpu': 'no WebGPU' },
  };
  const phaser = figures.stages.phaser as NonNullable<typeof figures.stages.phaser>;

  it('have a row for every variant, also for those that are not there', () => {
    const rows = clientRows(phaser);
    expect(rows.map(([label]) => label)).toEqual(['bare game', 'SGAPS, default preset', 'WebCodecs H.264, 600 kbit/s: not here']);
    for (const row of rows) expect(row).toHaveLength(CLIENT_HEAD.length);
    expect(rows[1]).toEqual([
      'SGAPS, default preset',
      '30',
      '30',
      '71',
      '2',
      '16.00',
      '1.00',
      '0.00',
      '1.07',
      '5.0',
      '20',
      '60',
      '30',
    ]);
    const [own] = recorderRows(phaser);
    expect(own).toHaveLength(STAGE_HEAD.length);
    expect(own[1]).toBe('10 / 12');
  });

  it('say that the GPU is none', () => {
    expect(describeStage('phaser', figures)).toContain('SOFTWARE GPU');
    expect(describeStage('babylon-webgpu', figures)).toContain('no WebGPU');
    const figure = plotClient(figures);
    expect(figure.panels.map(({ unit }) => unit)).toEqual([
      'CPU of all processes added, ms per frame (software GPU, counted)',
      'main thread, µs per frame: p50 … p99 (log)',
    ]);
    const svg = sheetOf(figure, 'by <me>');
    expect(svg).toContain('by &lt;me&gt;');
    expect(svg).toContain('>SGAPS, default preset</text>');
    expect(svg).not.toContain('NaN');
    // One bar in each panel: the bare game has none.
    expect(svg.split('aria-label="bar"')).toHaveLength(3);
  });
});
