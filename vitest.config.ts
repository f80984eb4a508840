import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['sgaps-source', 'module', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['sgaps-source', 'node', 'import', 'default'] } },
  test: {
    include: ['sdk-*/src/**/*.test.ts', 'plugins/*/src/**/*.test.ts', 'benchmarks/src/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
