import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { build } from 'vite';

/**
 * The script that the capturing page runs, from `pageEntry.ts` and the packages' sources, as one piece.
 *
 * @example
 * ```ts
 * await page.addScriptTag({ content: await bundlePage() });
 * ```
 */
export async function bundlePage(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    resolve: { conditions: ['sgaps-source', 'module', 'browser', 'import', 'default'] },
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, 'pageEntry.ts'), formats: ['iife'], name: 'sgapsPage' },
    },
  });
  const first = Array.isArray(result) ? result[0] : result;
  const code = 'output' in first ? first.output[0].code : undefined;
  if (!code) throw new SgapsError('UNSUPPORTED', 'The capturing script could not be bundled.');
  return code;
}
