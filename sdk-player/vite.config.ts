import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The player's page: plain files under dist/page, which any web server gives out, in any folder. */
export default defineConfig({
  root: fileURLToPath(new URL('./page', import.meta.url)),
  base: './',
  resolve: { conditions: ['sgaps-source', 'module', 'browser', 'import', 'default'] },
  build: { outDir: fileURLToPath(new URL('./dist/page', import.meta.url)), emptyOutDir: true, target: 'es2022' },
});
