import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Watcher } from './Watcher.js';

/** How many are to watch, and what. */
export interface ViewersTask {
  readonly port: number;
  readonly encoder: string;
  readonly viewers: number;
  readonly seconds: number;
  readonly fps: number;
}

/** Of all pictures that all of them were to get, the share that they got. */
export interface ViewersReport {
  readonly share: number;
}

const { port, encoder, viewers, seconds, fps } = workerData as ViewersTask;
const query = { scene: 'replay:stored', encoder, channel: `party:bench${viewers}` };
const watchers = await Promise.all(Array.from({ length: viewers }, () => Watcher.join(port, query)));
const [driver] = watchers;
await driver.ask(0);
await wait(500);
const before = watchers.reduce((sum, { pictures }) => sum + pictures, 0);
const start = performance.now();
const frames = seconds * fps;
for (let i = 1; i <= frames; i++) {
  const due = start + (1000 * i) / fps;
  if (due > performance.now()) await wait(due - performance.now());
  driver.look(i / fps);
}
await wait(300);
const got = watchers.reduce((sum, { pictures }) => sum + pictures, 0) - before;
for (const watcher of watchers) watcher.leave();
parentPort?.postMessage({ share: got / (frames * viewers) } satisfies ViewersReport);
