import { Worker } from 'node:worker_threads';
import type { ViewersReport, ViewersTask } from './viewers.worker.js';

const FPS = 30;
/** Seconds watched at each number. */
const SECONDS = 4;
/** Share of the pictures that every viewer must get, in the mean. */
const ENOUGH = 0.99;
const STEPS = [1, 10, 25, 50, 100, 150, 200, 300, 400, 600, 800, 1000];

/**
 * Most viewers of one channel that get the pictures of a replay at 30 a second, tried in steps up to `most`. They are in a thread of this process, and so on the same machine.
 *
 * @example
 * ```ts
 * const carried = await countViewers(port, 'h264', 200);
 * ```
 */
export async function countViewers(port: number, encoder: string, most: number): Promise<number> {
  let carried = 0;
  for (const viewers of STEPS.filter((step) => step <= most)) {
    const share = await watchWith({ port, encoder, viewers, seconds: SECONDS, fps: FPS });
    console.error(`${viewers} viewers of ${encoder}: ${(100 * share).toFixed(1)} % of the pictures`);
    if (share < ENOUGH) break;
    carried = viewers;
  }
  return carried;
}

function watchWith(task: ViewersTask): Promise<number> {
  const worker = new Worker(new URL('./viewers.worker.ts', import.meta.url), {
    workerData: task,
    execArgv: ['--conditions=sgaps-source', '--import', 'tsx'],
  });
  return new Promise((resolve, reject) => {
    worker.once('message', ({ share }: ViewersReport) => resolve(share));
    worker.once('error', reject);
  });
}
