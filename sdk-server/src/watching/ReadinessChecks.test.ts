import { SgapsError } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../testing/TestRecorder.js';
import { ReadinessChecks } from './ReadinessChecks.js';

let lines: { level: number; msg: string; check?: string; why?: string }[];
let checks: ReadinessChecks;

beforeEach(() => {
  lines = [];
  checks = new ReadinessChecks(pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }));
});

afterEach(() => checks.close());

it('is ready when all checks are well, says why not, and tells the log of each change once', async () => {
  let why: string | null = null;
  checks.add('disk', async () => why, { every: 5 });
  const stop = checks.add('blobs', async () => null);
  expect(checks.report()).toEqual({
    ready: false,
    checks: {
      disk: { ok: false, why: expect.any(String), required: true },
      blobs: { ok: false, why: expect.any(String), required: true },
    },
  });
  await checks.look();
  expect(checks.report()).toEqual({
    ready: true,
    checks: { disk: { ok: true, why: null, required: true }, blobs: { ok: true, why: null, required: true } },
  });
  why = '3 MiB free.';
  await until(() => !checks.ready);
  await checks.look();
  expect(checks.report().checks.disk).toMatchObject({ ok: false, why: '3 MiB free.' });
  why = null;
  await until(() => checks.ready);
  stop();
  expect(Object.keys(checks.report().checks)).toEqual(['disk']);
  expect(lines.map(({ level, msg, check }) => [level, msg, check])).toEqual([
    [40, 'not ready', 'disk'],
    [30, 'ready again', 'disk'],
  ]);
});

it('answers a flood of questions from what it knows', async () => {
  let looks = 0;
  checks.add('catalog', async () => {
    looks++;
    return null;
  });
  await checks.look();
  const before = looks;
  for (let i = 0; i < 10_000; i++) expect(checks.report().ready && checks.ready).toBe(true);
  expect(looks).toBe(before);
});

it('does not wait for a check that hangs, nor asks it a second time meanwhile', async () => {
  let asked = 0;
  let answer = (_why: null): void => undefined;
  checks.add(
    'dead disk',
    () => {
      asked++;
      return new Promise<null>((resolve) => {
        answer = resolve;
      });
    },
    { every: 1, within: 5 },
  );
  await until(() => lines.some(({ msg }) => msg === 'not ready'));
  await checks.look();
  await checks.look();
  expect([asked, checks.report().checks['dead disk']]).toMatchObject([
    1,
    { ok: false, why: 'It has not answered within 0.005 s.' },
  ]);
  answer(null);
  await until(() => asked > 1);
});

it('tells strangers that a check failed, and the log why', async () => {
  checks.add('catalog', async () => Promise.reject(new Error('connect postgres://sgaps:pw@db')));
  checks.add('store', () => {
    throw new SgapsError('STORAGE_FAILED', '/srv/data is gone');
  });
  await checks.look();
  expect(checks.report().checks).toMatchObject({
    catalog: { ok: false, why: 'The check failed; the log says why.' },
    store: { ok: false, why: 'The check failed (STORAGE_FAILED); the log says why.' },
  });
  expect(JSON.stringify(lines)).toContain('/srv/data is gone');
});

it('is ready where only what is not required is unwell, and shows it', async () => {
  checks.add('store', () => 'It takes nothing.', { every: 0, required: false });
  checks.add('disk', async () => null);
  await checks.look();
  expect([checks.ready, checks.report()]).toMatchObject([
    true,
    { ready: true, checks: { store: { ok: false, why: 'It takes nothing.', required: false } } },
  ]);
  expect(lines.map(({ msg }) => msg)).toEqual(['unwell']);
});

it('looks at what costs nothing at each question, and is never ready once closed', () => {
  let draining = false;
  checks.add('draining', () => (draining ? 'The server is being drained.' : null), { every: 0 });
  expect(checks.ready).toBe(true);
  draining = true;
  expect(checks.ready).toBe(false);
  expect(checks.report().checks.draining.why).toBe('The server is being drained.');
  draining = false;
  checks.close();
  expect([checks.ready, checks.report().ready]).toEqual([false, false]);
});
