import { expect, it } from 'vitest';
import { LOAD_HEAD, loadRow } from './loadTable.js';
import { measureLoad } from './measureLoad.js';

it('plays to a real server in another process, and gets what it asked for', async () => {
  const figures = await measureLoad({ sessions: 2, seconds: 1 });
  expect(figures).toMatchObject({ cadence: 'every-frame', sessions: 2, seconds: 1, refused: 0, closed: 0, dropped: 0 });
  expect(figures.rebuilt).toBeGreaterThan(0);
  expect(figures.sessionsPerCore).toBeGreaterThan(0.1);
  expect(figures.loopMs.p99).toBeGreaterThanOrEqual(figures.loopMs.p50);
  expect(figures.packetMs.p50).toBeGreaterThan(figures.loopMs.p50);
  expect(figures.roundTripMs.p50).toBeGreaterThan(figures.packetMs.p50 / 2);
  expect(figures.bytesUp).toBeGreaterThan(50);
  expect(figures.samplesPerFrame).toBeGreaterThan(50);
  expect(figures.heldPerSession).toBeGreaterThan(100_000);
  expect(loadRow(figures)).toHaveLength(LOAD_HEAD.length);
});

it('carries sessions on demand', async () => {
  const figures = await measureLoad({ sessions: 2, seconds: 1, cadence: 'on-demand' });
  expect(figures).toMatchObject({ cadence: 'on-demand', refused: 0, closed: 0 });
  expect(figures.rebuilt).toBeGreaterThan(0);
  expect(figures.samplesPerFrame).toBeGreaterThan(50);
  expect(figures.check).toMatchObject({ recordings: 2, rejected: 0 });
  expect(figures.check.psnrWorst).toBeGreaterThan(30);
});

it('encodes once what several sessions of a cohort send', async () => {
  const figures = await measureLoad({ sessions: 8, seconds: 2, cadence: 'on-demand', cohorts: 1, processes: 2 });
  expect(figures).toMatchObject({ processes: 2, refused: 0, closed: 0, parted: 0, refusedJoins: 0 });
  expect(figures.shared).toBeGreaterThan(figures.encoded);
  // Those who follow get pictures of their own, as right as those of the first.
  expect(figures.check).toMatchObject({ recordings: 3, rejected: 0 });
  expect(figures.check.psnrWorst).toBeGreaterThan(30);
});

it('stays within its bounds', async () => {
  await expect(measureLoad({ sessions: 1001, seconds: 1 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  await expect(measureLoad({ sessions: 1, seconds: 301 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
});
