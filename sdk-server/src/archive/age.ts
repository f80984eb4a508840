const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Reads an age: a number with `m`, `h`, `d` or `w` behind it, ms; null for what is none.
 *
 * @example
 * ```ts
 * readAge('7d'); // 604_800_000
 * ```
 */
export function readAge(text: string): number | null {
  const [, number, unit] = /^(\d{1,6}(?:\.\d+)?)([mhdw])$/.exec(text.trim()) ?? [];
  return unit === undefined ? null : Number(number) * UNITS[unit];
}
