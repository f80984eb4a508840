/**
 * Publishes to npm what is not there yet, from a clean tree: builds anew, runs all checks, and publishes with provenance. Made for the workflow `release.yml`; npm knows where a package was
 * built only there, so elsewhere only a dry run works.
 *
 *   node scripts/release.ts [--dry-run]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseNotes } from './lib/changelog.ts';
import { run } from './lib/run.mjs';
import { published, ROOT } from './lib/workspaces.mjs';

const dry = process.argv.includes('--dry-run');
const all = published();
const { version, repository } = all[0].manifest;

async function must(program: string, ...args: string[]): Promise<void> {
  console.log(`> ${program} ${args.join(' ')}`);
  const { code } = await run(program, args, { inherit: true });
  if (code !== 0) refuse(`${program} ${args[0] ?? ''} ended with ${code}`);
}

function refuse(why: string): never {
  console.error(`Nothing is published: ${why}.`);
  process.exit(1);
}

const changes = (await run('git', ['status', '--porcelain'])).output.trim();
if (changes && !dry) refuse(`the tree has changes that no commit has:\n${changes}`);
if (!releaseNotes(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), version)) {
  const why = `CHANGELOG.md says nothing of ${version}; run npm run release:version and commit what it does`;
  // A push of ordinary work, before a release was cut: no failure.
  console.warn(`${dry ? 'Note' : 'Nothing is published'}: ${why}.`);
  if (!dry) process.exit(0);
}
const here = process.env['GITHUB_REPOSITORY'];
if (here && !repository.url.endsWith(`github.com/${here}.git`))
  refuse(`the manifests say ${repository.url}, and this is ${here}: npm takes no provenance of another repository`);

await must('node', join(ROOT, 'scripts', 'build.mjs'), '--force');
await must('node', join(ROOT, 'scripts', 'check.mjs'));
if (dry) {
  const chosen = all.flatMap(({ name }) => ['--workspace', name]);
  await must('npm', 'publish', '--dry-run', '--ignore-scripts', '--provenance=false', ...chosen);
} else await must('changeset', 'publish');
