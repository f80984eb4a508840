/**
 * What recorders count; shared by all of a process.
 *
 * @example
 * ```ts
 * const tally = new Tally();
 * ```
 */
export class Tally {
  frames = 0;
  /** Frames not sent because the socket was behind. */
  dropped = 0;
  /** Frames whose own request was not there when they were due. */
  late = 0;
  samples = 0;
  bytesUp = 0;
  bytesDown = 0;
  /** Times the server asked for a fresh start, and sessions it closed. */
  resets = 0;
  closed = 0;
  readonly roundTrips: number[] = [];

  /** Everything back to nothing. */
  clear(): void {
    this.frames = this.dropped = this.late = this.samples = this.bytesUp = this.bytesDown = this.resets = this.closed = 0;
    this.roundTrips.length = 0;
  }
}
