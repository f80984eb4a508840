import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureGpu } from './measureGpu.js';

const ROOT = join(import.meta.dirname, '../../..');
/** Of the contract, 3 kB. */
const MODEL = join(ROOT, 'e2e/models/untrained');

/** bench:gpu where the only Vulkan driver computes on the CPU, which is no GPU. */
function bench(...args: string[]) {
  const node = ['--conditions=sgaps-source', '--import', 'tsx', 'benchmarks/src/gpu.ts', '--model', MODEL, ...args];
  const env = { ...process.env, VK_ICD_FILENAMES: '/usr/lib/chromium/vk_swiftshader_icd.json' };
  const { stdout, stderr, status } = spawnSync(process.execPath, node, { cwd: ROOT, encoding: 'utf8', env });
  return { lines: stdout.trim().split('\n'), stderr, status };
}

describe('bench:gpu', () => {
  it('says that there is no GPU, and that is no failure', () => {
    const { lines, stderr, status } = bench('--json');
    expect([status, stderr]).toEqual([0, '']);
    expect(lines[0]).toMatch(/^No GPU: .*swiftshader/);
    const figures = JSON.parse(lines[lines.length - 1]);
    expect(figures).toEqual({ gpu: null, reason: expect.stringContaining('swiftshader') });
  });

  it('says why where a card is there and neither CUDA nor WebGPU runs on it', async ({ skip }) => {
    const card = () => ({ name: 'a card', memoryMb: 8192, usedMb: () => null });
    const figures = await measureGpu(
      { model: MODEL, batches: [1], seconds: 0.01, on: 'gpu', grid: { width: 64, height: 36 } },
      card,
    );
    if (!('reason' in figures)) skip('here one does');
    expect(figures).toEqual({ gpu: null, reason: expect.stringMatching(/cuda cannot be used.*webgpu cannot be used/s) });
  });

  it('measures frames, latency and memory by batch size', async () => {
    const grid = { width: 64, height: 36 };
    const figures = await measureGpu({ model: MODEL, batches: [4, 1], seconds: 0.2, on: 'cpu', grid });
    if ('reason' in figures) throw new Error(figures.reason);
    expect(figures).toMatchObject({ gpu: null, provider: 'cpu', model: 'untrained@1', grid });
    expect(figures.rows.map(({ batch, parts }) => [batch, parts])).toEqual([
      [1, undefined],
      [4, undefined],
    ]);
    for (const { batch, batches, framesPerSecond, latencyMs, runMs, memoryPerSessionMb, sessionsAt30fps } of figures.rows) {
      expect(batches).toBeGreaterThanOrEqual(3);
      expect(latencyMs.p50).toBeGreaterThan(0);
      expect(latencyMs.p95).toBeGreaterThanOrEqual(latencyMs.p50);
      // Part of what the frames wait, but for a run that took exceptionally long.
      expect(runMs).toBeGreaterThan(0);
      expect(runMs).toBeLessThan(2 * latencyMs.p95);
      // All of a batch wait for the same run, the next is asked for when it is there.
      expect(framesPerSecond).toBeLessThan((1.5 * 1000 * batch) / latencyMs.p50);
      // Resident memory: a kernel that takes back what is idle may leave nothing of so small a model.
      expect(memoryPerSessionMb).toBeGreaterThanOrEqual(0);
      expect(sessionsAt30fps).toBe(Math.floor(framesPerSecond / 30));
    }
    expect(figures.sessionsPerDevice).toBe(Math.max(...figures.rows.map((row) => row.sessionsAt30fps)));
  });

  it('refuses sizes that are none', () => {
    const { stderr, status } = bench('--batches', '1,300');
    expect(status).not.toBe(0);
    expect(stderr).toContain('256 frames a batch at most');
  });
});
