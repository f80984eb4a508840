/** The worker of `WorkerSampler`. */
import type { FromGatherer, ToGatherer } from './gatherMessages.js';
import { PictureGatherer } from './PictureGatherer.js';

/** What a worker's global scope offers; TypeScript's DOM library knows the window only. */
interface WorkerScope {
  postMessage(message: FromGatherer, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToGatherer>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const gatherer = new PictureGatherer((message, transfer) => scope.postMessage(message, transfer));
scope.onmessage = ({ data }) => gatherer.take(data);
scope.postMessage({ type: 'ready' });
