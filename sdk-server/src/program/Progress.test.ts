import { expect, it } from 'vitest';
import { Progress } from './Progress.js';

/** A stream that keeps what it is given, and a clock that is set by hand. */
function stage(isTTY: boolean, quiet = false) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const stream = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  return { written, clock, progress: new Progress(stream, { quiet, now: () => clock.ms }) };
}

it('draws over one line of a terminal, no wider than it, and takes it away', () => {
  const { written, clock, progress } = stage(true);
  progress.show({ done: 0, total: 120, unit: 'frames' });
  clock.ms = 50;
  progress.show({ done: 5, total: 120 });
  clock.ms = 10_000;
  progress.show({ done: 30, total: 120, unit: 'frames', note: 'a note that is much too long for the terminal' });
  progress.clear();
  progress.clear();
  expect(written).toHaveLength(3);
  expect(written[1]).toContain('25 %  30/120 frames  3.0/s');
  expect(written[1].startsWith('\r\x1b[2K')).toBe(true);
  expect(written[1].replace('\r\x1b[2K', '').length).toBeLessThan(60);
  expect(written[2]).toBe('\r\x1b[2K');
});

it('tells a plain line every five seconds where nobody looks at a terminal, with rate and time left', () => {
  const { written, clock, progress } = stage(false);
  for (let second = 0; second <= 12; second++) {
    clock.ms = 1000 * second;
    progress.show({ done: second, total: 3600, unit: 'frames', progress: second / 100, note: 'arena' });
  }
  progress.clear();
  expect(written).toEqual([
    '  5 %  5/3600 frames  1.0/s  1:35 left  arena\n',
    ' 10 %  10/3600 frames  1.0/s  1:30 left  arena\n',
  ]);
});

it('says nothing when it is told to be quiet', () => {
  const { written, clock, progress } = stage(false, true);
  clock.ms = 60_000;
  progress.show({ done: 1, total: null });
  progress.say('done');
  expect(written).toEqual([]);
});
