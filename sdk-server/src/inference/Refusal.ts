import type { RefusalCode } from './threadMessages.js';

/** An error of the thread that becomes an `SgapsError` on the other side. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * What an error says, on one line.
 *
 * @example
 * ```ts
 * log.warn(reasonOf(error));
 * ```
 */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\s+/g, ' ');
}
