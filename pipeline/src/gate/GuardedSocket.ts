import { SgapsError } from '@sgaps/protocol';
import { WebSocket } from 'ws';

/** Pings and pongs a second: one is usual in three. */
const MOST_PINGS = 20;
/** Bytes that may wait for a client that sends and does not read. Pictures and coordinates are held back long before. */
const MOST_WAITING = 16 * 1024 * 1024;
/** ms that one who is sent away may take to go. */
const GOODBYE_WITHIN = 2_000;

/**
 * A server's side of a WebSocket that no client can make cost more than it is worth: one who floods with pings, or sends and never reads what it is answered, is cut off; a message
 * that `inspect` refuses is the last one. Give it to `ws` as its `WebSocket` option.
 *
 * @example
 * ```ts
 * new WebSocketServer({ noServer: true, WebSocket: GuardedSocket });
 * ```
 */
export class GuardedSocket extends WebSocket {
  #windowEnds = 0;
  #pings = 0;
  #isRefused = false;

  /** Close code of one who is sent away for a message. */
  protected readonly refusal: number = 1007;

  /** Throws a `SgapsError` for a message that nobody is to see. */
  protected inspect(_data: unknown, _isBinary: boolean): void {
    // All are let through.
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'message' && event !== 'ping' && event !== 'pong') return super.emit(event, ...args);
    if (this.#isRefused) return false;
    if (this.bufferedAmount > MOST_WAITING || (event !== 'message' && this.#floods())) {
      this.#isRefused = true;
      this.terminate();
      return false;
    }
    if (event === 'message') {
      try {
        this.inspect(args[0], args[1] === true);
      } catch (error) {
        if (!(error instanceof SgapsError)) throw error;
        this.#refuse(error);
        return false;
      }
    }
    return super.emit(event, ...args);
  }

  #floods(): boolean {
    const now = performance.now();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + 1000;
      this.#pings = 0;
    }
    return ++this.#pings > MOST_PINGS;
  }

  #refuse({ code }: SgapsError): void {
    this.#isRefused = true;
    this.close(this.refusal, code);
    setTimeout(() => this.terminate(), GOODBYE_WITHIN).unref();
  }
}
