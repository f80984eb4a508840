import { SgapsError } from '@sgaps/protocol';
import type { FreeBuild } from '@sgaps/splats';
import type { Logger } from 'pino';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { openReplayFile } from '../viewing/openReplayFile.js';
import { assertHasDepth } from './replayFrames.js';
import type { RecordingSplats } from './replaySplats.js';
import type { SplatCache } from './SplatCache.js';
import { splatsInWorker } from './splatsInWorker.js';

/** ms that a build goes on without anybody who waits for it: a connection that breaks comes back. */
const LINGER = 30_000;

/** What all who look at one recording share while its splats are built. */
interface Shared {
  readonly done: Promise<RecordingSplats>;
  readonly listeners: Set<(share: number) => void>;
  readonly stop: AbortController;
  share: number;
  users: number;
  /** Nobody waits for it, and soon it ends. */
  idle: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Splats of recordings, for the scene `free:ID`: kept ones, or built once for all who ask for the same, one recording after the other, in a thread of their own; half a minute
 * after nobody waits for it any more a build ends. A recording is opened
 * as for `replay:ID`, by the same rules, each time that it is asked for.
 *
 * @example
 * ```ts
 * const library = new FreeLibrary('./.sgaps-data/recordings', log, cache);
 * registerScene('free', () => new FreeScene({ open: (id) => library.open(id), renderer }));
 * ```
 */
export class FreeLibrary {
  readonly #shared = new Map<string, Shared>();
  readonly #stop = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly log: Logger,
    private readonly cache: SplatCache | null,
    private readonly copies: LocalCopies | null = null,
  ) {
    void cache?.tidy();
  }

  /** Throws what opening a recording throws, `OUT_OF_ORDER` for one that is still recorded, `UNSUPPORTED` for one without depth, `NOT_FOUND`, `ARGUMENT_INVALID` for an id that is none. */
  async open(id: string): Promise<FreeBuild> {
    const { reader, path } = await openReplayFile(this.folder, id, this.copies);
    try {
      assertHasDepth(reader.header);
      if (!reader.index.hasFooter)
        throw new SgapsError(
          'OUT_OF_ORDER',
          `Recording ${id} is still recorded: it can be looked at freely once it is finished.`,
        );
    } finally {
      await reader.close();
    }
    const shared = this.#shared.get(id) ?? this.#begin(id, path);
    shared.users++;
    clearTimeout(shared.idle);
    let open = true;
    return {
      done: shared.done,
      listen: (listener) => {
        listener(shared.share);
        shared.listeners.add(listener);
      },
      close: () => {
        if (!open) return;
        open = false;
        if (--shared.users === 0) shared.idle = setTimeout(() => shared.stop.abort(), LINGER).unref();
      },
    };
  }

  /** Ends what is being built. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled([...this.#shared.values()].map(({ done }) => done));
  }

  #begin(id: string, path: string): Shared {
    const stop = new AbortController();
    const listeners = new Set<(share: number) => void>();
    const signal = AbortSignal.any([stop.signal, this.#stop.signal]);
    const done = this.#get(id, path, signal, (share) => {
      shared.share = share;
      for (const listener of listeners) listener(share);
    });
    const shared: Shared = { done, listeners, stop, share: 0, users: 0, idle: undefined };
    this.#shared.set(id, shared);
    const forget = () => {
      if (this.#shared.get(id) === shared) this.#shared.delete(id);
    };
    done.then(forget, forget);
    stop.signal.addEventListener('abort', forget);
    return shared;
  }

  async #get(id: string, path: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<RecordingSplats> {
    const kept = await this.cache?.open(id);
    if (kept) return kept;
    // One after the other: each takes a core, and memory.
    const built = this.#turn.then(async () => {
      const identity = (await this.cache?.identify(id)) ?? null;
      const began = performance.now();
      const splats = await splatsInWorker(path, { onProgress, signal });
      this.log.info({ recording: id, splats: splats.cloud.count, ms: Math.round(performance.now() - began) }, 'splats built');
      if (identity !== null) await this.cache?.save(id, identity, splats);
      return splats;
    });
    this.#turn = built.catch(() => undefined);
    return built;
  }
}
