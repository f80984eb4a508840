import { parentPort, workerData } from 'node:worker_threads';
import { CaseRunner, emptyTally, type Finding, settledBytes, type Tally } from './CaseRunner.js';
import { FuzzRandom } from './FuzzRandom.js';
import type { FuzzTarget, OpenTarget } from './FuzzTarget.js';
import { listTargets } from './targets/listTargets.js';

/** Cases of one target, in a row. */
export interface FuzzJob {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  /** One input instead of made ones, hexadecimal. */
  readonly bytes?: string;
}

/** What a thread answers to a job. */
export interface FuzzAnswer {
  readonly tally: Tally;
  readonly findings: readonly Finding[];
}

/** Where a thread tells, for the watchdog, since when (`Date.now()`, 0 while it does nothing) it runs which case. */
export const SINCE = 0;
export const INDEX = 1;
/** Findings told of a job: the first ones tell enough. */
const MOST_FINDINGS = 5;
/** Bytes that may be held after a job beyond those before it; the first of a target fills caches. */
const MAY_GROW = 24 * 1024 * 1024;

const opened = new Map<string, { readonly target: FuzzTarget; readonly ready: OpenTarget; isWarm: boolean }>();
const progress = new Float64Array(workerData as SharedArrayBuffer);

async function open(name: string) {
  const known = opened.get(name);
  if (known) return known;
  const target = listTargets().find((candidate) => candidate.name === name);
  if (!target) throw new Error(`There is no target ${name}.`);
  const fresh = { target, ready: await target.open(), isWarm: false };
  opened.set(name, fresh);
  return fresh;
}

async function work({ target: name, seed, from, count, bytes }: FuzzJob): Promise<FuzzAnswer> {
  const entry = await open(name);
  const runner = new CaseRunner(entry.target, entry.ready);
  const tally = emptyTally();
  const findings: Finding[] = [];
  const before = entry.isWarm ? await settledBytes() : Number.POSITIVE_INFINITY;
  for (let index = from; index < from + count; index++) {
    progress[INDEX] = index;
    progress[SINCE] = Date.now();
    const input = bytes === undefined ? entry.ready.make(new FuzzRandom(seed, name, index)) : Buffer.from(bytes, 'hex');
    const finding = await runner.run(input, seed, index, tally);
    if (finding && findings.length < MOST_FINDINGS) findings.push(finding);
    // Timers and sockets of a target get their turn.
    if (index % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  progress[SINCE] = 0;
  const grown = entry.isWarm ? (await settledBytes(before + MAY_GROW)) - before : 0;
  entry.isWarm = true;
  if (grown > MAY_GROW) {
    const message = `${grown} bytes more are held after ${count} cases than before.`;
    findings.push({ target: name, kind: 'grows', message, seed, index: from, bytes: '' });
  }
  return { tally, findings };
}

parentPort?.on('message', (job: FuzzJob | null) => {
  if (job === null) {
    void Promise.all([...opened.values()].map(({ ready }) => ready.close?.())).finally(() => process.exit());
    return;
  }
  work(job).then(
    (answer) => parentPort?.postMessage(answer),
    (error: unknown) => {
      throw error;
    },
  );
});
