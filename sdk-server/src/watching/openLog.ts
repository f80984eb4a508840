import { type Logger, pino } from 'pino';
import { redact } from './Redaction.js';

/** What is logged at least, from everything to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/**
 * The least that is logged.
 *
 * @example
 * ```ts
 * const level: LogLevel = 'debug';
 * ```
 */
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * How a program logs.
 *
 * @example
 * ```ts
 * const options: LogOptions = { json: true, level: 'info' };
 * ```
 */
export interface LogOptions {
  /** JSON lines instead of readable ones; default false. */
  readonly json?: boolean;
  /** On standard error instead: standard output is for something else. */
  readonly aside?: boolean;
  /** Default `info`. */
  readonly level?: LogLevel;
}

/**
 * The log of a program on standard output: JSON lines, or one short line per entry with time, level, message and fields. Secrets leave by no line (`redact`).
 *
 * @example
 * ```ts
 * const log = openLog('sgaps', { json: true, level: 'debug' });
 * ```
 */
export function openLog(name: string, { json = false, aside = false, level = 'info' }: LogOptions = {}): Logger {
  const out = pino.destination({ dest: aside ? 2 : 1, sync: true });
  const write = (line: string): void => {
    out.write(redact(json ? line : readable(line)));
  };
  return pino({ name, level }, { write });
}

/** A line for people. */
function readable(line: string): string {
  const { time, level, msg, pid, hostname, name: _, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const at = new Date(Number(time)).toTimeString().slice(0, 8);
  const label = pino.levels.labels[Number(level)].padEnd(5);
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  const trouble = err as { message?: string } | undefined;
  return `${[at, label, msg, ...rest, trouble?.message ?? ''].join(' ').trimEnd()}\n`;
}
