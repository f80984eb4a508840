import { type EventMarker, NO_FRAME, pixelPacketSpan, type RecordKind } from '@sgaps/protocol';

/**
 * What a writer has taken so far. `bytes` counts payloads of all kinds, `bytesUp` pixel packets, `bytesDown` coordinate packets.
 *
 * @example
 * ```ts
 * const perSecond = (1000 * writer.figures.bytesUp) / writer.figures.durationMs;
 * ```
 */
export interface RecordingFigures {
  readonly records: number;
  /** Game frames in the pixel packets, by the packets' own count. */
  readonly frames: number;
  readonly bytes: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Largest record time, ms. */
  readonly durationMs: number;
}

/**
 * Numbers the records of a recording and counts what they hold.
 *
 * @example
 * ```ts
 * const sequence = tally.take('pixels', 33, packet, 0);
 * ```
 */
export class RecordTally {
  /** The sequence of the next record. */
  next = 0;
  /** Where the events lie. */
  readonly markers: EventMarker[] = [];
  private frames = 0;
  private bytes = 0;
  private bytesUp = 0;
  private bytesDown = 0;
  private durationMs = 0;

  get figures(): RecordingFigures {
    const { next: records, frames, bytes, bytesUp, bytesDown, durationMs } = this;
    return { records, frames, bytes, bytesUp, bytesDown, durationMs };
  }

  /** Counts a record and gives its sequence. A pixel packet that names no frames was refused: its bytes count, its frames do not. */
  take(kind: RecordKind, time: number, bytes: Uint8Array, firstFrame: number): number {
    const sequence = this.next++;
    this.bytes += bytes.length;
    if (time > this.durationMs) this.durationMs = time;
    if (kind === 'pixels') {
      this.bytesUp += bytes.length;
      if (firstFrame !== NO_FRAME) this.frames += pixelPacketSpan(bytes)?.frames ?? 0;
    } else if (kind === 'coordinates') this.bytesDown += bytes.length;
    else if (kind === 'event') this.markers.push({ time, sequence });
    return sequence;
  }
}
