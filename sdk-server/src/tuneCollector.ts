import { setFlagsFromString } from 'node:v8';

/** Growth since the last full collection that leads to the next one, per cent. V8's own choice goes by how fast objects are made, and is a tenth here. */
const GROWTH = 100;

/**
 * Lets this process collect garbage less often, for some ten megabytes of memory. V8 counts the bytes of every packet that comes and of every chunk that
 * is written as growth of a heap that they are no part of, and goes through all of it several times a second when hundreds of sessions are recorded:
 * a third of a server's time. For programs that are a server and nothing else: `sgaps serve` calls it, `startServer` does not.
 *
 * @example
 * ```ts
 * tuneCollector();
 * const server = await startServer({ port: 2567, room: { cadence: 'on-demand' } });
 * ```
 */
export function tuneCollector(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
