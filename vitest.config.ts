import { defineConfig } from 'vitest/config';

// One seed for every property test of a run; SGAPS_SEED=<number> repeats a run.
const seed = process.env.SGAPS_SEED ?? String(Math.floor(Math.random() * 0x7fffffff));
if (!process.env.SGAPS_SEED) console.error(`Property tests use SGAPS_SEED=${seed}`);
process.env.SGAPS_SEED = seed;

/** Tests that drive a real Chromium or a real server process: in e2e/, or beside the code and named so. */
const e2e = [
  'e2e/**/*.test.ts',
  '{sdk-*,pipeline,splats,plugins/*,benchmarks,examples/*}/{src,test}/**/*.{e2e,chromium,browser}.test.ts',
];

/** Those of them that start processes and no browser: `npm test` runs them, and the unit tests, beside those with one, which wait half of their time. */
const processes = [
  'e2e/{command-line,docker-compose,export,guide-samples,keep-on-event,pipeline,pipeline-faults,server,server-embedded,server-recovery,splats,store,stream,viewing,watching}.test.ts',
  'sdk-server/src/**/*.e2e.test.ts',
  'benchmarks/src/faults/*.e2e.test.ts',
];

export default defineConfig({
  resolve: { conditions: ['sgaps-source', 'module', 'node', 'import', 'default'] },
  // Vitest hands these to Node as --conditions: with 'import' among them, require() in CommonJS packages would get ES modules.
  ssr: { resolve: { conditions: ['sgaps-source', 'node'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            '{sdk-*,pipeline,splats,plugins/*,create-sgaps,benchmarks,examples/*}/{src,test}/**/*.test.ts',
            'examples/shared/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', ...e2e],
          setupFiles: ['scripts/lib/propertySeed.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: e2e,
          exclude: ['**/node_modules/**', '**/dist/**', ...processes],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // One Chromium at a time. A browser that hangs on a busy machine gets a second try, which the report tells.
          maxWorkers: 1,
          fileParallelism: false,
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: processes,
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
