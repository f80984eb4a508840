import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { CSS_TARGET, themeScript } from '../scripts/lib/themeScript.mjs';

const page = (name: string) => fileURLToPath(new URL(`./page/${name}`, import.meta.url));

/** The player's page, and the elements as one script, `element.js`: plain files under dist/page, which any web server gives out, in any folder. */
export default defineConfig({
  root: page(''),
  base: './',
  plugins: [themeScript()],
  resolve: { conditions: ['sgaps-source', 'module', 'browser', 'import', 'default'] },
  build: {
    outDir: fileURLToPath(new URL('./dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: CSS_TARGET,
    rollupOptions: {
      input: { index: page('index.html'), element: page('element.ts') },
      // Pages name it.
      output: { entryFileNames: ({ name }) => (name === 'element' ? 'element.js' : 'assets/[name]-[hash].js') },
    },
  },
});
