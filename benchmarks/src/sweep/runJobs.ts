import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { SweepAnswer, SweepJob } from './worker.js';

/**
 * Measures clips in `workers` processes and hands over each answer as it comes. A failed clip is an answer, not an exception.
 *
 * @example
 * ```ts
 * await runJobs([{ name: 'tank', options: { input: 'tank.mkv' }, at: [] }], 2, (answer) => console.log(answer));
 * ```
 */
export async function runJobs(
  jobs: readonly SweepJob[],
  workers: number,
  onAnswer: (answer: SweepAnswer) => void,
): Promise<void> {
  const queue = [...jobs];
  const worker = async () => {
    const child = fork(join(import.meta.dirname, 'worker.ts'), { execArgv: process.execArgv, serialization: 'advanced' });
    try {
      for (let job = queue.shift(); job; job = queue.shift()) {
        const asked = job;
        onAnswer(
          await new Promise<SweepAnswer>((done) => {
            const ended = (code: number | null) => done({ name: asked.name, error: `worker ended with status ${code}` });
            child.once('message', (answer) => {
              child.off('exit', ended);
              done(answer as SweepAnswer);
            });
            child.once('exit', ended);
            child.send(asked);
          }),
        );
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, worker));
}
