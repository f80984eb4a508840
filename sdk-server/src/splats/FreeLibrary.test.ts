import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FreeLibrary } from './FreeLibrary.js';

/** Signals of the builds that were begun. */
const built = vi.hoisted((): AbortSignal[] => []);

vi.mock('./replayFrames.js', () => ({ assertHasDepth: () => undefined }));
vi.mock('../viewing/openReplayFile.js', () => ({
  openReplayFile: async () => ({
    reader: { header: {}, index: { hasFooter: true }, close: async () => undefined },
    path: 'a1.sgaps',
  }),
}));
vi.mock('./splatsInWorker.js', () => ({
  splatsInWorker: (_: string, { signal }: { signal: AbortSignal }) => {
    built.push(signal);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));
  },
}));

const log = pino({ level: 'silent' });
/** Lets what is under way settle, and so many ms pass. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  built.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a build of splats that nobody waits for', () => {
  it('goes on for those who come back within half a minute', async () => {
    const library = new FreeLibrary('recordings', log, null);
    const first = await library.open('a1');
    await pass(0);
    first.close();
    await pass(29_000);
    const second = await library.open('a1');
    await pass(60_000);
    expect(built).toHaveLength(1);
    expect(built[0].aborted).toBe(false);
    expect(second.done).toBe(first.done);
    second.done.catch(() => undefined);
    await library.close();
    expect(built[0].aborted).toBe(true);
  });

  it('ends after that, and is begun anew for who comes later', async () => {
    const library = new FreeLibrary('recordings', log, null);
    const [first, other] = [await library.open('a1'), await library.open('a1')];
    first.done.catch(() => undefined);
    await pass(0);
    first.close();
    first.close();
    await pass(60_000);
    expect(built[0].aborted).toBe(false);
    other.close();
    await pass(31_000);
    expect(built[0].aborted).toBe(true);
    const late = await library.open('a1');
    late.done.catch(() => undefined);
    await pass(0);
    expect(built).toHaveLength(2);
    await library.close();
  });
});
