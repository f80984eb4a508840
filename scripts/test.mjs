/**
 * `npm test`: the build, the checks and all tests, those of a trainer in Python too where there is PyTorch, and as the last line `N passed, N failed`. Each check counts as one;
 * so does a test file that cannot be loaded, an error outside of any test and a Vitest that crashes.
 *
 *   npm test [-- vitest arguments]   with arguments: only Vitest, only what they name
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { runChecks } from './lib/checks.mjs';
import { runPython } from './lib/python.mjs';
import { run } from './lib/run.mjs';
import { ROOT } from './lib/workspaces.mjs';

const failures = [];
const count = { passed: 0, failed: 0, skipped: 0 };
const add = ({ passed = 0, failed = 0, skipped = 0 }) => {
  count.passed += passed;
  count.failed += failed;
  count.skipped += skipped;
};

async function build() {
  const { code } = await run('node', ['scripts/build.mjs'], { inherit: true });
  console.log(code === 0 ? '✓ build' : '✗ build');
  return code === 0 ? { passed: 1 } : { failed: 1 };
}

/**
 * Two lanes at once, since a test with a browser waits half of its time: what drives a browser, one file at a time, and beside it the rest.
 * A lane's failures are printed again at the end, where the other lane's lines do not bury them.
 *
 * `SGAPS_TEST_UNTIL` (seconds since 1970, set by `.ci/run`, whose time is limited) is when no more files of tests are begun that start browsers or processes. What is left out then is named, and the count
 * says so; where to begin moves on by the day, so that a slow machine does not leave out the same ones for ever.
 */
const LANES = [
  { whole: [], piecewise: 'e2e' },
  { whole: ['unit'], piecewise: 'processes' },
];
const UNTIL = Number(process.env.SGAPS_TEST_UNTIL ?? Number.POSITIVE_INFINITY);
const leftOut = [];

async function lane({ whole, piecewise }) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const note = ({ passed, failed, skipped }) => {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  };
  if (!Number.isFinite(UNTIL)) {
    note(await vitest([...whole, piecewise].flatMap((name) => ['--project', name])));
    return total;
  }
  for (const name of whole) note(await vitest(['--project', name]));
  const files = await filesOf(piecewise);
  const first = Math.floor(Date.now() / 86_400_000) % files.length;
  const turned = [...files.slice(first), ...files.slice(0, first)];
  for (const file of turned) {
    if (Date.now() / 1000 > UNTIL) leftOut.push(file);
    else note(await vitest(['--project', piecewise, file]));
  }
  return total;
}

/** Files of a project, relative to the root. */
async function filesOf(project) {
  const { code, output } = await run('vitest', ['list', '--project', project, '--filesOnly']);
  const files = [...stripVTControlCharacters(output).matchAll(/^\[[\w-]+\] (\S+\.test\.ts)$/gm)].map(([, file]) => file);
  if (code !== 0 || files.length === 0) throw new Error(`Vitest lists no files of ${project}:\n${output}`);
  return files;
}

/** Counts of one Vitest run, from its JSON report and its exit code. */
async function vitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'sgaps-test-'));
  const report = join(folder, 'report.json');
  try {
    const { code } = await run(
      'vitest',
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
      // Tests that start `sgaps` start what was just built.
      { inherit: true, env: { SGAPS_BUILT: '1' } },
    );
    const result = countReport(report);
    failures.push(...result.messages);
    if (code !== 0 && result.failed === 0) {
      console.log('✗ Vitest ended with an error outside of any test');
      result.failed = 1;
    }
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countReport(file) {
  const result = { passed: 0, failed: 0, skipped: 0, messages: [] };
  let suites;
  try {
    suites = JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch {
    console.log('✗ Vitest crashed before it could report');
    return { ...result, failed: 1 };
  }
  for (const { name, status, message, assertionResults } of suites) {
    let failed = 0;
    for (const test of assertionResults) {
      if (test.status === 'passed') result.passed++;
      else if (test.status === 'failed') {
        failed++;
        result.messages.push(`✗ ${relative(ROOT, name)} > ${test.fullName}\n${test.failureMessages.join('\n')}`);
      } else result.skipped++;
    }
    if (status === 'failed' && failed === 0) result.messages.push(`✗ ${relative(ROOT, name)}\n${message}`);
    // A file that does not load, or whose set-up fails, has no failed test of its own.
    result.failed += status === 'failed' ? Math.max(1, failed) : failed;
  }
  return result;
}

const args = process.argv.slice(2);
add(await build());
if (args.length > 0) add(await vitest(args));
else {
  add(await runChecks());
  add(await runPython());
  for (const counts of await Promise.all(LANES.map(lane))) add(counts);
  if (leftOut.length > 0)
    console.log(`\nNot run, for the time was up (npm test runs them): ${leftOut.length} files\n  ${leftOut.sort().join('\n  ')}`);
  for (const failure of failures) console.log(`\n${failure}`);
}

console.log(`\n${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exitCode = count.failed > 0 ? 1 : 0;
