import { pixelPacketSpan, type RecordingReader, type RecordingRecord, SgapsError } from '@sgaps/protocol';

/**
 * Notices where a damaged recording lacks packets. Those behind them were coded against what they held, and would decode to something that never was on
 * the screen; a packet that starts the stream afresh, or a snapshot, is where one may go on.
 *
 * @example
 * ```ts
 * const gaps = new GapWatch(reader);
 * for await (const record of reader.records()) {
 *   gaps.pass(record);
 *   take(record);
 * }
 * ```
 */
export class GapWatch {
  #sequence = -1;
  #frame = -1;
  /** Numbers were left out since the last packet: snapshots, which nobody gave, or what is missing. */
  #jumped = false;

  constructor(private readonly reader: Pick<RecordingReader, 'index'>) {}

  /** Goes on behind a record; `frame` is the newest one known there, −1 for none. */
  goTo(sequence: number, frame: number): void {
    this.#sequence = sequence;
    this.#frame = frame;
    this.#jumped = false;
  }

  /** Takes note of the next record. Throws `CHECKSUM_MISMATCH` for a packet that others are missing before. */
  pass({ kind, sequence, time, firstFrame, lastFrame, bytes }: RecordingRecord): void {
    this.#jumped ||= sequence !== this.#sequence + 1;
    this.#sequence = sequence;
    if (kind !== 'pixels' || firstFrame === null) return;
    const skipped = firstFrame - this.#frame - 1;
    const jumped = this.#jumped;
    this.#frame = lastFrame ?? firstFrame;
    this.#jumped = false;
    // A client leaves frames out when it is busy; then no record is missing.
    if (!jumped || skipped <= 0 || this.reader.index.missing === 0 || pixelPacketSpan(bytes)?.reset) return;
    const at = `${(time / 1000).toFixed(1)} s`;
    throw new SgapsError('CHECKSUM_MISMATCH', `The recording is damaged: up to ${skipped} frames before ${at} are missing.`);
  }
}
