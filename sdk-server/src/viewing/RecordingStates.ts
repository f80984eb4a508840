import type { SnapshotShelf, StatePoints } from '@sgaps/core';
import type { RecordingReader } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { FileShelf } from '../playback/FileShelf.js';
import { mergePoints } from '../playback/mergePoints.js';
import { SHELF_BYTES } from '../playback/prepareRecording.js';
import type { SeekCache } from '../playback/SeekCache.js';
import { surveyInWorker, type WorkerSurvey } from '../playback/surveyInWorker.js';

/** ms in which a survey is told that there is more. */
const TELL_WITHIN = 5_000;

/**
 * Options of `RecordingStates.open`.
 *
 * @example
 * ```ts
 * const options: RecordingStatesOptions = { id: 'a1', path, reader, cache: null, log };
 * ```
 */
export interface RecordingStatesOptions {
  readonly id: string;
  readonly path: string;
  /** Those of a recording that is still written. */
  readonly journals?: readonly string[];
  /** Only asked what recording it is. */
  readonly reader: RecordingReader;
  /** Null: nothing is kept for later. */
  readonly cache: SeekCache | null;
  readonly log: Logger;
}

/**
 * What makes any place of a recording quick to go to: the states that are kept of it, or a survey that finds them, which are kept once it is through a finished recording.
 *
 * @example
 * ```ts
 * const states = await RecordingStates.open({ id: 'a1', path, journals, reader, cache, log });
 * const finder = new FrameFinder(reader, { machine: nodeMachine, shelf: states.shelf });
 * await states.close();
 * ```
 */
export class RecordingStates {
  readonly #listeners = new Set<(points: StatePoints) => void>();
  /** All that is known of the game's values. */
  readonly #points: StatePoints[] = [];
  readonly #stop = new AbortController();
  #saving: Promise<void> | null = null;
  #telling: NodeJS.Timeout | null = null;

  private constructor(
    readonly shelf: SnapshotShelf & { close(): Promise<void> },
    private readonly survey: WorkerSurvey | null,
  ) {}

  /** Takes what is kept, or begins a survey. Throws `STORAGE_FULL` or `STORAGE_FAILED` where there is no room for its states. */
  static async open(options: RecordingStatesOptions): Promise<RecordingStates> {
    const { id, path, journals, reader, cache, log } = options;
    const kept = await cache?.open(id, reader);
    if (kept) {
      const states = new RecordingStates(kept, null);
      if (kept.points) states.#points.push(kept.points);
      return states;
    }
    const identity = cache && reader.index.hasFooter ? await cache.identify(id, reader.header) : null;
    const onError = (error: unknown) => log.warn({ err: error, recording: id }, 'no more states are kept: seeking takes longer');
    const shelf = await FileShelf.open({ bytes: SHELF_BYTES, onError });
    let tell = (_: StatePoints): void => undefined;
    const survey = surveyInWorker({ path, journals }, { shelf, onPoints: (points) => tell(points) });
    const states = new RecordingStates(shelf, survey);
    tell = (points) => states.#tell(points);
    survey.done.catch((error: unknown) => log.warn({ err: error, recording: id }, 'recording not surveyed to its end'));
    if (cache) {
      states.#saving = survey.finished.then(async (whole) => {
        if (whole && !states.#stop.signal.aborted) await states.#save(options, cache, shelf, identity);
      });
    }
    return states;
  }

  /** Where there is a survey: finds what follows this time first, ms. */
  lookAt(time: number): void {
    this.survey?.lookAt(time);
  }

  /** Goes on, within some seconds, with what was recorded since. */
  grew(): void {
    if (!this.survey || this.#telling) return;
    // Not at once: the last change counts as well, by which a recording ends.
    this.#telling = setTimeout(() => {
      this.#telling = null;
      this.survey?.grew();
    }, TELL_WITHIN);
    this.#telling.unref();
  }

  /** Tells the game's values: those that are known, and others as they are found, until the function that is returned is called. */
  listen(listener: (points: StatePoints) => void): () => void {
    for (const points of this.#points) listener(points);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the survey, and waits for what is being kept; `now` gives that up. */
  async close(how?: 'now'): Promise<void> {
    if (how === 'now') this.#stop.abort();
    if (this.#telling) clearTimeout(this.#telling);
    await this.survey?.close();
    await this.#saving;
    await this.shelf.close();
  }

  #tell(points: StatePoints): void {
    this.#points.push(points);
    for (const listener of this.#listeners) listener(points);
  }

  /** Never rejects: nobody who watches is to notice. */
  async #save(
    { id, reader }: RecordingStatesOptions,
    cache: SeekCache,
    shelf: FileShelf,
    surveyed: string | null,
  ): Promise<void> {
    try {
      // One that was recorded meanwhile is what it will be by now.
      const identity = surveyed ?? (await cache.identify(id, reader.header));
      if (identity === null) return;
      await cache.save(id, reader.header, shelf, { identity, points: mergePoints(this.#points), signal: this.#stop.signal });
    } catch (error) {
      cache.notKept(id, error);
    }
  }
}
