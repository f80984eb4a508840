/**
 * Place of a whole number on a ring of `size`, 0 … size − 1.
 *
 * @example
 * ```ts
 * const column = wrap(x - 22, width);
 * ```
 */
export function wrap(value: number, size: number): number {
  const rest = value % size;
  return rest < 0 ? rest + size : rest;
}
