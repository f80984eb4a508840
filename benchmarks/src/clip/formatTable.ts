/**
 * A plain text table with columns as wide as their widest cell; the first column is left-aligned, the others right-aligned.
 *
 * @example
 * ```ts
 * console.log(formatTable(['clip', 'dB'], [['tank', '31.4']]));
 * ```
 */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return [line(head), ...rows.map(line)].join('\n');
}

/**
 * A figure with fixed digits, or a dash where it was not measured (JSON turns NaN into null).
 *
 * @example
 * ```ts
 * formatNumber(31.416, 2); // '31.42'
 * ```
 */
export function formatNumber(value: number | null | undefined, digits: number): string {
  return value === undefined || value === null || Number.isNaN(value) ? '–' : value.toFixed(digits);
}
