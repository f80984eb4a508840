import type { GameEventMessage, NumbersMessage, SgapsErrorCode } from '@sgaps/protocol';
import { SgapsError } from '@sgaps/protocol/vocabulary';
import type { ConnectionOptions } from '../connection/Connection.js';
import type { KeepOptions } from '../connection/KeepingConnection.js';
import type { CourierListener, CourierPort, CourierWelcome } from './CourierPort.js';
import type { CourierFigures, FrameBatch } from './FrameBatch.js';
import { type FromCourier, type ToCourier, transfersOf } from './messages.js';

/** Milliseconds a worker's script may take to load. */
const READY_WITHIN = 5000;
/** Milliseconds a worker may take to leave the server before it is ended. */
const LEAVE_WITHIN = 3000;
/** Batches on their way to the worker beyond which it is behind. */
const POSTED = 4;
/** Milliseconds without news of what was handed over, after which the worker is dead. */
const SILENT = 10_000;
/** Messages that came before anybody listened, kept. */
const EARLY = 64;
/** Batches whose arrays are kept to be filled again. */
const SPARE = 4;
const NOTHING: CourierFigures = {
  taken: 0,
  sent: 0,
  dropped: 0,
  bytesUp: 0,
  bytesDown: 0,
  rejected: 0,
  eventsDropped: 0,
  codingMicros: 0,
  buffered: 0,
};

/**
 * A courier in a worker: coding, Colyseus and the socket leave the game's thread; one message per batch crosses over.
 *
 * @example
 * ```ts
 * const worker = await readyWorker(() => new Worker(new URL('./courier.worker.js', import.meta.url), { type: 'module' }));
 * const port = await WorkerPort.open(worker, { endpoint, join }, 65_536);
 * ```
 */
export class WorkerPort implements CourierPort {
  readonly thread = 'worker';
  welcome: CourierWelcome;
  posted = 0;
  figures: CourierFigures = NOTHING;
  isOpen = true;
  readonly #worker: Worker;
  readonly #bufferedBytes: number;
  readonly #spare: FrameBatch[] = [];
  /** What came before anybody listened, in order. */
  readonly #early: FromCourier[] = [];
  #listener: CourierListener | null = null;
  #closing = false;
  #heardAt = 0;

  private constructor(worker: Worker, welcome: CourierWelcome, bufferedBytes: number) {
    this.#worker = worker;
    this.#bufferedBytes = bufferedBytes;
    this.welcome = welcome;
  }

  /** Opens a recording through a worker that is `ready`. Rejects with what `Connection.open` rejects with; the worker is then ended. */
  static open(worker: Worker, options: ConnectionOptions, bufferedBytes: number, keep?: KeepOptions): Promise<WorkerPort> {
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromCourier>) => {
        if (data.type === 'opened') {
          const port = new WorkerPort(worker, data.welcome, bufferedBytes);
          worker.onmessage = (event: MessageEvent<FromCourier>) => port.#hear(event.data);
          worker.onerror = (event) => port.#fail(event);
          resolve(port);
        } else if (data.type === 'refused') {
          worker.terminate();
          reject(new SgapsError(data.code as SgapsErrorCode, data.message));
        }
      };
      worker.onerror = (event) => {
        worker.terminate();
        reject(new SgapsError('UNSUPPORTED', `The courier's worker failed: ${event.message}.`));
      };
      worker.postMessage({ type: 'open', options, bufferedBytes, ...(keep ? { keep } : {}) } satisfies ToCourier);
    });
  }

  get isBehind(): boolean {
    const waiting = this.posted > this.figures.taken;
    if (waiting && this.isOpen && performance.now() - this.#heardAt > SILENT) this.#end('it does not answer');
    return this.posted - this.figures.taken > POSTED || this.figures.buffered > this.#bufferedBytes;
  }

  listen(listener: CourierListener): void {
    this.#listener = listener;
    for (const data of this.#early.splice(0)) this.#take(data);
  }

  send(batch: FrameBatch): void {
    if (this.posted === this.figures.taken) this.#heardAt = performance.now();
    this.#worker.postMessage({ type: 'batch', batch } satisfies ToCourier, transfersOf(batch));
    this.posted++;
  }

  takeSpare(): FrameBatch | null {
    return this.#spare.pop() ?? null;
  }

  sendEvent(event: GameEventMessage): void {
    this.#worker.postMessage({ type: 'event', event } satisfies ToCourier);
  }

  sendStats(stats: NumbersMessage): void {
    this.#worker.postMessage({ type: 'stats', stats } satisfies ToCourier);
  }

  keep(): void {
    this.#worker.postMessage({ type: 'keep' } satisfies ToCourier);
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.isOpen = false;
    this.#worker.postMessage({ type: 'close' } satisfies ToCourier);
    setTimeout(() => this.#worker.terminate(), LEAVE_WITHIN);
  }

  #hear(data: FromCourier): void {
    if (this.#listener) this.#take(data);
    else if (this.#early.length < EARLY) this.#early.push(data);
  }

  #take(data: FromCourier): void {
    const listener = this.#listener;
    if (data.type === 'news') {
      this.#heardAt = performance.now();
      this.figures = data.figures;
      for (const batch of data.spare) if (this.#spare.length < SPARE) this.#spare.push(batch);
      if (data.requests.length > 0) listener?.onRequests(data.requests);
    } else if (data.type === 'fault') listener?.onFault(data.code, data.message);
    else if (data.type === 'kept') this.welcome = data.welcome;
    else if (data.type === 'away') {
      this.isOpen = false;
      listener?.onAway(data.reason);
    } else if (data.type === 'back') {
      this.isOpen = !this.#closing;
      listener?.onBack();
    } else if (data.type === 'restart') {
      this.isOpen = !this.#closing;
      this.welcome = data.welcome;
      listener?.onRestart(data.welcome);
    } else if (data.type === 'closed') {
      this.isOpen = false;
      listener?.onClosed(data.reason);
    } else if (data.type === 'left') this.#worker.terminate();
  }

  #fail(event: ErrorEvent): void {
    this.#end(event.message);
  }

  #end(why: string): void {
    this.isOpen = false;
    this.#worker.terminate();
    this.#listener?.onClosed(`the courier's worker failed: ${why}`);
  }
}

/**
 * Waits until a worker's script has said `ready`. Rejects with `UNSUPPORTED` when the page allows no worker or the script
 * does not load.
 *
 * @example
 * ```ts
 * const worker = await readyWorker(() => new Worker(url, { type: 'module' }));
 * ```
 */
export function readyWorker(create: () => Worker): Promise<Worker> {
  return new Promise((resolve, reject) => {
    let worker: Worker | null = null;
    const fail = (why: string) => {
      clearTimeout(timer);
      worker?.terminate();
      reject(new SgapsError('UNSUPPORTED', `No worker for the courier: ${why}.`));
    };
    const timer = setTimeout(() => fail(`its script did not load within ${READY_WITHIN} ms`), READY_WITHIN);
    try {
      worker = create();
    } catch (cause) {
      fail(cause instanceof Error ? cause.message : String(cause));
      return;
    }
    const made = worker;
    made.onerror = (event) => fail(event.message || 'its script does not load');
    made.onmessage = ({ data }: MessageEvent<FromCourier>) => {
      if (data.type !== 'ready') return;
      clearTimeout(timer);
      resolve(made);
    };
  });
}
