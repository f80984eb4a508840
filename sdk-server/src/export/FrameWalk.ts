import { setImmediate as rest } from 'node:timers/promises';
import type { PlayedFrame, ReplaySource } from '@sgaps/core';
import type { RecordingReader } from '@sgaps/protocol';

/** A frame counts as being there so much earlier than it was recorded, ms: times were rounded on their way. */
const TOLERANCE = 1;

/**
 * The frames of a recording at rising times: at each the last one recorded by then. Those in between are taken in and not drawn.
 *
 * @example
 * ```ts
 * const walk = new FrameWalk(reader, openReplaySource(reader));
 * await walk.start(12_000);
 * const frame = await walk.to(12_000);
 * ```
 */
export class FrameWalk {
  readonly #reader: RecordingReader;
  readonly #source: ReplaySource;
  #begun = false;

  constructor(reader: RecordingReader, source: ReplaySource) {
    this.#reader = reader;
    this.#source = source;
  }

  /** Goes to the snapshot from which the frame at `time`, ms, is nearest. */
  async start(time: number): Promise<void> {
    this.#begun = false;
    for (let from = await this.#reader.nearestSnapshot(time); ; from = await this.#reader.nearestSnapshot(from.time - 1)) {
      const restored = await this.#source.restart(from);
      if (!from || !restored) return;
      // A snapshot holds no picture of its own: one frame at least must come after it.
      if ((await this.#source.fill()) && (this.#source.nextTime ?? 0) <= time) return;
    }
  }

  /** The frame at `time`, ms; null where that is still the one given before. Before the first frame of all it is that one. Its buffers are reused by the next call. */
  async to(time: number): Promise<PlayedFrame | null> {
    const source = this.#source;
    if (!(await source.fill())) return null;
    const until = this.#begun ? time + TOLERANCE : Math.max(time + TOLERANCE, source.nextTime ?? 0);
    for (; (await source.fill()) && (source.nextTime ?? 0) <= until; source.skip()) {
      // Timers and signals have their turn.
      await rest();
      if ((await source.fill(2)) && (source.timeAfter ?? 0) <= until) continue;
      this.#begun = true;
      return (await source.decode())?.frame ?? null;
    }
    return null;
  }
}
