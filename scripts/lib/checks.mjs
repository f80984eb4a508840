/** Every check that is not a test. Each counts as one in `npm test`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run, seconds } from './run.mjs';
import { ROOT } from './workspaces.mjs';

const SOURCES = [
  'sdk-protocol',
  'sdk-core',
  'sdk-client',
  'sdk-player',
  'pipeline',
  'splats',
  'sdk-server',
  'plugins',
  'create-sgaps',
  'examples',
  'benchmarks',
  'e2e',
  'scripts',
];

const CHECKS = [
  ['lock file names every platform', 'node', ['scripts/complete-lock.mjs', '--check']],
  ['dependencies: origin, contents, scripts, licences, known vulnerabilities', 'node', ['scripts/check-dependencies.ts']],
  ['format and lint (biome)', 'biome', ['ci', '--error-on-warnings', '--max-diagnostics=30', '--colors=off']],
  ['types of tests, tools and games (tsc)', 'tsc', ['-p', 'tsconfig.tests.json']],
  ['nothing unused (knip)', 'knip', ['--no-progress']],
  [
    'arrows, entry points, no circles (dependency-cruiser)',
    'depcruise',
    SOURCES.filter((folder) => existsSync(join(ROOT, folder))),
  ],
  ['a docblock with an example on every export', 'node', ['scripts/check-docblocks.ts']],
  ['the kernels are what their sources give (asc)', 'node', ['scripts/build-kernels.mjs', '--check']],
  ['API reports', 'node', ['scripts/check-api.ts']],
  ['byte budgets of the client', 'node', ['scripts/check-sizes.ts']],
  ['tarballs: contents, manifests, READMEs, source maps, publint, are-the-types-wrong', 'node', ['scripts/check-packages.ts']],
  ['Dockerfile and compose files', 'node', ['scripts/check-docker.ts']],
];

/**
 * Runs all checks, two at a time, and prints a line for each and the output of those that fail.
 *
 * @returns how many passed and failed
 */
export async function runChecks() {
  const waiting = [...CHECKS];
  const count = { passed: 0, failed: 0 };
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const [name, program, args] = check;
      const start = performance.now();
      const { code, output } = await run(program, args, { env: { NO_COLOR: '1' } });
      const took = seconds(performance.now() - start);
      if (code === 0) {
        count.passed++;
        console.log(`✓ ${name} (${took})`);
        // What one should know also of a check that passed.
        for (const line of output.split('\n')) if (line.startsWith('note: ')) console.log(`    ${line}`);
      } else {
        count.failed++;
        console.log(`✗ ${name} (${took})\n${output.trim().replace(/^/gm, '    ')}`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return count;
}
