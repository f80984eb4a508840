import type { SessionReplica } from '@sgaps/core';
import type { SessionLoopOptions } from './SessionLoopOptions.js';

/** Exchanged bytes per byte of (unpacked) snapshot that must lie between two: about one and a half times what it packs to. */
const SHARE = 0.6;
/** … but never more than this many intervals beyond the first are waited. */
const WAIT = 5;

/**
 * Writes decoder snapshots into a recording, now and then.
 *
 * @example
 * ```ts
 * const snapshots = new SnapshotWriter(options, 0);
 * snapshots.exchanged(packet.length);
 * snapshots.writeIfDue(time, replica);
 * ```
 */
export class SnapshotWriter {
  readonly #options: SessionLoopOptions;
  readonly #every: number;
  #dueAt: number;
  /** Bytes exchanged since the last snapshot, and from how many on the next is worth its own. */
  #since = 0;
  #worth = 0;

  /** `from` is when the recording begins, ms. */
  constructor(options: SessionLoopOptions, from: number) {
    this.#options = options;
    this.#every = options.snapshotEvery ?? 10_000;
    this.#dueAt = from + this.#every;
  }

  /** Bytes came or went. */
  exchanged(bytes: number): void {
    this.#since += bytes;
  }

  /** Writes one if it is time and worth its bytes. */
  writeIfDue(time: number, replica: SessionReplica): void {
    const worth = this.#since >= this.#worth || time >= this.#dueAt + WAIT * this.#every;
    if (time < this.#dueAt || !worth) return;
    const { sink, preview, onSnapshotError } = this.#options;
    this.#dueAt = time + this.#every;
    this.#since = 0;
    try {
      const state = replica.save();
      this.#worth = SHARE * state.length;
      sink.snapshot(time, replica.frameId, state, preview?.() ?? undefined);
    } catch (error) {
      if (!onSnapshotError) throw error;
      onSnapshotError(error);
    }
  }
}
