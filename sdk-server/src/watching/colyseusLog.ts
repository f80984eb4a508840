import type { Logger } from 'pino';

/**
 * What Colyseus says, in the log of the server: its errors and warnings at their level, all else at debug, since any stranger may cause it.
 *
 * @example
 * ```ts
 * defineServer({ rooms, logger: colyseusLog(log) });
 * ```
 */
export function colyseusLog(log: Logger): Pick<Console, 'trace' | 'debug' | 'info' | 'warn' | 'error'> {
  const own = log.child({ from: 'colyseus' });
  const say =
    (level: 'trace' | 'debug' | 'warn' | 'error') =>
    (...said: unknown[]): void =>
      own[level](said.map(String).join(' ').trim());
  return { trace: say('trace'), debug: say('debug'), info: say('debug'), warn: say('warn'), error: say('error') };
}
