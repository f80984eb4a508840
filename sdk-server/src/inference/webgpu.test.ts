import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fixtureFile, makeModelFolder, removeModelFolders } from './fixtures/modelFolders.js';

/** Chromium's Vulkan driver that computes on the CPU. Read when the process starts, so that this needs one of its own. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const VK_ICD_FILENAMES = process.env.VK_ICD_FILENAMES ?? SWIFTSHADER;

afterAll(removeModelFolders);

/** Two swaps under load, and frames of two grids, on WebGPU and on the CPU; prints how far they are apart. */
function program(folder: string): string {
  const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  return `
    const { MODEL_PLANES } = await import('@sgaps/core');
    const { InferenceService } = await import(${url('./InferenceService.ts')});
    const folder = ${JSON.stringify(folder)};
    const options = { folder, threads: 1, lateAfterMs: 60_000, warmUp: { width: 48, height: 32 }, maxBatch: 4 };
    const gpu = await InferenceService.start({ ...options, provider: 'webgpu' }).catch((error) => {
      if (!/adapter/.test(error.message)) throw error;
      console.log(JSON.stringify({ skip: error.message }));
      process.exit(0);
    });
    const cpu = await InferenceService.start({ ...options, provider: 'cpu' });
    let [frame, logVariance, gap, lost] = [0, 0, 0, 0];
    const apart = (a, b, worst) => a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at])), worst);
    const load = async () => {
      for (const [width, height] of [[48, 32], [33, 21], [48, 32]]) {
        const frames = [1, 2, 3, 4, 5].map((seed) =>
          new Uint8Array(MODEL_PLANES.length * width * height).map((_, at) => Math.imul((at + 1) * (2 * seed + 1), 2654435761) >>> 24));
        const run = (service) => Promise.all(frames.map((planes) => service.run({ width, height }, planes)));
        const [ours, theirs] = await Promise.all([run(gpu), run(cpu)]);
        for (const [at, a] of ours.entries()) {
          const b = theirs[at];
          if (!a || !b) { lost++; continue; }
          frame = apart(a.frame, b.frame, frame);
          logVariance = apart(a.logVariance, b.logVariance, logVariance);
          gap = apart(a.gap, b.gap, gap);
        }
      }
    };
    await load();
    await Promise.all([gpu.swap(folder), load(), load()]);
    await Promise.all([gpu.swap(folder), load(), load()]);
    const { provider, frames, swaps, crashes } = gpu.figures();
    await Promise.all([gpu.close(), cpu.close()]);
    console.log(JSON.stringify({ provider, frames, swaps, crashes, lost, frame, logVariance, gap }));
  `;
}

it('WebGPU gives what the CPU gives, also while models are swapped', async ({ skip }) => {
  if (!existsSync(VK_ICD_FILENAMES)) skip(`no Vulkan driver: ${VK_ICD_FILENAMES} is missing`);
  const args = [
    '--conditions=sgaps-source',
    '--import',
    'tsx',
    '--input-type=module',
    '--eval',
    program(await makeModelFolder('tint')),
  ];
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    cwd: join(fixtureFile('tint'), '../../..'),
    env: { ...process.env, VK_ICD_FILENAMES },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 100_000,
  });
  const result = JSON.parse(output.trim().split('\n').at(-1)!);
  if (result.skip) skip(`no WebGPU adapter: ${result.skip}`);
  expect(result).toMatchObject({ provider: 'webgpu', frames: 75, swaps: 2, crashes: 0, lost: 0 });
  // A value that lies at the middle between two bytes may be rounded either way.
  expect(result.frame).toBeLessThanOrEqual(1);
  expect(result.logVariance).toBeLessThan(1e-4);
  expect(result.gap).toBeLessThan(1e-4);
}, 120_000);
