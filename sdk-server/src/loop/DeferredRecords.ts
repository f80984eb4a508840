import { pixelPacketSpan } from '@sgaps/protocol';
import { BytePieces, type Piece } from './BytePieces.js';

/** Bytes held at most; a recorder that is asked to start afresh and does not may fill them, about 80 s of packets. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Frames by which a request may be older than the frame that answers it. */
export const STALE = 64;

/** A record that was stored and not looked into yet. */
export interface DeferredRecord {
  readonly kind: 'coordinates' | 'pixels';
  readonly time: number;
  readonly bytes: Uint8Array;
  /** What the bytes lie in, if it is to be released. */
  readonly piece?: Piece;
  /** Frames of a pixel packet, by its own word; newest frame asked for by a coordinate packet. */
  readonly frames: number;
  readonly lastFrame: number;
  readonly firstFrame: number;
  readonly reset: boolean;
}

/**
 * Records of a session that nobody watches, in their order, until somebody wants to see: as few as a decoder needs to get to the
 * newest frame. Where they grow too many, those before the newest fresh start are let go; they are in the recording.
 *
 * @example
 * ```ts
 * deferred.coordinates(time, packet, lastTarget);
 * deferred.pixels(time, packet);
 * for (let record = deferred.shift(); record; record = deferred.shift()) decode(record);
 * ```
 */
export class DeferredRecords {
  /** Frames that wait. */
  frames = 0;
  /** Records were let go since this was last set to false: what decodes the rest must know nothing of what came before. */
  cut = false;
  #records: DeferredRecord[] = [];
  #bytes = 0;
  readonly #pieces = new BytePieces();

  /** True where the records can be decoded: by who decoded all before, or, after a cut, from a fresh start on. */
  get startable(): boolean {
    return !this.cut || this.#records.find(({ kind }) => kind === 'pixels')?.reset === true;
  }

  /** Nothing waits. */
  get empty(): boolean {
    return this.#records.length === 0;
  }

  /** Adds a coordinate packet that asks for frames up to `lastFrame`. */
  coordinates(time: number, bytes: Uint8Array, lastFrame: number): void {
    this.#add({ kind: 'coordinates', time, bytes, frames: 0, firstFrame: lastFrame, lastFrame, reset: false });
  }

  /** Adds a pixel packet, whatever it holds; it is copied. */
  pixels(time: number, bytes: Uint8Array): void {
    const { frames = 1, firstFrame = 0, lastFrame = 0, reset = false } = pixelPacketSpan(bytes) ?? {};
    this.#add({ kind: 'pixels', time, ...this.#pieces.copy(bytes), frames, firstFrame, lastFrame, reset });
  }

  /** The oldest record, which is no longer held. */
  shift(): DeferredRecord | undefined {
    const record = this.#records.shift();
    if (record) this.#forget(record);
    return record;
  }

  /** Lets go of what lies before the newest fresh start, where more than `most` frames wait. */
  trim(most: number): void {
    if (this.frames <= most && this.startable) return;
    const start = this.#records.findLastIndex(({ reset }) => reset);
    if (start < 0) return;
    const { firstFrame } = this.#records[start];
    let dropped = false;
    this.#records = this.#records.filter((record, i) => {
      const keep = i >= start || (record.kind === 'coordinates' && record.lastFrame + STALE >= firstFrame);
      if (!keep) this.#letGo(record);
      if (!keep && record.kind === 'pixels') dropped = true;
      return keep;
    });
    if (dropped) this.cut = true;
  }

  #add(record: DeferredRecord): void {
    this.#records.push(record);
    this.#bytes += record.bytes.length;
    this.frames += record.frames;
    if (this.#bytes <= MOST_BYTES) return;
    for (const held of this.#records.splice(0)) this.#letGo(held);
    this.cut = true;
  }

  /** Nobody ever saw the record: its memory may be used again, other than that of one which was handed on. */
  #letGo(record: DeferredRecord): void {
    this.#forget(record);
    if (record.piece) this.#pieces.release(record.piece);
  }

  #forget(record: DeferredRecord): void {
    this.#bytes -= record.bytes.length;
    this.frames -= record.frames;
  }
}
