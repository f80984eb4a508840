import { openPort, type ViewerPort } from '../viewer/openPort.js';
import type { FromStream, ToStream } from './messages.js';

/** A stream in a worker where the page allows one, else on the page. */
export function openStream(
  worker: boolean | (() => Worker),
  hear: (message: FromStream) => void,
  onNoWorker?: (why: unknown) => void,
): Promise<ViewerPort<ToStream>> {
  const local = async () => {
    const { FrameStream } = await import('./FrameStream.js');
    const stream = new FrameStream(hear);
    return (message: ToStream) => stream.take(message);
  };
  const create = worker === true ? createWorker : worker || null;
  return openPort<ToStream, FromStream>({ worker: create, local, hear, onNoWorker, what: 'view' });
}

/** Written so that bundlers (Vite, webpack, Rollup, Parcel) see the worker and bundle it. */
function createWorker(): Worker {
  return new Worker(new URL('./view.worker.js', import.meta.url), { type: 'module' });
}
