import type { Logger } from 'pino';
import type { SgapsServer } from '../startServer.js';

/**
 * Ends the program with its server: drained first at SIGTERM, at once at a second one or Ctrl-C. What is recorded is closed in order either way.
 *
 * @example
 * ```ts
 * stopServer(await startServer(options), log);
 * ```
 */
export function stopServer(server: SgapsServer, log: Logger): void {
  const end = (): void => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'not closed cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.once('SIGTERM', () => {
    process.once('SIGTERM', end);
    server
      .drain()
      .catch((error: unknown) => log.error({ err: error }, 'not drained'))
      .finally(end);
  });
}
