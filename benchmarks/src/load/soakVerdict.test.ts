import { expect, it } from 'vitest';
import type { Vitals } from './serverProcess.js';
import type { SoakSample } from './soakVerdict.js';
import { soakVerdict } from './soakVerdict.js';

const idle: Vitals = { rss: 400e6, heap: 40e6, code: 5e6, external: 10e6, openFiles: 40, resources: { Timeout: 3 }, sessions: 0 };
const SESSIONS = 600;

/** Samples every 4 sessions, with the wobble that garbage makes, and `leak` bytes of each session kept. */
const samples = (leak: number): SoakSample[] =>
  Array.from({ length: SESSIONS / 4 }, (_, i) => {
    const wobble = 4e6 * Math.sin(i * 1.7) + 2e6 * Math.sin(i * 0.31);
    const kept = leak * 4 * i;
    return {
      ...idle,
      rss: 480e6 + 2 * wobble + kept,
      heap: 48e6 + (i % 5 === 0 ? 0 : wobble) + kept,
      minute: i / 30,
      ended: 4 * i,
      collected: i % 5 === 0,
      sessions: 16,
    };
  });
const failing = (after: Vitals, leak = 0) =>
  soakVerdict(idle, after, samples(leak), SESSIONS).flatMap(({ what, holds }) => (holds ? [] : [what.replace(/:.*|,.*/, '')]));

it('calls memory flat that only wobbles, and grew a little', () => {
  expect(failing(idle)).toEqual([]);
  expect(
    failing({
      ...idle,
      heap: idle.heap + 3e6,
      code: idle.code + 2e6,
      openFiles: 42,
      resources: { Timeout: 4, TCPSocketWrap: 1 },
    }),
  ).toEqual([]);
});

it('finds what each session leaves behind', () => {
  expect(failing({ ...idle, heap: idle.heap + SESSIONS * 20_000 }, 20_000)).toEqual([
    'held after collection',
    'held after collection',
  ]);
  expect(failing(idle, 60_000)).toContain('resident');
  expect(failing({ ...idle, openFiles: 40 + 2 * SESSIONS })).toEqual(['open files and sockets']);
  expect(failing({ ...idle, resources: { Timeout: 3 + SESSIONS } })).toEqual(['timers']);
  expect(failing({ ...idle, sessions: 1 })).toEqual(['sessions left']);
});
