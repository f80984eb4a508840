import {
  type CaptureGrid,
  CoordinateCodec,
  DEFAULT_TIER_BITS,
  type GameEventMessage,
  type NumbersMessage,
  pixelPacketSpan,
  SgapsError,
  type TierBits,
} from '@sgaps/protocol';
import type { CourierWelcome } from '../courier/CourierPort.js';
import { blindRequests } from './blindRequests.js';
import { KeptRecords } from './KeptRecords.js';
import type { RecorderConnection } from './RecorderConnection.js';

/** Requests a recorder has ahead, and in one packet. */
const AHEAD = 16;
const PACKET = 8;
/** Milliseconds after which the stream starts afresh: the grain in which old frames are forgotten. */
const FRESH_EVERY = 2000;
/** Milliseconds between two messages of kept records, and bytes waiting above which none is sent. */
const PACE = 60;
const WAITING = 65_536;

/**
 * What to keep by oneself until it is wanted.
 *
 * @example
 * ```ts
 * const keep: KeepOptions = { seconds: 120, after: 30 };
 * ```
 */
export interface KeepOptions {
  /** Seconds kept, 5 … 1,800. */
  readonly seconds: number;
  /** Seconds that are recorded live after a `keep()`, then it is kept again. Default: until the recording is stopped. */
  readonly after?: number;
  /** Bytes kept at most. Default 33,554,432. */
  readonly bytes?: number;
}

/**
 * A connection that can take in what was kept, and begins live when it is told to.
 *
 * @example
 * ```ts
 * const open = async (keptMs: number): Promise<KeptTarget> => Connection.open({ endpoint, join: { ...join, keptMs } });
 * ```
 */
export interface KeptTarget extends RecorderConnection {
  readonly welcome: CourierWelcome;
  sendKept(message: Uint8Array): void;
  sendLive(): void;
}

/**
 * The rolling buffer ("keep on event"): a connection to nobody that asks for pixels blindly and keeps the last minutes in
 * memory. `keep()` opens the real one, sends what was kept, a little at a time, and goes on live.
 *
 * @example
 * ```ts
 * const connection = new KeepingConnection({ keep: { seconds: 120 }, grid, open });
 * await connection.keep();
 * ```
 */
