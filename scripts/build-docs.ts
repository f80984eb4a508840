/**
 * Builds the site of the docs into docs/.vitepress/dist: the reference of the API by TypeDoc, then all pages by VitePress.
 *
 *   node scripts/build-docs.ts            SGAPS_DOCS_BASE=/sgaps/ for a site that is served below a path
 *   node scripts/build-docs.ts --serve    pages as they are edited, on http://localhost:5173
 */
import { apiReference } from './lib/docs/apiReference.ts';
import { run } from './lib/run.mjs';

const isServed = process.argv.includes('--serve');
const warnings = await apiReference(process.env.SGAPS_DOCS_BASE ?? '/');
for (const warning of warnings) console.error(warning);
const { code } = await run('vitepress', isServed ? ['dev', 'docs', ...process.argv.slice(3)] : ['build', 'docs'], {
  inherit: true,
});
process.exitCode = code === 0 && (isServed || warnings.length === 0) ? 0 : 1;
