import type { StatePoints } from '@sgaps/core';
import type { ReplayFile } from '@sgaps/pipeline';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { FileShelf } from '../playback/FileShelf.js';
import { surveyInWorker, type WorkerSurvey } from '../playback/surveyInWorker.js';
import { openRecording } from '../storage/openRecording.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';
import { watchFiles } from './watchFiles.js';

/** Bytes of decoder states kept of one recording. */
const SHELF_BYTES = 2 ** 30;
/** ms that they are kept after the last who watched has left. */
const LINGER = 60_000;
/** ms between words to a survey that there is more. */
const GREW_EVERY = 5_000;

/** What all who watch one recording share. */
interface Shared {
  readonly shelf: FileShelf;
  readonly survey: WorkerSurvey;
  readonly listeners: Set<(points: StatePoints) => void>;
  /** All that the survey has told. */
  readonly points: StatePoints[];
  users: number;
  timer: NodeJS.Timeout | null;
}

/**
 * The recordings of a data folder as a renderer opens them, whichever process writes them. Who watches the same one shares a survey of it, which makes
 * any place of it quick to go to.
 *
 * @example
 * ```ts
 * const library = new ReplayLibrary('./.sgaps-data/recordings', log);
 * registerScene('replay', () => new ReplayScene({ open: (id) => library.open(id), machine: nodeMachine }));
 * ```
 */
export class ReplayLibrary {
  private readonly shared = new Map<string, Promise<Shared>>();

  constructor(
    private readonly folder: string,
    private readonly log: Logger,
  ) {}

  /** Opens a recording. Throws what `RecordingReader.open` throws, `NOT_FOUND`, `ARGUMENT_INVALID` for an id that is none. */
  async open(id: string): Promise<ReplayFile> {
    const files = await RecordingFolder.open(this.folder);
    const [path, journals] = [files.filePath(id), files.journalPaths(id)];
    const reader = await openRecording(path, journals, `recording ${id}`).catch((cause: unknown) => {
      // Viewers hear of it, whom the paths of this machine do not concern.
      if (isSgapsError(cause) && cause.code === 'NOT_FOUND')
        throw new SgapsError('NOT_FOUND', `There is no recording ${id}.`, { cause });
      throw cause;
    });
    const shared = await this.share(id, path, journals).catch(async (error: unknown) => {
      await reader.close();
      throw error;
    });
    const { shelf, survey } = shared;
    let open = true;
    let grewAt = performance.now();
    return {
      reader,
      shelf,
      lookAt: (time) => survey.lookAt(time),
      states: (listener) => {
        for (const points of shared.points) listener(points);
        shared.listeners.add(listener);
        return () => shared.listeners.delete(listener);
      },
      watch: (changed) =>
        watchFiles(path, id, () => {
          changed();
          const now = performance.now();
          if (now - grewAt < GREW_EVERY) return;
          grewAt = now;
          survey.grew();
        }),
      close: async () => {
        if (!open) return;
        open = false;
        this.leave(id, shared);
        await reader.close();
      },
    };
  }

  /** Forgets all that was found out. */
  async close(): Promise<void> {
    const all = [...this.shared.values()];
    this.shared.clear();
    for (const shared of all) {
      const opened = await shared.catch(() => null);
      if (opened) await end(opened);
    }
  }

  private async share(id: string, path: string, journals: readonly string[]): Promise<Shared> {
    let found = this.shared.get(id);
    if (!found) {
      found = this.begin(id, path, journals);
      this.shared.set(id, found);
      found.catch(() => this.shared.delete(id));
    }
    const shared = await found;
    shared.users++;
    if (shared.timer) clearTimeout(shared.timer);
    shared.timer = null;
    return shared;
  }

  private async begin(id: string, path: string, journals: readonly string[]): Promise<Shared> {
    const onError = (error: unknown) =>
      this.log.warn({ err: error, recording: id }, 'no more states are kept: seeking takes longer');
    const shelf = await FileShelf.open({ bytes: SHELF_BYTES, onError });
    const listeners = new Set<(points: StatePoints) => void>();
    const points: StatePoints[] = [];
    const survey = surveyInWorker(
      { path, journals },
      {
        shelf,
        onPoints: (found) => {
          points.push(found);
          for (const listener of listeners) listener(found);
        },
      },
    );
    survey.done.catch((error: unknown) => this.log.warn({ err: error, recording: id }, 'recording not surveyed to its end'));
    return { shelf, survey, listeners, points, users: 0, timer: null };
  }

  private leave(id: string, shared: Shared): void {
    shared.users--;
    if (shared.users > 0) return;
    shared.timer = setTimeout(() => {
      this.shared.delete(id);
      end(shared).catch((error: unknown) => this.log.warn({ err: error, recording: id }, 'states not removed'));
    }, LINGER);
    shared.timer.unref();
  }
}

async function end({ shelf, survey, timer }: Shared): Promise<void> {
  if (timer) clearTimeout(timer);
  await survey.close();
  await shelf.close();
}
