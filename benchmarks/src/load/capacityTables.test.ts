import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sheetOf } from '../plot/sheet.js';
import { type CapacityFigures, capacityTables } from './capacityTables.js';
import { growthOf } from './measureGrowth.js';
import type { LoadFigures } from './measureLoad.js';
import { plotGrowth } from './plotGrowth.js';
import { profileShares } from './profileShares.js';
import { withTables } from './reportCapacity.js';

const PAGE = join(import.meta.dirname, '../../../docs/operations/capacity.md');

/** A run of a server of which each session takes half a per cent of a core, 3 MB and 60 KB/s. */
const run = (sessions: number, change: Partial<LoadFigures> = {}): LoadFigures => ({
  cadence: 'on-demand',
  sessions,
  refusedJoins: 0,
  lowered: 0,
  seconds: 10,
  processes: 1,
  sessionsPerCore: 200,
  serverCpuPercent: 0.5 * sessions,
  serverMainPercent: 0.4 * sessions,
  keptUp: true,
  full: [],
  loopMs: { p50: 0.1, p99: 0.4 },
  packetMs: { p50: 0.4, p99: 1.6 },
  eventLoopMs: { p50: 0, p99: 5 },
  roundTripMs: { p50: 2, p99: 20 },
  bytesUp: 2000,
  bytesDown: 20,
  samplesPerFrame: 60_000,
  frames: 300 * sessions,
  rebuilt: 300 * sessions,
  dropped: 0,
  late: 0,
  refused: 0,
  closed: 0,
  memoryPerSession: 3e6,
  rss: 400e6 + 3e6 * sessions,
  heldPerSession: 2e6,
  writtenPerSecond: 120_000 * sessions,
  openFiles: 40 + 4 * sessions,
  recordersWaitedMs: 1,
  recordersCpuPercent: 10,
  othersCpuPercent: 5,
  encoded: 75,
  shared: 0,
  parted: 0,
  check: { recordings: 3, frames: 900, rejected: 0, hitRate: 1, psnr: 47, psnrWorst: 46, storedPerSecond: 60_000 },
  ...change,
});
const onDemand = growthOf('on-demand', [run(1), run(50), run(100), run(200, { lowered: 0, refusedJoins: 20 })]);
const growth = { seconds: 10, cadences: [onDemand] };

it('reckons by the runs that did what was asked, and says where it breaks', () => {
  const { slopes, breaksAt } = onDemand;
  expect(slopes.runs).toBe(3);
  expect(slopes.cpuPercent.slope).toBeCloseTo(0.5, 10);
  expect(slopes.rss).toMatchObject({ slope: expect.closeTo(3e6, 3), intercept: expect.closeTo(400e6, 0) });
  expect(slopes.up.slope).toBeCloseTo(60_000, 6);
  expect(breaksAt).toBe(200);
});

it('fills every table of the page, and reckons a machine of 64 cores by the slopes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sgaps-shares-'));
  const file = join(folder, 'a.cpuprofile');
  const node = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url } });
  const profile = {
    nodes: [node(1, '(idle)'), node(2, 'writev'), node(3, 'readFrame', 'src/packets/PacketDigestReader.ts'), node(4, 'odd')],
    samples: [1, 2, 3, 2, 4],
    timeDeltas: [9000, 3000, 1000, 3000, 1000],
  };
  writeFileSync(file, JSON.stringify(profile));
  const shares = profileShares(file);
  rmSync(folder, { recursive: true });
  expect(shares).toEqual({
    busyMs: 8,
    work: [
      { name: 'sockets: system calls', ms: 6 },
      { name: 'reading digests', ms: 1 },
      { name: 'everything else', ms: 1 },
    ],
  });
  const vitals = { rss: 4e8, heap: 4e7, code: 5e6, external: 1e7, openFiles: 40, resources: {}, sessions: 0 };
  const cadence = 'on-demand' as const;
  const soak = {
    ...{ minutes: 5, cadence, sessions: 600, pictures: 900, requests: 2000, archived: 9, deleted: 500, refused: 0 },
    ...{ before: vitals, after: vitals, samples: [], checks: [], flat: true },
  };
  const figures: CapacityFigures = {
    ...{ machine: 'a machine', date: '2026-01-01', quick: false, growth, soak },
    over: [[run(400, { refusedJoins: 180 }), run(400, { keptUp: false })]],
    profile: { shares, run: run(80) },
    stored: { seconds: 40, recorded: 60_000, archived: 20_000, psnr: 38.5 },
  };
  const tables = capacityTables(figures);
  // 80 % of a core at half a per cent each; 60 such.
  expect(tables.machine).toContain('| sessions of one core, 80 % full | 160 |');
  expect(tables.machine).toContain('| sessions of 60 processes | 9,600 |');
  expect(tables.machine).toContain('| memory, GB | 53 |');
  expect(tables.goal).toContain('| processes, each a core 80 % full | 63 |');
  expect(tables.stored).toContain('| recorded | 60.0 | 216 |');
  const page = withTables(readFileSync(PAGE, 'utf8'), tables);
  for (const table of Object.values(tables)) expect(page).toContain(table);
  // Again on its own result: nothing is left of what was there, nothing is doubled.
  expect(withTables(page, tables)).toBe(page);
  expect(() => withTables('no place', tables)).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
});

it('draws panels with axes, units, and what was shed', () => {
  const svg = sheetOf(plotGrowth(growth), 'a <machine>');
  for (const text of [
    'per cent of one core',
    'MB resident',
    'sessions asked for',
    'of 200 sessions 0 lowered and 20 refused',
    'a &lt;machine&gt;',
  ])
    expect(svg).toContain(text);
  // A point for each run in each panel.
  expect(svg.match(/<circle/g)).toHaveLength(4 * growth.cadences.flatMap(({ runs }) => runs).length);
});
