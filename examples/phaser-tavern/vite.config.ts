import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  resolve: { conditions: ['sgaps-source', 'module', 'browser', 'import', 'default'] },
  build: { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 2500 },
});
