/**
 * Gets a fresh clone ready, then runs a command in it. Needs Node >= 20 and npm, nothing else.
 *
 *   node scripts/bootstrap.mjs [--needs build,chromium,ffmpeg,torch,postgres,swift] [-- command arguments…]
 *
 * - installs the packages when `node_modules` is missing or older than the lock file,
 * - builds what is outdated, and finds or (Debian, root) installs Chromium, ffmpeg, PyTorch, PostgreSQL and Swift, where `--needs` names them,
 * - runs the command with the pinned Node 24 first on PATH, passing signals and the exit code through.
 *
 * Everything it says goes to standard error, so that standard output belongs to the command alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WINDOWS = process.platform === 'win32';
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.sgaps-lock-hash');
const NODE = join(MODULES, 'node', 'bin', WINDOWS ? 'node.exe' : 'node');
const STOP_GRACE_MS = 15_000;

const TOOLS = {
  chromium: {
    env: 'SGAPS_CHROMIUM',
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'],
    paths: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    ],
    advice: 'Chromium or Chrome (https://www.chromium.org, or set SGAPS_CHROMIUM to its program file)',
  },
  ffmpeg: {
    env: 'SGAPS_FFMPEG',
    names: ['ffmpeg'],
    paths: [],
    advice: 'ffmpeg (https://ffmpeg.org/download.html, or set SGAPS_FFMPEG)',
  },
  redis: {
    env: 'SGAPS_REDIS',
    names: ['redis-server'],
    paths: ['/usr/bin/redis-server'],
    apt: 'redis-server',
    advice: 'Redis (https://redis.io, or set SGAPS_REDIS to its program redis-server)',
  },
  torch: {
    env: 'SGAPS_PYTHON',
    names: ['python3'],
    paths: ['/usr/bin/python3'],
    has: ['-c', 'import torch, numpy'],
    // With Debian's reference BLAS alone, matrix products take fifteen times as long.
    apt: 'python3-torch libopenblas0',
    advice: 'PyTorch (https://pytorch.org, or set SGAPS_PYTHON to a Python that has it)',
  },
  postgres: {
    env: 'SGAPS_POSTGRES',
    names: ['postgres'],
    // Debian keeps its servers off PATH, each version in a folder of its own.
    paths: () => subfolders('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin/postgres`),
    apt: 'postgresql',
    advice: 'PostgreSQL (https://www.postgresql.org/download/, or set SGAPS_POSTGRES to its program file postgres)',
  },
  swift: {
    env: 'SGAPS_SWIFT',
    names: ['python3'],
    paths: ['/usr/bin/python3'],
    has: ['-c', 'import eventlet, swift.common.middleware.s3api.s3api'],
    // The library alone: a test's own process runs what it needs of it.
    apt: 'python3-swift',
    advice: 'OpenStack Swift (https://docs.openstack.org/swift, or set SGAPS_SWIFT to a Python that has it)',
  },
};

function subfolders(path) {
  return existsSync(path) ? readdirSync(path).sort((a, b) => b - a) : [];
}

const say = (text) => process.stderr.write(`sgaps: ${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

function parse(argv) {
  const split = argv.indexOf('--');
  const own = split < 0 ? argv : argv.slice(0, split);
  const needs = new Set();
  for (let i = 0; i < own.length; i++) {
    if (own[i] !== '--needs' || i + 1 >= own.length) fail(`unknown argument '${own[i]}'; see scripts/bootstrap.mjs`);
    for (const need of own[++i].split(',')) {
      if (need !== 'build' && !(need in TOOLS)) fail(`unknown need '${need}'`);
      needs.add(need);
    }
  }
  return { needs, command: split < 0 ? [] : argv.slice(split + 1) };
}

/** Runs a set-up step with its output on standard error; true when it succeeded. */
function step(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2], ...options });
  if (error) say(`${program}: ${error.message}`);
  return status === 0;
}

function npm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli && /\.[cm]?js$/.test(cli) && existsSync(cli)) return step(process.execPath, [cli, ...args], options);
  return step('npm', args, { shell: WINDOWS, ...options });
}

