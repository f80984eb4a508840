/** A series of a `/metrics` page. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The page of a program, by name of the series. */
export type MetricsPage = ReadonlyMap<string, readonly Series[]>;

/** Reads Prometheus' text format. */
export function parseMetrics(text: string): MetricsPage {
  const page = new Map<string, Series[]>();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const found = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text]);
    page.set(name, [...(page.get(name) ?? []), { labels: Object.fromEntries(found), value: Number(value) }]);
  }
  return page;
}

/** The sum of all series of a name with these labels; NaN where there is none. */
export function sumOf(page: MetricsPage, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const found = page
    .get(name)
    ?.filter((series) => Object.entries(labels).every(([label, text]) => series.labels[label] === text));
  return found?.length ? found.reduce((sum, { value }) => sum + value, 0) : Number.NaN;
}

/** Labels that Prometheus adds itself. */
const ADDED = new Set(['instance', 'job', 'le']);

/** What a PromQL expression asks for that the page does not have: series, labels, and values of labels. */
export function missingOf(expression: string, page: MetricsPage): string[] {
  const missing: string[] = [];
  const known = new Set(ADDED);
  for (const [, name, matchers = ''] of expression.matchAll(/\b((?:sgaps|nodejs|process)_\w+)\b(?:\{([^}]*)\})?/g)) {
    const series = page.get(name);
    if (!series) missing.push(name);
    for (const { labels } of series ?? []) for (const label of Object.keys(labels)) known.add(label);
    for (const [, label, operator, value] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
      const values = new Set(series?.map(({ labels }) => labels[label]));
      if (ADDED.has(label) ? false : operator === '=' ? !values.has(value) : values.has(undefined as unknown as string))
        missing.push(`${name}{${label}${operator}"${value}"}`);
    }
  }
  for (const [, labels] of expression.matchAll(/\b(?:by|on|without)\s*\(([^)]*)\)/g))
    for (const label of labels.split(',').map((text) => text.trim())) if (!known.has(label)) missing.push(`by (${label})`);
  return missing;
}
