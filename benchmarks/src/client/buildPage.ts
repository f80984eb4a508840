import { join } from 'node:path';
import { build } from 'vite';

/**
 * Builds the page with the games and all variants, workers included, from the packages' sources into a folder.
 *
 * @example
 * ```ts
 * await buildPage('/tmp/sgaps-bench');
 * ```
 */
export async function buildPage(outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: join(import.meta.dirname, 'page'),
    base: './',
    resolve: { conditions: ['sgaps-source', 'module', 'browser', 'import', 'default'] },
    build: { outDir, emptyOutDir: false, target: 'es2022', chunkSizeWarningLimit: 8000, minify: 'oxc' },
    worker: { format: 'es' },
  });
}
