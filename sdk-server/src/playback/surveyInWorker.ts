import { Worker } from 'node:worker_threads';
import type { SnapshotShelf, StatePoints } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import type { FromSurvey, SurveySetup, ToSurvey } from './surveyMessages.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES ? new URL('./survey.worker.ts', import.meta.url) : new URL('./survey.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];

/**
 * Options of `surveyInWorker`.
 *
 * @example
 * ```ts
 * const options: WorkerSurveyOptions = { shelf, lookedAt: 60_000, onPoints: (points) => tell(points) };
 * ```
 */
export interface WorkerSurveyOptions {
  /** Where the states go. */
  readonly shelf: SnapshotShelf;
  /** The time that somebody looks at, ms; default 0. */
  readonly lookedAt?: number;
  /** Told the game's values as they are found: those not told before. */
  readonly onPoints?: (points: StatePoints) => void;
}

/**
 * A survey under way in a thread of its own.
 *
 * @example
 * ```ts
 * const survey: WorkerSurvey = surveyInWorker({ path: store.filePath('a1') }, { shelf });
 * await survey.done;
 * ```
 */
export interface WorkerSurvey {
  /** True once all there was at first is surveyed; false where it was closed before. Rejects where the recording cannot be read. */
  readonly done: Promise<boolean>;
  /** True once all of it is surveyed and no more will come; false where it was closed before, or cannot be read to its end. Never rejects. */
  readonly finished: Promise<boolean>;
  /** How much is surveyed, 0 … 1. */
  readonly share: number;
  /** Surveys what follows this time first, ms. */
  lookAt(time: number): void;
  /** Goes on with what was recorded since. */
  grew(): void;
  close(): Promise<void>;
}

/**
 * Runs a `RecordingSurvey` in a thread of its own, which on Linux steps back behind all others. `journals`: those of a recording that is still written.
 *
 * @example
 * ```ts
 * const survey = surveyInWorker({ path: store.filePath('a1') }, { shelf, onPoints: ({ times }) => console.log(times.length) });
 * ```
 */
export function surveyInWorker(
  recording: { readonly path: string; readonly journals?: readonly string[] },
  { shelf, lookedAt = 0, onPoints }: WorkerSurveyOptions,
): WorkerSurvey {
  const { path, journals = [] } = recording;
  const workerData: SurveySetup = { path, journals, spacing: shelf.spacing, lookedAt };
  const worker = new Worker(PROGRAM, { workerData, execArgv: EXEC_ARGV, name: 'sgaps-survey' });
  const tell = (message: ToSurvey) => worker.postMessage(message);
  let share = 0;
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let finish: (whole: boolean) => void = () => undefined;
  const finished = new Promise<boolean>((resolve) => {
    finish = resolve;
  });
  const done = new Promise<boolean>((resolve, reject) => {
    worker.once('error', reject);
    void exited.then(() => {
      resolve(false);
      finish(false);
    });
    worker.on('message', (message: FromSurvey) => {
      if (message.kind === 'place') {
        void shelf.put(message.place, message.state).then(() => tell({ kind: 'stored', spacing: shelf.spacing }));
      } else if (message.kind === 'points') onPoints?.(message.points);
      else if (message.kind === 'share') share = message.share;
      else if (message.kind === 'failed') {
        reject(new SgapsError(message.code, message.message));
        finish(false);
      } else {
        share = 1;
        if (message.finished) finish(true);
        // It waits for more: no reason to go on for the process.
        worker.unref();
        resolve(true);
      }
    });
  });
  // Whoever does not wait for it is not to be stopped by it.
  done.catch(() => undefined);
  return {
    done,
    finished,
    get share() {
      return share;
    },
    lookAt: (time) => tell({ kind: 'lookAt', time }),
    grew: () => tell({ kind: 'grew' }),
    close: async () => {
      worker.ref();
      tell({ kind: 'close' });
      await exited;
    },
  };
}
