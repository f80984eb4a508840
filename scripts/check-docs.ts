/**
 * Builds the site of the docs and looks at it: docblocks make no trouble, pages compile, every link, anchor and picture leads to something, every page is in a sidebar, and the page of
 * errors tells of every code.
 *
 *   node scripts/check-docs.ts
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { NAMED } from '../docs/.vitepress/pages.ts';
import { apiReference } from './lib/docs/apiReference.ts';
import { checkErrorsPage } from './lib/docs/checkErrorsPage.ts';
import { checkSite } from './lib/docs/checkSite.ts';
import { run } from './lib/run.mjs';
import { ROOT } from './lib/workspaces.mjs';

const DOCS = join(ROOT, 'docs');
const DIST = join(DOCS, '.vitepress', 'dist');
/** Pages that no sidebar names: the first, what the repository shows of this folder, and what is made of other files. */
const ELSEWHERE = new Set(['index.md', 'README.md', 'repository/[file].md']);

const problems = [...checkErrorsPage(), ...strayPages(), ...(await apiReference('/'))];
const { code, output } = await run('vitepress', ['build', 'docs'], { env: { SGAPS_DOCS_BASE: '/' } });
if (code !== 0) problems.push(output.trim());
else problems.push(...checkSite(DIST, '/'));

for (const problem of problems) console.error(problem);
if (code === 0) console.log(`${globSync('**/*.html', { cwd: DIST }).length} pages, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;

function strayPages(): string[] {
  const files = globSync('**/*.md', { cwd: DOCS, exclude: ['.vitepress/**', 'node_modules/**', 'public/**'] }).map((file) =>
    file.replaceAll('\\', '/'),
  );
  return [
    ...files
      .filter((file) => !ELSEWHERE.has(file) && !NAMED.includes(file))
      .map((file) => `docs/${file} is in no sidebar: name it in docs/.vitepress/pages.ts.`),
    ...NAMED.filter((file, i) => NAMED.indexOf(file) !== i).map(
      (file) => `docs/${file} is named twice in docs/.vitepress/pages.ts.`,
    ),
  ];
}
