import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import type { Retention } from './Retention.js';
import { RetentionRounds } from './RetentionRounds.js';

afterEach(() => vi.restoreAllMocks());

it('removes nothing for a day after the clock has jumped ahead, says so once, and goes on when it is put right', async () => {
  let sweeps = 0;
  const sweep = async () => {
    sweeps++;
    return { removed: [], failed: [] };
  };
  const said: string[] = [];
  const log = pino({}, { write: (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg) });
  const rounds = new RetentionRounds({ sweep } as unknown as Retention, log, 5);
  try {
    await vi.waitFor(() => expect(sweeps).toBeGreaterThan(1));
    const [now, steady] = [Date.now.bind(Date), performance.now.bind(performance)];
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 10 * 365 * 86_400_000);
    await vi.waitFor(() => expect(said).toHaveLength(1));
    const before = sweeps;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([sweeps, said]).toEqual([before, [expect.stringMatching(/^the clock has jumped ahead/)]]);
    clock.mockRestore();
    await vi.waitFor(() => expect(sweeps).toBeGreaterThan(before));

    // A day later it is believed.
    let passed = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => steady() + passed);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + passed + 10 * 365 * 86_400_000);
    await vi.waitFor(() => expect(said).toHaveLength(2));
    const doubted = sweeps;
    passed = 86_400_000;
    await vi.waitFor(() => expect(sweeps).toBeGreaterThan(doubted));
  } finally {
    await rounds.close();
  }
});
