import { describe, expect, it } from 'vitest';
import { CaseRunner, emptyTally } from './CaseRunner.js';
import { FuzzRandom } from './FuzzRandom.js';
import { bytesTarget } from './FuzzTarget.js';
import { fuzzTable } from './fuzzTable.js';
import { measureFuzz } from './measureFuzz.js';
import { mutateBytes } from './mutateBytes.js';

const SEED = Number(process.env.SGAPS_SEED ?? 1);

describe('every decoder of untrusted bytes', () => {
  it('ends with a value or a SgapsError, within its bounds, in 20,000 cases', async () => {
    const figures = await measureFuzz({ cases: 20_000, seed: SEED, threads: 2 });
    expect(figures.findings, fuzzTable(figures)).toEqual([]);
    expect(figures.cases).toBeGreaterThanOrEqual(20_000);
    for (const { name, cases, accepted, refused } of figures.targets) {
      const sum = accepted + Object.values(refused).reduce((all, count) => all + count, 0);
      expect(sum, name).toBe(cases);
    }
  }, 300_000);
});

describe('a case', () => {
  it('is the same for the same seed and number, and another for another', () => {
    const samples = [new Uint8Array(200).fill(7)];
    const at = (seed: number, index: number) =>
      Buffer.from(mutateBytes(samples, new FuzzRandom(seed, 'x', index))).toString('hex');
    for (let index = 0; index < 50; index++) expect(at(3, index)).toBe(at(3, index));
    expect(new Set(Array.from({ length: 50 }, (_, index) => at(3, index))).size).toBeGreaterThan(30);
    expect(at(3, 0)).not.toBe(at(4, 0));
    expect(samples[0].every((byte) => byte === 7)).toBe(true);
  });

  const judge = async (run: (bytes: Uint8Array) => unknown) => {
    const target = bytesTarget('mine', [], [], run, { ms: 20, bytes: 1_000_000 });
    return new CaseRunner(target, await target.open()).run(Uint8Array.of(1, 2), 5, 9, emptyTally());
  };

  it('that throws anything else, takes too long or too much, is told with its bytes', async () => {
    const fail = () => {
      throw new TypeError('oh');
    };
    const told = { target: 'mine', seed: 5, index: 9, bytes: '0102' };
    expect(await judge(() => 1)).toBeNull();
    expect(await judge(fail)).toMatchObject({ ...told, kind: 'error', message: expect.stringContaining('TypeError: oh') });
    expect(await judge(async () => fail())).toMatchObject({ kind: 'error' });
    const held: unknown[] = [];
    expect(await judge(() => held.push(new Uint8Array(2_000_000)))).toMatchObject({ ...told, kind: 'large' });
    // Not a loop that asks the clock: each answer is a number on the heap, a megabyte of them in 30 ms.
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const slow = () => Atomics.wait(gate, 0, 0, 30);
    expect(await judge(slow)).toMatchObject({ ...told, kind: 'slow' });
  });

  it('of no target there is is refused', async () => {
    await expect(measureFuzz({ cases: 1, seed: 1, only: 'nothing' })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});
