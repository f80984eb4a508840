// Given to a server by `--import`: has its calls of the file system fail, or the process killed in the middle of one, and turns its clock.
// What is to happen comes in SGAPS_FAULTS, and later as messages of the parent: see `Injection` in FaultServer.ts.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';

let plan = JSON.parse(process.env.SGAPS_FAULTS ?? '{}');
let seen = 0;
/** Paths of open files, by descriptor. */
const paths = new Map();

const die = () => process.kill(process.pid, 'SIGKILL');
const nameOf = (target) => (typeof target === 'number' ? (paths.get(target) ?? '') : String(target));
const matches = ({ call, path }, name, target) =>
  (call === undefined || call.split('|').includes(name)) && (path === undefined || new RegExp(path).test(nameOf(target)));

/** Null to go on; `half`: a write that only gets half way before the process dies. */
function judge(name, target) {
  const { kill, fail } = plan;
  if (fail && matches(fail, name, target)) {
    const error = new Error(`${fail.error}: injected, ${name} '${nameOf(target)}'`);
    throw Object.assign(error, { code: fail.error, syscall: name });
  }
  if (!kill || !matches(kill, name, target) || ++seen !== kill.n) return null;
  if (kill.torn && name === 'write') return 'half';
  return die();
}

function wrapSync(name, call = name.replace(/Sync$/, '')) {
  const real = fs[name];
  fs[name] = (target, ...rest) => {
    if (judge(call, target) === 'half') {
      real(target, rest[0], rest[1], Math.floor(rest[2] / 2), rest[3]);
      die();
    }
    const result = real(target, ...rest);
    if (call === 'open') paths.set(result, String(target));
    return result;
  };
}

function wrapCallback(name) {
  const real = fs[name];
  fs[name] = (target, ...rest) => {
    try {
      judge(name, target);
    } catch (error) {
      process.nextTick(rest.at(-1), error);
      return;
    }
    real(target, ...rest);
  };
}

function wrapPromise(name) {
  const real = fs.promises[name];
  fs.promises[name] = async (target, ...rest) => {
    judge(name, target);
    const result = await real(target, ...rest);
    if (name === 'open') paths.set(result.fd, String(target));
    // Whoever has it open has it under its new name.
    if (name === 'rename') for (const [fd, path] of paths) if (path === String(target)) paths.set(fd, String(rest[0]));
    return result;
  };
}

async function wrapHandles() {
  const handle = await fs.promises.open(process.execPath, 'r');
  const { prototype } = handle.constructor;
  await handle.close();
  for (const name of ['write', 'datasync', 'sync', 'truncate']) {
    const real = prototype[name];
    prototype[name] = async function (...args) {
      if (judge(name === 'sync' ? 'fsync' : name === 'datasync' ? 'fdatasync' : name, this.fd) === 'half') {
        await real.call(this, args[0], args[1], Math.floor(args[2] / 2), args[3]);
        die();
      }
      return real.apply(this, args);
    };
  }
}

await wrapHandles();
for (const name of ['openSync', 'writeSync', 'closeSync', 'rmSync', 'renameSync']) wrapSync(name);
wrapSync('writeFileSync', 'write');
for (const name of ['fdatasync', 'ftruncate']) wrapCallback(name);
for (const name of ['open', 'rename', 'rm', 'mkdir', 'copyFile', 'writeFile']) wrapPromise(name);
syncBuiltinESMExports();

/** Threads that are given work end, or never hear of it. */
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (...args) {
  if (plan.thread === 'end') this.terminate();
  else if (plan.thread !== 'silent') post.apply(this, args);
};

/** The system's time as everything but SQLite sees it. */
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [RealDate.now() + (plan.clock ?? 0)] : args));
  }
  static now() {
    return RealDate.now() + (plan.clock ?? 0);
  }
};

if (isMainThread && process.channel) {
  process.on('message', (next) => {
    plan = next;
    seen = 0;
    // Threads that are started from now on.
    process.env.SGAPS_FAULTS = JSON.stringify(next);
    process.send({ injected: true });
  });
  process.channel.unref();
}
