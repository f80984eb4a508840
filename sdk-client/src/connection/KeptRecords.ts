import { encodeKept, type KeptRecord, keptLength, pixelPacketSpan } from '@sgaps/protocol';

/** Bytes of one message: what a server decodes without holding up its other rooms for long, some ten frames. */
const MESSAGE = 8 * 1024;
/** Frames after which an unused request is forgotten by both ends. */
const STALE = 64;

interface Held extends KeptRecord {
  /** Coordinates: last frame asked for; pixels: first frame. */
  readonly frame: number;
  /** Pixels with which the stream starts afresh. */
  readonly fresh: boolean;
}

/**
 * The last minutes of a session as records, oldest first: the oldest go, from one fresh start of the stream to the next, when
 * they are older than the window and when too many bytes are held.
 *
 * @example
 * ```ts
 * const records = new KeptRecords({ ms: 120_000, bytes: 16_777_216 });
 * records.add('pixels', performance.now(), packet);
 * const message = records.take(records.firstTime);
 * ```
 */
export class KeptRecords {
  readonly #ms: number;
  readonly #most: number;
  readonly #records: Held[] = [];
  #bytes = 0;
  /** Records handed out, which stay until they are known to have arrived. */
  #taken = 0;

  constructor(limits: { readonly ms: number; readonly bytes: number }) {
    this.#ms = limits.ms;
    this.#most = limits.bytes;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Time of the oldest record; `otherwise` when there is none. */
  firstTime(otherwise: number): number {
    return this.#records[0]?.time ?? otherwise;
  }

  /** Adds a record of now; the bytes are copied. `frame` is the last frame that coordinates ask for. */
  add(kind: KeptRecord['kind'], time: number, bytes: Uint8Array, frame = 0): void {
    const span = kind === 'pixels' ? pixelPacketSpan(bytes) : null;
    this.#records.push({ kind, time, bytes: bytes.slice(), frame: span?.firstFrame ?? frame, fresh: span?.reset === true });
    this.#bytes += bytes.length;
    if (this.#taken === 0 && (span?.reset || this.#bytes > this.#most)) this.#forget(time);
  }

  /** The next records as one message, with times from `from` on; null when there are no more. They stay until `clear`. */
  take(from: number): Uint8Array | null {
    const first = this.#taken;
    let length = 0;
    for (; this.#taken < this.#records.length; this.#taken++) {
      length += keptLength(this.#records[this.#taken]);
      if (this.#taken > first && length > MESSAGE) break;
    }
    if (this.#taken === first) return null;
    return encodeKept(this.#records.slice(first, this.#taken).map((record) => ({ ...record, time: record.time - from })));
  }

  /** What was taken did not arrive: it is there again. */
  rewind(): void {
    this.#taken = 0;
  }

  clear(): void {
    this.#records.length = 0;
    this.#bytes = this.#taken = 0;
  }

  #forget(now: number): void {
    for (;;) {
      const starts = this.#records.flatMap(({ fresh }, i) => (fresh ? [i] : []));
      // A single stretch stays, unless it alone is too much.
      if (starts.length < 2) {
        if (this.#bytes > this.#most) this.clear();
        return;
      }
      const next = this.#records[starts[1]];
      if (now - next.time < this.#ms && this.#bytes <= this.#most) return;
      this.#dropBefore(starts[1]);
    }
  }

  #dropBefore(index: number): void {
    const first = this.#records[index].frame;
    const older = this.#records.splice(0, index);
    // Requests that frames of later stretches may still answer.
    const wanted = older.filter(({ kind, frame }) => kind === 'coordinates' && frame >= first - STALE);
    this.#records.unshift(...wanted);
    this.#bytes = this.#records.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}
