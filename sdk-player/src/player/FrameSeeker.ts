import { FrameSource, type ModelBackend, type PlayedFrame } from '@sgaps/core';
import type { RecordingReader } from '@sgaps/protocol';

/** ms that a frame may be later than what was asked for. */
const LATER = 1;

/** A frame with the times of its neighbours, ms; null where they are not known. */
export interface FoundFrame {
  readonly frame: PlayedFrame;
  readonly time: number;
  readonly previous: number | null;
  readonly next: number | null;
}

/** Any frame of a recording by its time: on from where it is, or from the nearest snapshot. */
export class FrameSeeker {
  readonly #source: FrameSource;
  #times: number[] = [];
  #shown: number | null = null;

  constructor(
    private readonly reader: RecordingReader,
    model: ModelBackend | null,
  ) {
    this.#source = new FrameSource(reader, model);
  }

  /** True where a way to this time does not go on from here. */
  isElsewhere(target: number): boolean {
    const here = this.#times.at(-1) ?? Number.NEGATIVE_INFINITY;
    return target + LATER < here || this.reader.index.snapshots.some(({ time }) => time > here && time <= target);
  }

  /** The last frame that is at most a millisecond later; the first where none is. `shown` is the frame that was given last. */
  async find(target: number, givesUp: () => boolean): Promise<FoundFrame | 'shown' | 'given up' | null> {
    const source = this.#source;
    const to = target + LATER;
    if (this.#shown !== null && this.#shown <= to && (await this.#nextTime()) > to) return 'shown';
    if (!source.begun || this.isElsewhere(target)) await this.#restart(target);
    if (!(await source.fill())) return null;
    // A place before the first frame of all has that frame.
    const end = this.#times.length === 0 ? Math.max(to, source.nextTime ?? 0) : to;
    let slice = performance.now();
    while ((await source.fill(2)) && (source.timeAfter ?? Number.POSITIVE_INFINITY) <= end) {
      this.#pass(source.skip());
      if (performance.now() - slice < 8) continue;
      await new Promise((resolve) => setTimeout(resolve));
      if (givesUp()) return 'given up';
      slice = performance.now();
    }
    const next = await source.decode();
    if (!next) return null;
    const previous = this.#times.at(-1) ?? null;
    this.#pass(next.time);
    this.#shown = next.time;
    const after = await this.#nextTime();
    return { ...next, previous, next: Number.isFinite(after) ? after : null };
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async #nextTime(): Promise<number> {
    return (await this.#source.fill()) ? (this.#source.nextTime ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  }

  async #restart(target: number): Promise<void> {
    this.#shown = null;
    this.#times = [];
    for (let from = await this.reader.nearestSnapshot(target); ; from = await this.reader.nearestSnapshot(from.time - 1)) {
      if (!(await this.#source.restart(from)) || !from) return;
      // A snapshot holds no picture of its own: a frame must lie between it and the target.
      if ((await this.#nextTime()) <= target + LATER) return;
    }
  }

  #pass(time: number | null): void {
    if (time === null) return;
    this.#times.push(time);
    if (this.#times.length > 600) this.#times.splice(0, 300);
  }
}
