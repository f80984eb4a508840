import type { GameEventMessage, NumbersMessage, StateSchema } from '@sgaps/protocol';
import type { RecorderConnection } from '../connection/RecorderConnection.js';
import { Courier } from './Courier.js';
import type { CourierListener, CourierPort, CourierWelcome } from './CourierPort.js';
import type { CourierFigures, FrameBatch } from './FrameBatch.js';

/** What happened before anybody listened, kept. */
const EARLY = 64;

/**
 * A courier on the game's own thread: for pages that allow no workers, and for connections of one's own.
 *
 * @example
 * ```ts
 * const port = new LocalPort(connection, { welcome: connection.welcome, schema: { values: [] }, bufferedBytes: 65_536 });
 * ```
 */
export class LocalPort implements CourierPort {
  readonly thread = 'main';
  welcome: CourierWelcome;
  posted = 0;
  readonly #connection: RecorderConnection;
  readonly #schema: StateSchema;
  readonly #bufferedBytes: number;
  #courier: Courier;
  #epoch = 0;
  /** What the couriers of earlier recordings did. */
  #earlier: CourierFigures | null = null;
  #listener: CourierListener | null = null;
  /** What happened before anybody listened, in order. */
  readonly #early: ((listener: CourierListener) => void)[] = [];
  #spare: FrameBatch | null = null;
  readonly #onKept: ((welcome: CourierWelcome) => void) | undefined;

  constructor(
    connection: RecorderConnection,
    options: {
      readonly welcome: CourierWelcome;
      readonly schema: StateSchema;
      readonly bufferedBytes: number;
      /** What was kept is with the server. */
      readonly onKept?: (welcome: CourierWelcome) => void;
    },
  ) {
    this.#onKept = options.onKept;
    this.#connection = connection;
    this.#schema = options.schema;
    this.#bufferedBytes = options.bufferedBytes;
    this.welcome = options.welcome;
    this.#courier = this.#createCourier();
    connection.onClosed((reason) => this.#tell((listener) => listener.onClosed(reason)));
    connection.onAway?.((reason) => this.#tell((listener) => listener.onAway(reason)));
    connection.onBack?.(() => this.#tell((listener) => listener.onBack()));
    connection.onRestart?.((welcome) => {
      this.welcome = welcome;
      this.#earlier = this.figures;
      this.#epoch++;
      // First the news, then what is asked of the new recording.
      this.#tell((listener) => listener.onRestart(welcome));
      this.#courier = this.#createCourier();
    });
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  get isBehind(): boolean {
    return this.#connection.bufferedAmount > this.#bufferedBytes;
  }

  get figures(): CourierFigures {
    const now = this.#courier.figures;
    const then = this.#earlier;
    if (!then) return now;
    return {
      taken: then.taken + now.taken,
      sent: then.sent + now.sent,
      dropped: then.dropped + now.dropped,
      bytesUp: then.bytesUp + now.bytesUp,
      bytesDown: then.bytesDown + now.bytesDown,
      rejected: then.rejected + now.rejected,
      eventsDropped: then.eventsDropped + now.eventsDropped,
      codingMicros: then.codingMicros + now.codingMicros,
      buffered: now.buffered,
    };
  }

  listen(listener: CourierListener): void {
    this.#listener = listener;
    for (const tell of this.#early.splice(0)) tell(listener);
  }

  send(batch: FrameBatch): void {
    this.posted++;
    if (batch.epoch === this.#epoch) this.#courier.send(batch);
    else this.#courier.drop(batch);
    this.#spare = batch;
  }

  takeSpare(): FrameBatch | null {
    const spare = this.#spare;
    this.#spare = null;
    return spare;
  }

  sendEvent(event: GameEventMessage): void {
    this.#courier.sendEvent(event);
  }

  sendStats(stats: NumbersMessage): void {
    this.#courier.sendStats(stats);
  }

  keep(): void {
    const kept = this.#connection.keep?.() ?? Promise.reject(new Error('this recording is live from the start'));
    kept.then(
      (welcome) => {
        this.welcome = welcome;
        this.#onKept?.(welcome);
      },
      (cause) => this.#listener?.onFault('keep-failed', cause instanceof Error ? cause.message : String(cause)),
    );
  }

  /** Resolves when it has left the server. */
  close(): Promise<void> {
    return this.#courier.close();
  }

  #tell(what: (listener: CourierListener) => void): void {
    if (this.#listener) what(this.#listener);
    else if (this.#early.length < EARLY) this.#early.push(what);
  }

  #createCourier(): Courier {
    const { grid, tierBits, depth, digest } = this.welcome;
    return new Courier(
      { connection: this.#connection, grid, tierBits, depth, digest, schema: this.#schema, bufferedBytes: this.#bufferedBytes },
      {
        onRequests: (requests) => this.#tell((listener) => listener.onRequests(requests)),
        onFault: (code, cause) => this.#listener?.onFault(code, cause instanceof Error ? cause.message : String(cause)),
      },
    );
  }
}
