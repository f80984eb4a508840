import { execFileSync } from 'node:child_process';

/**
 * A page's Markdown with its tables aligned as the format check wants them. Needs Biome on PATH, as every npm script has it.
 *
 * @example
 * ```ts
 * writeFileSync('docs/benchmarks.md', formatMarkdown(page));
 * ```
 */
export function formatMarkdown(markdown: string): string {
  return execFileSync('biome', ['format', '--stdin-file-path=page.md'], { input: markdown, encoding: 'utf8' });
}
