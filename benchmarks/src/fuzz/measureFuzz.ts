import { availableParallelism } from 'node:os';
import { SgapsError } from '@sgaps/protocol';
import { emptyTally, type Finding, type Tally } from './CaseRunner.js';
import type { FuzzTarget } from './FuzzTarget.js';
import { FuzzThread, mergeTallies } from './FuzzThread.js';
import type { FuzzJob } from './fuzzProgram.js';
import { listTargets } from './targets/listTargets.js';

/** Cases that a thread is given at once: it is asked again so often that the order of targets matters little. */
const AT_ONCE = 2000;

/** Options of `measureFuzz`. */
export interface FuzzOptions {
  /** Of all targets together. */
  readonly cases: number;
  readonly seed: number;
  /** Name of the only target. */
  readonly only?: string;
  /** With `only`: one input, hexadecimal, instead of made ones. */
  readonly bytes?: string;
  /** No case is begun after so many. */
  readonly minutes?: number;
  readonly threads?: number;
  /** Hears how many cases are done, of how many. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** What the cases came to. */
export interface FuzzFigures {
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
  /** Largest resident set of the process, bytes, sampled once a second. */
  readonly worstRss: number;
  readonly targets: readonly ({ readonly name: string } & Tally)[];
  readonly findings: readonly Finding[];
}

/**
 * Feeds decoders what they should refuse, in threads, and tells what they did.
 *
 * @example
 * ```ts
 * const { findings } = await measureFuzz({ cases: 20_000, seed: 7 });
 * ```
 */
export async function measureFuzz(options: FuzzOptions): Promise<FuzzFigures> {
  const { seed, minutes = Number.POSITIVE_INFINITY, threads = availableParallelism(), onProgress } = options;
  const targets = listTargets().filter(({ name }) => options.only === undefined || name === options.only);
  if (targets.length === 0) {
    const names = listTargets().map(({ name }) => `'${name}'`);
    throw new SgapsError('ARGUMENT_INVALID', `There is no target '${options.only}'; there are ${names.join(', ')}.`);
  }
  const jobs = jobsOf(targets, options);
  const all = jobs.reduce((sum, { count }) => sum + count, 0);
  const tallies = new Map(targets.map(({ name }) => [name, emptyTally()]));
  const findings: Finding[] = [];
  const start = performance.now();
  let done = 0;
  let worstRss = 0;
  const watch = setInterval(() => {
    worstRss = Math.max(worstRss, process.memoryUsage.rss());
  }, 1000);
  const worker = async () => {
    const thread = new FuzzThread();
    for (let job = jobs.shift(); job && performance.now() - start < minutes * 60_000; job = jobs.shift()) {
      const name = job.target;
      const target = targets.find((candidate) => candidate.name === name) as FuzzTarget;
      const answer = await thread.run(job, target);
      tallies.set(name, mergeTallies(tallies.get(name) ?? emptyTally(), answer.tally));
      for (const finding of answer.findings) findings.push(finding);
      done += job.count;
      onProgress?.(done, all);
    }
    await thread.close();
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, worker));
  clearInterval(watch);
  const cases = [...tallies.values()].reduce((sum, tally) => sum + tally.cases, 0);
  const rows = [...tallies].map(([name, tally]) => ({ name, ...tally }));
  return {
    seed,
    cases,
    seconds: (performance.now() - start) / 1000,
    worstRss: Math.max(worstRss, process.memoryUsage.rss()),
    targets: rows,
    findings,
  };
}

/** Every target's part, in pieces that take turns. */
function jobsOf(targets: readonly FuzzTarget[], { cases, seed, bytes }: FuzzOptions): FuzzJob[] {
  if (bytes !== undefined) return [{ target: targets[0].name, seed, from: 0, count: 1, bytes }];
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const pieces = targets.flatMap(({ name, share }) => {
    const count = Math.ceil((cases * share) / shares);
    return Array.from({ length: Math.ceil(count / AT_ONCE) }, (_, i): FuzzJob & { readonly turn: number } => ({
      ...{ target: name, seed, from: AT_ONCE * i, count: Math.min(AT_ONCE, count - AT_ONCE * i) },
      turn: (AT_ONCE * i) / count,
    }));
  });
  return pieces.sort((a, b) => a.turn - b.turn).map(({ turn: _, ...job }) => job);
}
