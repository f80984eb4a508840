/**
 * Raises the version of all packages by what the changesets say, and cuts the changelog: what was unreleased becomes that version's.
 * Without changesets the version stays, and the changelog is cut if it does not have that version yet (the first release).
 *
 *   node scripts/version.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cutChangelog } from './lib/changelog.ts';
import { run } from './lib/run.mjs';
import { published, ROOT } from './lib/workspaces.mjs';

async function must(program: string, ...args: string[]): Promise<void> {
  const { code } = await run(program, args, { inherit: true });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}.`);
}

function rewrite(name: string, change: (text: string) => string): void {
  const file = join(ROOT, name);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

await must('changeset', 'version');
const [{ manifest }] = published();
const { version } = manifest;
// Changesets leaves the root alone, which is nobody's package.
rewrite('package.json', (text) => text.replace(/^( {2}"version": )"[^"]*"/m, `$1"${version}"`));
const [major, minor] = version.split('.');
for (const { folder } of published())
  rewrite(`${folder}/README.md`, (text) => text.replace(/(@sgaps\/[\w-]+@)[\d.]+/g, `$1${major}.${minor}`));
const today = new Date().toISOString().slice(0, 10);
rewrite('CHANGELOG.md', (text) => cutChangelog(text, version, today));
await must('npm', 'install', '--package-lock-only', '--ignore-scripts', '--loglevel=error');
await must('node', join(ROOT, 'scripts', 'complete-lock.mjs'));
await must(
  'biome',
  'check',
  '--write',
  '--log-level=error',
  'package.json',
  ...published().map(({ folder }) => `${folder}/package.json`),
);
console.log(`All packages are ${version}.`);
