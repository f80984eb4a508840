import type { ReplayFile } from '@sgaps/pipeline';
import type { RecordingReader } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { SeekCache } from '../playback/SeekCache.js';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { openReplayFile } from './openReplayFile.js';
import { RecordingStates } from './RecordingStates.js';
import { watchFiles } from './watchFiles.js';

/** ms that states are kept after the last who watched has left. */
const LINGER = 60_000;

/** What all who watch one recording share. */
interface Shared {
  readonly states: RecordingStates;
  users: number;
  timer: NodeJS.Timeout | null;
}

/**
 * The recordings of a data folder, and of the store that `copies` are of, as a renderer opens them, whichever process writes them. Who watches the same one shares a survey of it, which makes
 * any place of it quick to go to; of a finished one a cache keeps what was found out for later.
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
    private readonly cache: SeekCache | null = null,
    private readonly copies: LocalCopies | null = null,
  ) {
    void cache?.tidy();
  }

  /** Opens a recording. Throws what `RecordingReader.open` throws, `NOT_FOUND`, `ARGUMENT_INVALID` for an id that is none. */
  async open(id: string): Promise<ReplayFile> {
    const { reader, path, journals } = await openReplayFile(this.folder, id, this.copies);
    // What was found out about a recording is of no use for the archive that took its place.
    const key = `${id} ${reader.header.archive?.madeAt ?? ''}`;
    const shared = await this.share(key, id, reader, { path, journals }).catch(async (error: unknown) => {
      await reader.close();
      throw error;
    });
    const { states } = shared;
    let open = true;
    return {
      reader,
      shelf: states.shelf,
      lookAt: (time) => states.lookAt(time),
      states: (listener) => states.listen(listener),
      watch: (changed) =>
        watchFiles(path, id, () => {
          changed();
          states.grew();
        }),
      close: async () => {
        if (!open) return;
        open = false;
        this.leave(key, id, shared);
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
      if (!opened) continue;
      if (opened.timer) clearTimeout(opened.timer);
      await opened.states.close('now');
    }
  }

  private async share(
    key: string,
    id: string,
    reader: RecordingReader,
    files: { readonly path: string; readonly journals: readonly string[] },
  ): Promise<Shared> {
    let found = this.shared.get(key);
    if (!found) {
      found = RecordingStates.open({ id, reader, ...files, cache: this.cache, log: this.log }).then((states) => ({
        states,
        users: 0,
        timer: null,
      }));
      this.shared.set(key, found);
      found.catch(() => this.shared.delete(key));
    }
    const shared = await found;
    shared.users++;
    if (shared.timer) clearTimeout(shared.timer);
    shared.timer = null;
    return shared;
  }

  private leave(key: string, id: string, shared: Shared): void {
    shared.users--;
    if (shared.users > 0) return;
    shared.timer = setTimeout(() => {
      this.shared.delete(key);
      shared.states.close().catch((error: unknown) => this.log.warn({ err: error, recording: id }, 'states not removed'));
    }, LINGER);
    shared.timer.unref();
  }
}
