import { describe, expect, it } from 'vitest';
import { type ClientFigures, summarise } from '../client/ClientFigures.js';
import type { LoadFigures } from '../load/measureLoad.js';
import { clientSection } from './clientSection.js';
import { demoSection } from './demoSection.js';
import { lastJson } from './lastJson.js';
import { loadSection } from './loadSection.js';

const run: LoadFigures = {
  cadence: 'every-frame',
  sessions: 4,
  refusedJoins: 0,
  lowered: 0,
  seconds: 5,
  processes: 1,
  sessionsPerCore: 5.25,
  serverCpuPercent: 76,
  serverMainPercent: 70,
  keptUp: true,
  full: [],
  loopMs: { p50: 5.5, p99: 8 },
  packetMs: { p50: 22, p99: 30 },
  eventLoopMs: { p50: 0, p99: 20 },
  roundTripMs: { p50: 25, p99: 40 },
  bytesUp: 1000,
  bytesDown: 110,
  samplesPerFrame: 1800,
  frames: 600,
  rebuilt: 600,
  dropped: 0,
  late: 6,
  refused: 0,
  closed: 0,
  memoryPerSession: 12e6,
  rss: 200e6,
  heldPerSession: 14e6,
  writtenPerSecond: 240_000,
  openFiles: 50,
  recordersWaitedMs: 2,
  recordersCpuPercent: 8,
  othersCpuPercent: 3,
  encoded: 75,
  shared: 75,
  parted: 0,
  check: { recordings: 3, frames: 900, rejected: 0, hitRate: 1, psnr: 47, psnrWorst: 46, storedPerSecond: 40_000 },
};

describe('loadSection', () => {
  it('has a row for each run, and nothing without any', () => {
    const text = loadSection([run, { ...run, sessions: 8, keptUp: false }]).join('\n');
    expect(text).toContain(
      '| every-frame | 4 | yes | 76 % | 5.3 | 5.50 | 8.00 | 25 | 40 | 1000 | 110 | 1.0 % | 0 | 12.0 | 14.0 | 8 % | 75 | 50.0 % | 46.0 |',
    );
    expect(text).toContain('| every-frame | 8 | no |');
    expect(loadSection([{ ...run, full: ['server'] }]).join('\n')).toContain('| 76 % full |');
    expect(loadSection([])).toEqual([]);
  });
});

describe('demoSection', () => {
  it('has a row for each game, beside its clip where that was measured', () => {
    const figures = {
      psnr: 31.1,
      psnrSteady: 31.8,
      ssimSteady: 0.85,
      bytesUp: 2377,
      bytesDown: 19,
      hitRate: 0.97,
      latencyFrames: 5,
      frames: 300,
    };
    expect(demoSection([{ game: 'jump', figures }], []).join('\n')).toContain(
      '| jump | 31.10 | 31.80 | 0.8500 | – | 2377 | 19 | 5 | 97 % |',
    );
    expect(demoSection([], [])).toEqual([]);
  });
});

describe('clientSection', () => {
  it('has all rows, also of a single round that came as JSON', () => {
    const slice = {
      micros: [10, 20],
      frameMs: [16, 17],
      ms: 33,
      taken: 1,
      lost: 0,
      bytes: 100,
      countedMs: 33,
      cpuMs: 30,
      mainMs: 3,
      recorder: null,
    };
    const figures: ClientFigures = {
      seconds: 1,
      sliceSeconds: 1,
      stages: {
        phaser: {
          gpu: 'SwiftShader',
          hardwareGpu: false,
          crossOriginIsolated: true,
          timerMicros: 5,
          canvas: [640, 360],
          userAgent: '',
          rounds: 1,
          variants: { bare: summarise([slice], [slice]), sgaps: summarise([{ ...slice, cpuMs: 34 }], [slice]) },
          skipped: { readpixels: 'not today' },
        },
      },
      skipped: {},
    };
    const text = clientSection(lastJson(JSON.stringify(figures)), 'plot.svg').join('\n');
    expect(text).toContain('| SGAPS, default preset | 15 | 20 | 15 | 0 | 17.00 | 2.00 | – | 1.13 |');
    expect(text).toContain('SOFTWARE GPU');
    expect(text).toContain('- readpixels left out: not today');
  });

  it('says why a game could not be measured', () => {
    const figures: ClientFigures = { seconds: 3, sliceSeconds: 1.5, stages: {}, skipped: { 'babylon-webgpu': 'no WebGPU here' } };
    const text = clientSection(figures, 'images/bench-client.svg').join('\n');
    expect(text).toContain('](images/bench-client.svg)');
    expect(text).toContain('### Babylon.js 9, WebGPU\n\nBabylon.js 9, WebGPU: no WebGPU here.');
    expect(text).not.toContain('### Phaser');
  });
});

describe('lastJson', () => {
  it('reads the last line and refuses other output', () => {
    expect(lastJson('a table\n{"seconds":3}\n')).toEqual({ seconds: 3 });
    expect(() => lastJson('a table')).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
    expect(() => lastJson('3')).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
  });
});