/** True when npm's own record of what it installed agrees with the lock file, e.g. after a plain `npm install`. */
function installedMatches(lockText) {
  try {
    const wanted = JSON.parse(lockText).packages;
    const installed = JSON.parse(readFileSync(join(MODULES, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(([path, entry]) => {
      if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
      const found = installed[path];
      return found ? found.version === entry.version : Boolean(entry.optional || entry.devOptional || entry.peer);
    });
  } catch {
    return false; // no record, or one that npm left half-written: install again
  }
}

function install() {
  const lockText = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`).update(lockText).digest('hex');
  const stamped = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash;
  if (!stamped && !installedMatches(lockText)) {
    say(existsSync(MODULES) ? 'packages are out of date, installing…' : 'installing packages…');
    // Engine notes concern the system's Node; everything runs on the pinned one installed here.
    if (!npm(['ci', '--loglevel=error', '--no-audit', '--no-fund'])) fail('npm ci failed, see above.');
  }
  // With install scripts switched off (npm's ignore-scripts) the pinned Node is fetched here instead.
  if (!existsSync(NODE)) step(process.execPath, ['installArchSpecificPackage'], { cwd: join(MODULES, 'node') });
  if (!existsSync(NODE)) fail('the pinned Node 24 (npm package "node") could not be installed.');
  if (!stamped) writeFileSync(STAMP, hash);
}

function find(tool) {
  const { env, names, paths, has } = TOOLS[tool];
  const runnable = (file) => {
    try {
      accessSync(file, constants.X_OK);
      return !has || spawnSync(file, has, { stdio: 'ignore' }).status === 0;
    } catch {
      return false;
    }
  };
  if (process.env[env]) {
    if (runnable(process.env[env])) return process.env[env];
    fail(`${env} is ${process.env[env]}, which is not a program${has ? ` with ${tool}` : ''}.`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  const files = names.flatMap((name) => folders.map((folder) => join(folder, WINDOWS ? `${name}.exe` : name)));
  return [...files, ...(typeof paths === 'function' ? paths() : paths)].find(runnable);
}

function isDebianRoot() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get') || !existsSync('/etc/os-release')) return false;
  return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Finds the programs, installing the missing ones where it may; returns the environment that names them. */
function provide(tools) {
  let missing = tools.filter((tool) => !find(tool));
  if (missing.length > 0 && isDebianRoot()) {
    say(`installing ${missing.join(' and ')} with apt…`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    if (!step('apt-get', ['update', '-qq'], { env })) fail('apt-get update failed, see above.');
    step(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', ...missing.flatMap((tool) => (TOOLS[tool].apt ?? tool).split(' '))],
      {
        env,
      },
    );
    missing = tools.filter((tool) => !find(tool));
  }
  if (missing.length > 0) fail(`please install ${missing.map((tool) => TOOLS[tool].advice).join(' and ')}, then run this again.`);
  return Object.fromEntries(tools.map((tool) => [TOOLS[tool].env, find(tool)]));
}

/** Keeps two commands started at once from installing or building over each other. */
function lock() {
  const folder = join(ROOT, '.sgaps-cache');
  const file = join(folder, 'bootstrap.lock');
  mkdirSync(folder, { recursive: true });
  for (let waited = 0; ; waited++) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!holderAlive(file) || waited > 1200) rmSync(file, { force: true });
    else {
      if (waited === 0) say('another command is setting up here, waiting for it…');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  process.on('exit', unlock);
  function unlock() {
    rmSync(file, { force: true });
    process.off('exit', unlock);
  }
  return unlock;
}

function holderAlive(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return error.code === 'EPERM'; // ESRCH: the holder died; ENOENT: it has just let go
  }
}

/** Runs the command in a process group of its own: it gets each signal once, and nothing it started outlives it. */
function run([program, ...args], env) {
  const child = spawn(program === 'node' ? NODE : program, args, { cwd: ROOT, stdio: 'inherit', env, detached: !WINDOWS });
  const signalGroup = (signal) => {
    try {
      process.kill(WINDOWS ? child.pid : -child.pid, signal);
      return true;
    } catch {
      return false; // nobody left
    }
  };
  // A terminal signals npm and us, and npm signals us again: one press is passed on once.
  let last = 0;
  const stop = (signal) => {
    if (Date.now() - last < 500) return;
    last = Date.now();
    child.kill(signal);
    setTimeout(() => signalGroup('SIGKILL'), STOP_GRACE_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  // `kill <npm>` reaches only the shell between npm and us, which dies of it: we notice that our parent is gone.
  const parent = process.ppid;
  const orphaned = () => process.env.npm_lifecycle_event && process.ppid !== parent;
  const watch = setInterval(() => {
    if (!orphaned()) return;
    clearInterval(watch);
    stop('SIGTERM');
  }, 250);
  child.on('error', (error) => fail(`${program}: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (!WINDOWS && signalGroup('SIGTERM')) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      signalGroup('SIGKILL');
    }
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exit(code);
  });
}

if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node 20 or newer is needed, this is ${process.version}.`);
const { needs, command } = parse(process.argv.slice(2));
const unlock = lock();
install();
const env = {
  ...process.env,
  PATH: [join(MODULES, '.bin'), process.env.PATH].join(delimiter),
  ...provide(Object.keys(TOOLS).filter((tool) => needs.has(tool))),
};
if (needs.has('build') && !step(NODE, [join('scripts', 'build.mjs')], { env })) fail('the build failed, see above.');
unlock();
if (command.length > 0) run(command, env);
