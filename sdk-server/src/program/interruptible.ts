import { EXIT } from './exits.js';

/**
 * Does work that Ctrl-C, SIGTERM, the end of the server that started it and a reader that goes away stop in good order: its signal is then aborted, and the program ends with 130.
 *
 * @example
 * ```ts
 * await interruptible(async (signal) => exportReplay(reader, { ...request, signal }));
 * ```
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const interrupt = (): void => {
    process.exitCode = EXIT.interrupted;
    abort.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  // Started by a server that has ended since.
  process.once('disconnect', interrupt);
  // Nobody reads any more.
  process.stdout.on('error', interrupt);
  try {
    return await work(abort.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('disconnect', interrupt);
    // An open channel to the server keeps this process.
    if (process.connected) process.disconnect();
  }
}
