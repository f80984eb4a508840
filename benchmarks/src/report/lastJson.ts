import { SgapsError } from '@sgaps/protocol';

/**
 * What a bench printed with `--json`: the value of its output's last line. Throws `BYTES_MALFORMED` where that is no JSON object.
 *
 * @example
 * ```ts
 * const figures = lastJson<LoadFigures>(output);
 * ```
 */
export function lastJson<T extends object>(output: string): T {
  const line = output.trim().split('\n').at(-1) ?? '';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'A bench printed no JSON on its last line.', { cause });
  }
  if (typeof value !== 'object' || value === null) throw SgapsError.malformed('figures of a bench');
  return value as T;
}
