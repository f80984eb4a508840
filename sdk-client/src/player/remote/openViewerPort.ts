import { openPort, type ViewerPort } from '../../viewer/openPort.js';
import type { FromViewer, ToViewer } from './messages.js';

/** A viewer in a worker where the page allows one, else on the page. */
export function openViewerPort(
  worker: boolean | (() => Worker),
  hear: (message: FromViewer) => void,
  onNoWorker?: (why: unknown) => void,
): Promise<ViewerPort<ToViewer>> {
  const local = async () => {
    const { Viewer } = await import('./Viewer.js');
    const viewer = new Viewer(hear);
    return (message: ToViewer) => viewer.take(message);
  };
  const create = worker === true ? createWorker : worker || null;
  return openPort<ToViewer, FromViewer>({ worker: create, local, hear, onNoWorker, what: 'replay' });
}

/** Written so that bundlers (Vite, webpack, Rollup, Parcel) see the worker and bundle it. */
function createWorker(): Worker {
  return new Worker(new URL('./viewer.worker.js', import.meta.url), { type: 'module' });
}