export class KeepingConnection implements RecorderConnection {
  /** What the server said once it was asked; before that, what a server would. */
  welcome: CourierWelcome;
  readonly #open: (keptMs: number) => Promise<KeptTarget>;
  readonly #after: number;
  readonly #records: KeptRecords;
  readonly #codec: CoordinateCodec;
  readonly #local: CourierWelcome;
  #target: KeptTarget | null = null;
  #phase: 'keeping' | 'uploading' | 'live' | 'closed' = 'keeping';
  #coordinates: ((bytes: Uint8Array) => void) | null = null;
  #reset: ((digest?: boolean) => void) | null = null;
  #restart: ((welcome: CourierWelcome) => void) | null = null;
  #away: ((reason: string) => void) | null = null;
  #back: (() => void) | null = null;
  #closed: ((reason: string) => void) | null = null;
  #asked = -1;
  #freshAt = 0;
  #endTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: {
    readonly keep: KeepOptions;
    readonly grid: CaptureGrid;
    readonly tierBits?: TierBits;
    readonly open: (keptMs: number) => Promise<KeptTarget>;
  }) {
    const { seconds, after = Number.POSITIVE_INFINITY, bytes = 32 * 1024 * 1024 } = options.keep;
    if (!(seconds >= 5 && seconds <= 1800)) {
      throw new SgapsError('ARGUMENT_INVALID', `keep.seconds is ${seconds}, it must be a number from 5 to 1800.`);
    }
    this.#open = options.open;
    this.#after = after;
    this.#records = new KeptRecords({ ms: 1000 * seconds, bytes });
    this.#codec = new CoordinateCodec(options.grid);
    this.#local = { recordingId: '', grid: options.grid, tierBits: options.tierBits ?? DEFAULT_TIER_BITS };
    this.welcome = this.#local;
  }

  /** What is kept can always be kept; what is live, while the server is there. */
  get isOpen(): boolean {
    return this.#phase === 'live' && this.#target ? this.#target.isOpen : this.#phase !== 'closed';
  }

  /** Nothing waits but what goes live. */
  get bufferedAmount(): number {
    return this.#phase === 'live' && this.#target ? this.#target.bufferedAmount : 0;
  }

  /** Bytes in memory. */
  get keptBytes(): number {
    return this.#records.bytes;
  }

  sendPixels(bytes: Uint8Array): void {
    if (this.#phase === 'live') this.#target?.sendPixels(bytes);
    else if (this.#phase !== 'closed') {
      const now = performance.now();
      this.#records.add('pixels', now, bytes);
      this.#ask((pixelPacketSpan(bytes)?.lastFrame ?? 0) + AHEAD);
      if (now < this.#freshAt || this.#phase === 'uploading') return;
      this.#freshAt = now + FRESH_EVERY;
      this.#reset?.();
    }
  }

  sendEvent(event: GameEventMessage): void {
    if (this.#phase === 'live') this.#target?.sendEvent(event);
    else if (this.#phase !== 'closed') {
      this.#records.add('event', performance.now(), new TextEncoder().encode(JSON.stringify(event)));
    }
  }

  sendStats(stats: NumbersMessage): void {
    if (this.#phase === 'live') this.#target?.sendStats(stats);
  }

  onCoordinates(handler: (bytes: Uint8Array) => void): void {
    this.#coordinates = handler;
    if (this.#phase === 'keeping') this.#ask(AHEAD);
  }

  onReset(handler: (digest?: boolean) => void): void {
    this.#reset = handler;
  }

  onRestart(handler: (welcome: CourierWelcome) => void): void {
    this.#restart = handler;
  }

  onAway(handler: (reason: string) => void): void {
    this.#away = handler;
  }

  onBack(handler: () => void): void {
    this.#back = handler;
  }

  onClosed(handler: (reason: string) => void): void {
    this.#closed = handler;
  }

  close(): void {
    this.#phase = 'closed';
    this.#records.clear();
    if (this.#endTimer !== null) clearTimeout(this.#endTimer);
    this.#target?.close();
  }

  /**
   * Sends what was kept and goes on live; resolves when it is live. Nothing happens while that is so already. Rejects with
   * what `open` rejects with, and with `UNSUPPORTED` when the server codes otherwise; what was kept then stays.
   */
  async keep(): Promise<CourierWelcome> {
    if (this.#phase !== 'keeping') return this.welcome;
    this.#phase = 'uploading';
    try {
      const from = this.#records.firstTime(performance.now());
      const target = await this.#open(performance.now() - from);
      if (!sameCoding(target.welcome, this.#local)) {
        target.close();
        throw new SgapsError('UNSUPPORTED', 'The server codes colours or sizes otherwise than what was kept.');
      }
      await this.#upload(target, from);
      return this.welcome;
    } catch (cause) {
      if (this.#phase === 'uploading') this.#phase = 'keeping';
      throw cause;
    }
  }

  async #upload(target: KeptTarget, from: number): Promise<void> {
    let lost: string | null = null;
    target.onClosed((reason) => {
      lost = reason;
    });
    target.onAway?.((reason) => {
      lost = reason;
    });
    target.onReset(() => {
      lost = 'what was kept was refused';
    });
    for (;;) {
      if (lost === null && this.#phase === 'uploading' && target.bufferedAmount < WAITING) {
        const message = this.#records.take(from);
        if (message === null) break;
        target.sendKept(message);
      }
      if (lost !== null || this.#phase !== 'uploading') {
        target.close();
        this.#records.rewind();
        throw new SgapsError('CLOSED', `The server went away while it was sent what was kept (${lost ?? 'stopped'}).`);
      }
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
    this.#goLive(target);
  }

  #goLive(target: KeptTarget): void {
    this.#target = target;
    this.welcome = target.welcome;
    this.#phase = 'live';
    this.#records.clear();
    target.onReset((digest) => this.#reset?.(digest));
    target.onClosed(() => this.#keepAgain());
    target.onAway?.((reason) => this.#away?.(reason));
    target.onBack?.(() => this.#back?.());
    target.onRestart?.((welcome) => {
      this.welcome = welcome;
      this.#restart?.(welcome);
    });
    target.onCoordinates((bytes) => this.#coordinates?.(bytes));
    target.sendLive();
    if (this.#after < Number.POSITIVE_INFINITY) this.#endTimer = setTimeout(() => this.#keepAgain(), 1000 * this.#after);
  }

  /** The recording is over, or lost: from here on it is kept again. */
  #keepAgain(): void {
    if (this.#phase === 'closed') return;
    if (this.#endTimer !== null) clearTimeout(this.#endTimer);
    this.#endTimer = null;
    const target = this.#target;
    this.#target = null;
    this.#phase = 'keeping';
    this.#records.clear();
    this.#asked = -1;
    this.#freshAt = 0;
    this.welcome = this.#local;
    target?.close();
    if (this.#restart) this.#restart(this.#local);
    else this.#closed?.('what was kept is over');
  }

  /** Asks for frames up to `last`, as a server would. */
  #ask(last: number): void {
    while (this.#coordinates && this.#asked < last) {
      const bytes = this.#codec.encode(blindRequests(this.#asked + 1, PACKET)).slice();
      this.#asked += PACKET;
      this.#records.add('coordinates', performance.now(), bytes, this.#asked);
      this.#coordinates(bytes);
    }
  }
}

function sameCoding(a: CourierWelcome, b: CourierWelcome): boolean {
  const bits = a.tierBits.every((value, tier) => value === b.tierBits[tier]);
  return bits && a.grid.width === b.grid.width && a.grid.height === b.grid.height;
}
