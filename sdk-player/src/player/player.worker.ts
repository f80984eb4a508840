import type { FromPlayer, ToPlayer } from './messages.js';
import { PlayerHost } from './PlayerHost.js';

/** What a worker's global scope offers; TypeScript's DOM library knows the window only. */
interface WorkerScope {
  postMessage(message: FromPlayer, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToPlayer>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const host = new PlayerHost((message, transfer) => scope.postMessage(message, transfer));
scope.onmessage = ({ data }) => void host.take(data);
