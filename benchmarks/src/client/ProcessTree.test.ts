import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { differenceOf, ProcessTree } from './ProcessTree.js';

it('counts the CPU time of processes below the root', async () => {
  const tree = new ProcessTree(process.pid);
  const before = tree.read();
  const child = spawn(process.execPath, [
    '-e',
    'for (const end = Date.now() + 400; Date.now() < end; ); console.log("done"); setTimeout(() => {}, 20000)',
  ]);
  await once(child.stdout, 'data');
  const after = tree.read();
  child.kill();
  expect(after.processes.has(child.pid as number)).toBe(true);
  expect(differenceOf(before, after).cpuMs).toBeGreaterThan(50);
});

it('refuses a process that is not there', () => {
  expect(() => new ProcessTree(2 ** 30)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
});
