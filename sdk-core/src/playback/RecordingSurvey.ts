import type { RecordingReader } from '@sgaps/protocol';
import type { Superseded } from './FrameCursor.js';
import { openReplaySource } from './openReplaySource.js';
import type { PlaybackMachine } from './PlaybackMachine.js';
import type { ReplaySource } from './ReplaySource.js';
import type { SnapshotShelf } from './SnapshotShelf.js';
import { type StatePoints, StateSeries } from './StateSeries.js';

/** ms of work before others get their turn. */
const SLICE = 12;
/** ms between two words of the values found. */
const TELL_EVERY = 500;

/**
 * Options of a `RecordingSurvey`.
 *
 * @example
 * ```ts
 * const options: RecordingSurveyOptions = { machine, shelf, lookedAt: () => player.time, waits: () => finder.busy };
 * ```
 */
export interface RecordingSurveyOptions {
  readonly machine: PlaybackMachine;
  /** Where the states go. */
  readonly shelf: SnapshotShelf;
  /** The time that somebody looks at, ms: what follows it is surveyed first. Default 0. */
  readonly lookedAt?: () => number;
  /** True while others need the processor more. */
  readonly waits?: () => boolean;
  /** Told the game's values as they are found: those not told before. */
  readonly onPoints?: (points: StatePoints) => void;
}

/** What lies between two of the recording's snapshots, by sequence. */
interface Section {
  /** The snapshot's, −1 for the recording's start. */
  readonly from: number;
  /** The next one's. */
  readonly to: number;
  readonly time: number;
}

/**
 * Goes through a whole recording once, in the background: puts decoder states on a shelf, evenly spaced, so that any frame is found quickly
 * (`FrameFinder`), and collects the game's values. Draws nothing. Section by section, the one looked at first.
 *
 * @example
 * ```ts
 * const survey = new RecordingSurvey(reader, { machine, shelf });
 * await survey.run();
 * plot(survey.series.read());
 * ```
 */
export class RecordingSurvey {
  readonly series: StateSeries;
  readonly #reader: RecordingReader;
  readonly #options: RecordingSurveyOptions;
  readonly #source: ReplaySource;
  /** The last record of each section that was gone through, by where the section begins. */
  readonly #reached = new Map<number, number>();
  /** The source has taken in all records from where it began up to this one; NaN where it has to begin anew. */
  #at = -1;
  /** Times are exact from here on, ms. */
  #certainFrom = Number.NEGATIVE_INFINITY;
  /** The recording's own snapshots are of another version: everything is gone through from its start. */
  #isOneSection = false;
  #putting: Promise<void> = Promise.resolve();
  #toldAt = Number.NEGATIVE_INFINITY;

  /** The reader may be used by others meanwhile; it stays open. */
  constructor(reader: RecordingReader, options: RecordingSurveyOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#source = openReplaySource(reader);
    this.series = new StateSeries(reader.header.schema.values.length);
  }

  /** How much was gone through, 0 … 1. */
  get share(): number {
    const sections = this.#sections();
    const all = sections.at(-1)?.to ?? -1;
    const gone = sections.reduce((sum, { from, to }) => sum + Math.min(to, this.#reached.get(from) ?? from) - from, 0);
    return all < 0 ? 1 : gone / (all + 1);
  }

  /**
   * Goes through what was not gone through before; true at the end of it, false once `stop` is aborted. Call it again when the recording has grown and its
   * reader was refreshed. Rejects where the recording is damaged; called again it goes on elsewhere.
   */
  async run(stop?: Superseded): Promise<boolean> {
    try {
      for (let section = this.#next(); section; section = this.#next()) {
        this.#options.shelf.expect(this.#reader.duration);
        this.series.expect(this.#reader.duration);
        if (!(await this.#goThrough(section, stop))) return false;
      }
      await this.#putting;
      return true;
    } finally {
      this.#tell();
      await this.#source.release();
    }
  }

  #sections(): Section[] {
    const { snapshots, records } = this.#reader.index;
    const starts = [{ from: -1, time: 0 }];
    if (!this.#isOneSection) for (const { sequence, time } of snapshots) starts.push({ from: sequence, time });
    return starts.map((start, i) => ({ ...start, to: starts[i + 1]?.from ?? records - 1 }));
  }

  /** The section looked at, or the next one that is left after it, or else the last before it. */
  #next(): Section | null {
    const sections = this.#sections();
    const left = sections.filter(({ from, to }) => (this.#reached.get(from) ?? from) < to);
    const lookedAt = this.#options.lookedAt?.() ?? 0;
    const looked = sections.findLast(({ time }) => time <= lookedAt)?.from ?? -1;
    return left.find(({ from }) => from >= looked) ?? left.at(-1) ?? null;
  }

  /** False where it was stopped. */
  async #goThrough({ from, to, time }: Section, stop: Superseded | undefined): Promise<boolean> {
    // Damage that is met counts as gone through.
    this.#reached.set(from, to);
    if (!(this.#at >= from && this.#at <= to) && !(await this.#begin(from < 0 ? null : time))) return true;
    const source = this.#source;
    this.#at = Number.NaN;
    const { machine, waits } = this.#options;
    let slice = machine.now();
    while ((source.sequence < to || source.waiting > 0) && (await source.fill())) {
      await this.#takeIn();
      if (machine.now() - slice < SLICE) continue;
      do {
        await machine.rest();
        if (!stop?.aborted) continue;
        this.#at = source.sequence;
        this.#reached.set(from, source.sequence);
        return false;
      } while (waits?.());
      slice = machine.now();
      if (slice - this.#toldAt > TELL_EVERY) this.#tell();
    }
    this.#at = Math.max(to, source.sequence);
    return true;
  }

  /** False where the recording's snapshots are of no use. */
  async #begin(time: number | null): Promise<boolean> {
    const snapshot = time === null ? null : await this.#reader.nearestSnapshot(time);
    const restored = await this.#source.restart(snapshot);
    this.#certainFrom = restored && snapshot ? snapshot.time : Number.NEGATIVE_INFINITY;
    if (restored) return true;
    this.#isOneSection = true;
    this.#reached.clear();
    this.#at = -1;
    return false;
  }

  /** Takes in the frame that waits. */
  async #takeIn(): Promise<void> {
    const { shelf } = this.#options;
    const source = this.#source;
    const time = source.skip() ?? 0;
    if (time < this.#certainFrom) return;
    this.series.add(time, source.state?.values ?? []);
    const { place } = source;
    if (!place || !shelf.wants(time)) return;
    const state = source.save();
    // Packed beside what comes next.
    await this.#putting;
    this.#putting = shelf.put({ ...place, bytes: state.length }, state);
  }

  #tell(): void {
    this.#toldAt = this.#options.machine.now();
    const points = this.series.readFresh();
    if (points) this.#options.onPoints?.(points);
  }
}
