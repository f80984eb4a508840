import { SgapsError } from '@sgaps/protocol';

type Cell = string | number | boolean | null;

const show = (value: Cell) => (typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(2) : String(value));

function flatten(value: object, prefix = ''): [string, Cell][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? flatten(inner, `${prefix}${key}.`)
      : [[`${prefix}${key}`, inner as Cell] as [string, Cell]],
  );
}

/**
 * Turns the last line of a bench's output, JSON, into a Markdown table: a list becomes one row per entry, an object one row per figure.
 * Throws `BYTES_MALFORMED` where the last line is no JSON.
 *
 * @example
 * ```ts
 * codecTable('…\n[{"set":"grid","bytes":19}]'); // '| set | bytes | …'
 * ```
 */
export function codecTable(output: string): string {
  const line = output.trim().split('\n').at(-1) ?? '';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'The codec bench printed no JSON on its last line.', { cause });
  }
  if (typeof value !== 'object' || value === null) throw SgapsError.malformed('figures of the codec bench');
  const rows = Array.isArray(value)
    ? value.map((entry: object) => flatten(entry))
    : flatten(value).map(([name, figure]): [string, Cell][] => [
        ['figure', name],
        ['value', figure],
      ]);
  const head = [...new Set(rows.flatMap((row) => row.map(([key]) => key)))];
  const lines = rows.map((row) => {
    const cells = new Map(row);
    return `| ${head.map((key) => (cells.has(key) ? show(cells.get(key) ?? null) : '')).join(' | ')} |`;
  });
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...lines].join('\n');
}
