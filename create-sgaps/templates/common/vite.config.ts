import { defineConfig } from 'vite';

export default defineConfig({
  server: { port: 5173 },
  build: { target: 'es2022', chunkSizeWarningLimit: 4000 },
  // The recorder codes in a worker. Vite's development server finds it where the package has it, not where it would move the package to.
  optimizeDeps: {
    exclude: ['@sgaps/client'],
    include: ['@sgaps/client > @colyseus/sdk'],
  },
});
