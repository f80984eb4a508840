import type { FromViewer, ToViewer } from './messages.js';
import { Viewer } from './Viewer.js';

/** What a worker's global scope offers; TypeScript's DOM library knows the window only. */
interface WorkerScope {
  postMessage(message: FromViewer, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToViewer>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const viewer = new Viewer((message, transfer) => scope.postMessage(message, transfer));
scope.onmessage = ({ data }) => viewer.take(data);
scope.postMessage({ type: 'ready' }, []);
