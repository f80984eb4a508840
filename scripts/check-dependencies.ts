/**
 * What is installed with SGAPS: from npm's registry alone, as it was when the lock file was made, under licences that allow it, without scripts that nobody decided about, and without
 * known vulnerabilities of high or critical severity, where the registry tells of them.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { duplicates, type Locked, lockProblems } from './lib/lockRules.ts';
import { ROOT } from './lib/workspaces.mjs';

/** ms that the registry may take. */
const PATIENCE = 60_000;

/** What `npm audit --json` says. */
interface Audit {
  readonly error?: { readonly summary?: string; readonly code?: string };
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
const { packages } = read('package-lock.json') as { packages: Locked };
const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> };

const problems = lockProblems(packages, allowScripts);
const { vulnerabilities, error, message } = await audit();
if (vulnerabilities) {
  const grave = Object.entries(vulnerabilities).filter(([, { severity }]) => severity === 'high' || severity === 'critical');
  for (const [name, { severity, range }] of grave)
    problems.push(`${name} ${range}: a vulnerability of ${severity} severity is known; see \`npm audit\`.`);
  console.log(
    `note: npm audit: ${Object.keys(vulnerabilities).length} known vulnerabilities in production, ${grave.length} of them high or critical.`,
  );
} else {
  console.log(
    `note: npm audit: the registry did not answer (${error?.summary || message || 'nothing it said makes sense'}). Known vulnerabilities were NOT looked up.`,
  );
}
const doubled = duplicates(packages);
console.log(
  `${Object.keys(packages).length} packages locked; more than one version in production: ${doubled.join(', ') || 'of none'}.`,
);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}

/** The registry's answer; an empty one where there is none. */
function audit(): Promise<Audit> {
  return new Promise((resolve) => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    execFile(npm, ['audit', '--omit=dev', '--json'], { cwd: ROOT, timeout: PATIENCE, maxBuffer: 1 << 26 }, (_, output) => {
      try {
        resolve(JSON.parse(output) as Audit);
      } catch {
        resolve({});
      }
    });
  });
}
