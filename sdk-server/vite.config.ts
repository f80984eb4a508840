import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { CSS_TARGET, themeScript } from '../scripts/lib/themeScript.mjs';

/** The dashboard: static pages under dist/dashboard, served by the HTTP app. */
export default defineConfig({
  root: fileURLToPath(new URL('./src/dashboard', import.meta.url)),
  base: '/',
  plugins: [themeScript()],
  resolve: { conditions: ['sgaps-source', 'module', 'browser', 'import', 'default'] },
  build: {
    outDir: fileURLToPath(new URL('./dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: CSS_TARGET,
    assetsDir: 'assets',
    rollupOptions: {
      input: {
        index: fileURLToPath(new URL('./src/dashboard/index.html', import.meta.url)),
        gallery: fileURLToPath(new URL('./src/dashboard/gallery.html', import.meta.url)),
        session: fileURLToPath(new URL('./src/dashboard/session.html', import.meta.url)),
      },
    },
  },
});
