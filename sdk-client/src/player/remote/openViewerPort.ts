import { readyWorker } from '../../courier/WorkerPort.js';
import type { FromViewer, ToViewer } from './messages.js';

/** A source's side of its viewer, wherever that runs. */
export interface ViewerPort {
  send(message: ToViewer): void;
  /** Ends a worker. */
  end(): void;
}

/** A viewer in a worker where the page allows one, else on the page. */
export async function openViewerPort(
  worker: boolean | (() => Worker),
  hear: (message: FromViewer) => void,
  onNoWorker?: (why: unknown) => void,
): Promise<ViewerPort> {
  if (worker !== false) {
    const made = await readyWorker(worker === true ? createWorker : worker).catch((why: unknown) => {
      onNoWorker?.(why);
      return null;
    });
    if (made) return workerPort(made, hear);
  }
  const { Viewer } = await import('./Viewer.js');
  const viewer = new Viewer(hear);
  return { send: (message) => viewer.take(message), end: () => undefined };
}

function workerPort(worker: Worker, hear: (message: FromViewer) => void): ViewerPort {
  worker.onmessage = ({ data }: MessageEvent<FromViewer>) => hear(data);
  worker.onerror = ({ message }) => {
    worker.terminate();
    hear({ type: 'failed', code: 'CLOSED', message: `The viewer's worker failed: ${message}. Open the replay anew.` });
    hear({ type: 'closed' });
  };
  return { send: (message) => worker.postMessage(message), end: () => worker.terminate() };
}

/** Written so that bundlers (Vite, webpack, Rollup, Parcel) see the worker and bundle it. */
function createWorker(): Worker {
  return new Worker(new URL('./viewer.worker.js', import.meta.url), { type: 'module' });
}
