import { SgapsError } from '@sgaps/protocol';

type Cell = string | number | boolean | null;

const show = (value: Cell) => (typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(2) : String(value));

function flatten(value: object, prefix = ''): [string, Cell][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? flatten(inner, `${prefix}${key} `)
      : [[`${prefix}${key}`, inner as Cell] as [string, Cell]],
  );
}

function table(rows: readonly [string, Cell][][]): string {
  const head = [...new Set(rows.flatMap((row) => row.map(([key]) => key)))];
  const lines = rows.map((row) => {
    const cells = new Map(row);
    return `| ${head.map((key) => (cells.has(key) ? show(cells.get(key) ?? null) : '')).join(' | ')} |`;
  });
  return [`| ${head.join(' | ')} |`, `|${head.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`, ...lines].join('\n');
}

/**
 * Turns the last line of the codec bench's output, JSON, into Markdown: a table for each list in it, one row per entry; figures beside the
 * lists stay out. Throws `BYTES_MALFORMED` where the last line is not that.
 *
 * @example
 * ```ts
 * codecTable('…\n{"coordinates":[{"name":"grid","bytes":16}]}'); // '### Coordinates\n\n| name | bytes | …'
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
  const lists = Object.entries((value ?? {}) as object).filter((entry): entry is [string, object[]] => Array.isArray(entry[1]));
  if (lists.length === 0) throw SgapsError.malformed('figures of the codec bench');
  return lists
    .map(([name, rows]) => `### ${name[0].toUpperCase()}${name.slice(1)}\n\n${table(rows.map((row) => flatten(row)))}`)
    .join('\n\n');
}
