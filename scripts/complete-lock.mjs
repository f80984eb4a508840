/**
 * Completes package-lock.json with the optional packages of other platforms that npm left out.
 *
 * npm writes no entry for an optional package which the registry in use does not serve (or that an earlier install
 * skipped), and `npm ci` of npm 11 then refuses the lock file. Platform packages carry their platform in their name and
 * are pinned exactly by the package that lists them, so the entry is known without asking anybody.
 *
 *   node scripts/complete-lock.mjs [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json');
const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

function platformEntry(name, version) {
  const words = name.split('/').at(-1).split('-');
  const os = OS.find((word) => words.includes(word));
  const cpu = CPU.find((word) => words.includes(word));
  if (!os || !cpu || !/^\d+\.\d+\.\d+/.test(version)) throw new Error(`no platform entry can be made for ${name}@${version}`);
  const libc = os !== 'linux' ? undefined : words.some((word) => word.startsWith('musl')) ? ['musl'] : undefined;
  return { version, cpu: [cpu], ...(libc && { libc }), optional: true, os: [os] };
}

/** Where Node's resolution would find `name` from the package at `path`, nearest first. */
function* places(path, name) {
  for (let at = path; at !== ''; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    yield `${at}/node_modules/${name}`;
  }
  yield `node_modules/${name}`;
}

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const added = [];
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if ([...places(path, name)].some((place) => place in lock.packages)) continue;
    lock.packages[`node_modules/${name}`] = { ...platformEntry(name, version), ...(dev && { dev: true }) };
    added.push(`${name}@${version}`);
  }
}

if (added.length === 0) console.log('package-lock.json names every platform.');
else if (process.argv.includes('--check')) {
  console.error(`package-lock.json lacks ${added.join(', ')}.\nRun: node scripts/complete-lock.mjs`);
  process.exitCode = 1;
} else {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`Added ${added.length}: ${added.join(', ')}`);
}
