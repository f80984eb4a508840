/**
 * A Markdown table; the first column is left-aligned, the others right-aligned.
 *
 * @example
 * ```ts
 * markdownTable(['clip', 'dB'], [['tank', '31.4']]); // '| clip | dB |\n|---|---:|\n| tank | 31.4 |'
 * ```
 */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`, ...rows.map(line)].join('\n');
}
