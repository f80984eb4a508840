import { isSgapsError } from '@sgaps/protocol';

/**
 * How every program ends: it did what it was asked; it could not; it was asked wrongly; it was stopped (Ctrl-C), as a shell tells it.
 *
 * @example
 * ```ts
 * process.exitCode = EXIT.failed;
 * ```
 */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * How a program ends that an error ended.
 *
 * @example
 * ```ts
 * process.exitCode ??= exitCodeOf(error);
 * ```
 */
export function exitCodeOf(error: unknown): number {
  return isSgapsError(error) && error.code === 'ARGUMENT_INVALID' ? EXIT.usage : EXIT.failed;
}
