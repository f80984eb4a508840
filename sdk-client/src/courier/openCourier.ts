import { SgapsError } from '@sgaps/protocol/vocabulary';
import type { ConnectionOptions } from '../connection/Connection.js';
import type { KeepOptions } from '../connection/KeepingConnection.js';
import type { RecorderConnection } from '../connection/RecorderConnection.js';
import type { CourierPort, CourierWelcome } from './CourierPort.js';
import { readyWorker, WorkerPort } from './WorkerPort.js';

/**
 * Options of `openCourier`.
 *
 * @example
 * ```ts
 * const options: CourierOpenOptions = { endpoint: 'ws://localhost:2567', join, worker: false };
 * ```
 */
export interface CourierOpenOptions extends ConnectionOptions {
  /** `true` (default): in a worker where the page allows one. `false`: on this thread. A function makes the worker. */
  readonly worker?: boolean | (() => Worker);
  /** Bytes waiting in the connection above which frames are dropped. Default 65,536. */
  readonly bufferedBytes?: number;
  /** A connection of one's own instead of Colyseus; works on this thread. */
  readonly connect?: () => Promise<RecorderConnection & { readonly welcome: CourierWelcome }>;
  /** Keeps the last minutes in memory and opens the recording when `keep()` is called. Not with `connect`. */
  readonly keep?: KeepOptions;
  /** Told once when there should have been a worker and is none. */
  readonly onNoWorker?: (why: unknown) => void;
}

const BUFFERED = 65_536;

/**
 * Opens a recording and a courier for it: in a worker where that works, else on this thread. Rejects with what
 * `Connection.open` rejects with.
 *
 * @example
 * ```ts
 * const port = await openCourier({ endpoint: 'ws://localhost:2567', join });
 * ```
 */
export async function openCourier(options: CourierOpenOptions): Promise<CourierPort> {
  const { endpoint, join, token, room, goneAfter, worker = true, bufferedBytes = BUFFERED, connect, onNoWorker, keep } = options;
  if (connect) {
    if (keep) throw new SgapsError('UNSUPPORTED', "`keep` needs SGAPS' own connection; leave `connect` out.");
    const [connection, { LocalPort }] = await Promise.all([connect(), import('./LocalPort.js')]);
    return new LocalPort(connection, { welcome: connection.welcome, schema: join.schema, bufferedBytes });
  }
  const plain: ConnectionOptions = { endpoint, join, token, room, goneAfter };
  if (worker !== false) {
    const create = worker === true ? createWorker : worker;
    const made = await readyWorker(create).catch((cause: unknown) => {
      onNoWorker?.(cause);
      return null;
    });
    if (made) return WorkerPort.open(made, plain, bufferedBytes, keep);
  }
  const { openLocalCourier } = await import('./openLocalCourier.js');
  return openLocalCourier(plain, bufferedBytes, keep);
}

/** Written so that bundlers (Vite, webpack, Rollup, Parcel) see the worker and bundle it. */
function createWorker(): Worker {
  return new Worker(new URL('./courier.worker.js', import.meta.url), { type: 'module' });
}
