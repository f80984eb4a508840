import { FrameStream } from './FrameStream.js';
import type { FromStream, ToStream } from './messages.js';

/** What a worker's global scope offers; TypeScript's DOM library knows the window only. */
interface WorkerScope {
  postMessage(message: FromStream, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToStream>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const stream = new FrameStream((message, transfer) => scope.postMessage(message, transfer));
scope.onmessage = ({ data }) => stream.take(data);
scope.postMessage({ type: 'ready' }, []);
