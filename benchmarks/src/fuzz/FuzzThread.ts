import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { emptyTally, type Finding } from './CaseRunner.js';
import { FuzzRandom } from './FuzzRandom.js';
import type { FuzzTarget } from './FuzzTarget.js';
import { type FuzzAnswer, type FuzzJob, INDEX, SINCE } from './fuzzProgram.js';

/** ms after which a case counts as one that never ends, and between looks. */
const HANGS = 20_000;
const LOOK_EVERY = 1000;
const HEAP_MB = 1024;

/**
 * A thread that runs cases, and is begun anew when one of them hangs or takes its heap.
 *
 * @example
 * ```ts
 * const thread = new FuzzThread();
 * const { tally, findings } = await thread.run(job, target);
 * await thread.close();
 * ```
 */
export class FuzzThread {
  #progress = new Float64Array(new SharedArrayBuffer(16));
  #worker = this.#start();

  /** Runs a job to its end; what a case that hangs had to follow is run without it. */
  async run(job: FuzzJob, target: FuzzTarget): Promise<FuzzAnswer> {
    const answers: FuzzAnswer[] = [];
    for (let rest = job; rest.count > 0; ) {
      const outcome = await this.#once(rest, target);
      if ('tally' in outcome) {
        answers.push(outcome);
        break;
      }
      const finding = outcome;
      answers.push({ tally: { ...emptyTally(), cases: Math.max(1, finding.index - rest.from + 1) }, findings: [finding] });
      rest = { ...rest, from: finding.index + 1, count: rest.from + rest.count - finding.index - 1 };
    }
    return {
      tally: answers.map(({ tally }) => tally).reduce(mergeTallies, emptyTally()),
      findings: answers.flatMap(({ findings }) => findings),
    };
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage(null);
    await ended;
  }

  #start(): Worker {
    this.#progress = new Float64Array(new SharedArrayBuffer(16));
    return new Worker(join(import.meta.dirname, 'fuzzProgram.ts'), {
      workerData: this.#progress.buffer,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      execArgv: ['--conditions=sgaps-source', '--import', 'tsx'],
    });
  }

  /** The answer, or the case at which the thread was lost. */
  async #once(job: FuzzJob, target: FuzzTarget): Promise<FuzzAnswer | Finding> {
    const worker = this.#worker;
    let watch: NodeJS.Timeout | undefined;
    const outcome = await new Promise<FuzzAnswer | Pick<Finding, 'kind' | 'message'>>((resolve) => {
      worker.once('message', (answer: FuzzAnswer) => resolve(answer));
      worker.once('error', (error) => resolve({ kind: 'dies', message: `It ended its thread: ${error.stack ?? error.message}` }));
      watch = setInterval(() => {
        const since = this.#progress[SINCE];
        if (since > 0 && Date.now() - since > HANGS) resolve({ kind: 'hangs', message: `It has not ended after ${HANGS} ms.` });
      }, LOOK_EVERY);
      worker.postMessage(job);
    });
    clearInterval(watch);
    worker.removeAllListeners('message');
    worker.removeAllListeners('error');
    if ('tally' in outcome) return outcome;
    const finding = await this.#lost(outcome.kind, outcome.message, job, target);
    await worker.terminate();
    this.#worker = this.#start();
    return finding;
  }

  async #lost(kind: Finding['kind'], message: string, { seed, bytes }: FuzzJob, target: FuzzTarget): Promise<Finding> {
    const index = this.#progress[INDEX];
    const { make } = await target.open();
    const input = bytes ?? Buffer.from(make(new FuzzRandom(seed, target.name, index))).toString('hex');
    return { target: target.name, kind, message, seed, index, bytes: input };
  }
}

/**
 * Two tallies of one target as one.
 *
 * @example
 * ```ts
 * const all = tallies.reduce(mergeTallies, emptyTally());
 * ```
 */
export function mergeTallies(a: FuzzAnswer['tally'], b: FuzzAnswer['tally']): FuzzAnswer['tally'] {
  const refused = { ...a.refused };
  for (const [code, count] of Object.entries(b.refused)) refused[code] = (refused[code] ?? 0) + count;
  return {
    ...{ cases: a.cases + b.cases, accepted: a.accepted + b.accepted, refused, ms: a.ms + b.ms },
    ...{ worstMs: Math.max(a.worstMs, b.worstMs), worstBytes: Math.max(a.worstBytes, b.worstBytes) },
  };
}
