import { readdirSync, readFileSync } from 'node:fs';
import { SgapsError } from '@sgaps/protocol';

/** Clock ticks per second in `/proc`: USER_HZ, 100 on every Linux that Chromium runs on. */
const TICKS = 100;

/** One process as `/proc/PID/stat` shows it. */
interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  /** User and system time so far, ms. */
  readonly cpuMs: number;
}

/**
 * CPU time of a browser at one moment.
 *
 * @example
 * ```ts
 * const { cpuMs, mainMs } = differenceOf(before, tree.read());
 * ```
 */
export interface TreeTimes {
  /** `performance.now()` of the reading. */
  readonly at: number;
  /** User and system time so far by process, ms. */
  readonly processes: ReadonlyMap<number, number>;
  /** Time on a core of each renderer's main thread so far, ms. */
  readonly mains: ReadonlyMap<number, number>;
}

/**
 * Reads the CPU time of a process and all that descend from it out of `/proc`. The constructor throws `UNSUPPORTED` where there is no
 * `/proc`.
 *
 * @example
 * ```ts
 * const tree = new ProcessTree(browserPid);
 * const before = tree.read();
 * ```
 */
export class ProcessTree {
  readonly #root: number;

  constructor(root: number) {
    this.#root = root;
    try {
      readStat(root);
    } catch (cause) {
      throw new SgapsError('UNSUPPORTED', 'CPU time is read from /proc, which this machine has not got: Linux is needed.', {
        cause,
      });
    }
  }

  read(): TreeTimes {
    const lines = listProcesses();
    const processes = new Map<number, number>();
    const mains = new Map<number, number>();
    const queue = [this.#root];
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      const own = lines.find((line) => line.pid === pid);
      if (own) processes.set(pid, own.cpuMs);
      const main = mainThreadMs(pid);
      if (main !== null) mains.set(pid, main);
      for (const { pid: child, parent } of lines) if (parent === pid) queue.push(child);
    }
    return { at: performance.now(), processes, mains };
  }
}

/**
 * CPU time between two readings, ms: of all processes, and of the busiest renderer's main thread, which is the game's. What a
 * process used that ended in between is missing.
 *
 * @example
 * ```ts
 * const { cpuMs } = differenceOf(before, after);
 * ```
 */
export function differenceOf(before: TreeTimes, after: TreeTimes): { readonly cpuMs: number; readonly mainMs: number } {
  let cpuMs = 0;
  for (const [pid, ms] of after.processes) cpuMs += ms - (before.processes.get(pid) ?? 0);
  let mainMs = 0;
  for (const [pid, ms] of after.mains) mainMs = Math.max(mainMs, ms - (before.mains.get(pid) ?? 0));
  return { cpuMs, mainMs };
}

function readStat(pid: number): ProcessLine {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in brackets may hold anything, brackets and blanks included.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, parent: Number(fields[1]), cpuMs: (1000 / TICKS) * (Number(fields[11]) + Number(fields[12])) };
}

function listProcesses(): ProcessLine[] {
  const lines: ProcessLine[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      lines.push(readStat(pid));
    } catch {
      // It ended between the listing and the look.
    }
  }
  return lines;
}

/** Time the main thread of a renderer has run, ms; null for other processes and where the kernel does not say. */
function mainThreadMs(pid: number): number | null {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--type=renderer')) return null;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  } catch {
    // It ended, or the kernel keeps no such statistics.
    return null;
  }
}
