import { describe, expect, it } from 'vitest';
import { SyncGate } from './SyncGate.js';

describe('SyncGate', () => {
  it('runs at most its limit at once, in turn, and goes on after errors', async () => {
    const gate = new SyncGate(2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const jobs = Array.from({ length: 9 }, (_, i) =>
      gate.run(async () => {
        most = Math.max(most, ++running);
        order.push(i);
        await new Promise((done) => setTimeout(done, 1));
        running--;
        if (i % 3 === 0) throw new Error(`job ${i}`);
        return i;
      }),
    );
    const results = await Promise.allSettled(jobs);
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message))).toEqual(
      order.map((i) => (i % 3 === 0 ? `job ${i}` : i)),
    );
  });
});
