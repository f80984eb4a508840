import { readFileSync } from 'node:fs';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/**
 * All figures of this process, for Prometheus. Names begin with `sgaps_`; those of Node itself with `nodejs_` and `process_`. A server that you embed the replay room in may add
 * this one to its own, by `Registry.merge`.
 *
 * @example
 * ```ts
 * response.type(metrics.contentType).send(await metrics.metrics());
 * ```
 */
export const metrics: Registry = new Registry();

let watched = false;

/**
 * Begins to measure the process itself: event loop, garbage collection, memory, descriptors, what was built. More than once is once.
 *
 * @example
 * ```ts
 * watchProcess();
 * ```
 */
export function watchProcess(): void {
  if (watched) return;
  watched = true;
  collectDefaultMetrics({ register: metrics });
  new Gauge({
    name: 'sgaps_build_info',
    help: 'Version of SGAPS and Node, always 1.',
    labelNames: ['version', 'node'],
    registers: [metrics],
  }).set({ version: programVersion(), node: process.version }, 1);
}

/** The version of `@sgaps/server` that runs. */
function programVersion(): string {
  // Two folders up, built or not: bundles lie in `dist`, sources in `src/watching`.
  const file = import.meta.url.endsWith('.ts') ? '../../package.json' : '../package.json';
  const { version } = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as { version: string };
  return version;
}
