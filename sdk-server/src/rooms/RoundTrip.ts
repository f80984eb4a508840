import type { EventEmitter } from 'node:events';

/** A `ws` socket, as far as it is needed here. */
interface PingSocket extends EventEmitter {
  ping(data: Uint8Array): void;
  readonly readyState: number;
}

/**
 * Measures a client's round trip with WebSocket pings, which browsers answer by themselves (S13).
 *
 * @example
 * ```ts
 * const roundTrip = new RoundTrip(client.ref, (ms) => latency.roundTrip(ms, clock()));
 * roundTrip.ping();
 * console.log(roundTrip.ms);
 * ```
 */
export class RoundTrip {
  /** Smoothed round trip and its mean deviation, ms; null until measured. */
  ms: number | null = null;
  jitter = 0;

  readonly #socket: PingSocket | null;
  readonly #onMeasured: (ms: number) => void;
  readonly #sent = new Map<number, number>();
  #next = 0;

  /** `onMeasured` is told every round trip, ms. */
  constructor(socket: EventEmitter, onMeasured: (ms: number) => void) {
    this.#onMeasured = onMeasured;
    this.#socket = 'ping' in socket ? (socket as PingSocket) : null;
    this.#socket?.on('pong', this.#onPong);
  }

  /** Sends a ping; at most a few are in flight. */
  ping(): void {
    const socket = this.#socket;
    if (socket?.readyState !== 1) return;
    if (this.#sent.size > 4) this.#sent.clear();
    const id = this.#next++ >>> 0;
    this.#sent.set(id, performance.now());
    const data = new Uint8Array(8);
    const view = new DataView(data.buffer);
    view.setUint32(0, MARK, true);
    view.setUint32(4, id, true);
    socket.ping(data);
  }

  dispose(): void {
    this.#socket?.off('pong', this.#onPong);
    this.#sent.clear();
  }

  // The transport pings too, without data: only our own marks count.
  #onPong = (data: Uint8Array): void => {
    if (data.length !== 8) return;
    const view = new DataView(data.buffer, data.byteOffset, 8);
    if (view.getUint32(0, true) !== MARK) return;
    const id = view.getUint32(4, true);
    const sentAt = this.#sent.get(id);
    if (sentAt === undefined) return;
    this.#sent.delete(id);
    const ms = performance.now() - sentAt;
    if (this.ms === null) this.ms = ms;
    this.jitter += (Math.abs(ms - this.ms) - this.jitter) / 8;
    this.ms += (ms - this.ms) / 8;
    this.#onMeasured(ms);
  };
}

/** 'sgap' */
const MARK = 0x73676170;
