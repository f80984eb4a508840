import { readyWorker } from '../courier/WorkerPort.js';

/** A page's side of what watches for it, wherever that runs. */
export interface ViewerPort<To> {
  send(message: To, transfer?: Transferable[]): void;
  /** Ends a worker. */
  end(): void;
}

/** What all that watch tell, beside their own. */
type Said = { readonly type: 'failed'; readonly code: string; readonly message: string } | { readonly type: 'closed' };

/** How a port is opened: `From` is what comes of it. */
export interface PortOptions<To, From> {
  /** Makes the worker, which posts `ready` first; null for none. */
  readonly worker: (() => Worker) | null;
  /** On the page, where there is no worker. */
  readonly local: () => Promise<(message: To) => void>;
  hear(message: From | Said): void;
  /** Told where there should have been a worker and is none. */
  readonly onNoWorker?: (why: unknown) => void;
  /** What is to be opened anew when the worker fails. */
  readonly what: string;
}

/** Opens a port to a worker where the page allows one, else to the page itself. */
export async function openPort<To, From>(options: PortOptions<To, From>): Promise<ViewerPort<To>> {
  const { worker, local, hear, onNoWorker, what } = options;
  if (worker) {
    const made = await readyWorker(worker).catch((why: unknown) => {
      onNoWorker?.(why);
      return null;
    });
    if (made) {
      made.onmessage = ({ data }: MessageEvent<From>) => hear(data);
      made.onerror = ({ message }) => {
        made.terminate();
        hear({ type: 'failed', code: 'CLOSED', message: `The viewer's worker failed: ${message}. Open the ${what} anew.` });
        hear({ type: 'closed' });
      };
      return { send: (message, transfer = []) => made.postMessage(message, transfer), end: () => made.terminate() };
    }
  }
  const take = await local();
  return { send: (message) => take(message), end: () => undefined };
}
