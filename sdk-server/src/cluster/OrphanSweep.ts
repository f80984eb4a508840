import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { RecordingStore, Recovery } from '../storage/index.js';
import type { Cluster } from './Cluster.js';
import type { Owners } from './Owners.js';
import type { ProcessFolder } from './ProcessFolder.js';

/** ms between two looks. */
const LOOK_EVERY = 2_000;
/** ms that a recovery may go on without a sign of life of who does it. */
const CLAIM_MS = 30_000;
/** Recordings that could not be closed which are looked at one by one. */
const MOST_LEFT = 500;

/**
 * What the sweep works with.
 *
 * @example
 * ```ts
 * const parts: OrphanSweepParts = { owners, processes, cluster: () => null, store, onRecovered: (id) => uploads.add(id), log };
 * ```
 */
export interface OrphanSweepParts {
  readonly owners: Owners;
  readonly processes: ProcessFolder;
  readonly cluster: () => Cluster | null;
  readonly store: RecordingStore;
  /** A recording is whole. */
  readonly onRecovered: (id: string) => void;
  readonly log: Logger;
}

/**
 * Looks now and then for processes that are dead, and closes the recordings that they left: once, whoever finds them, and whatever else dies meanwhile.
 *
 * @example
 * ```ts
 * const sweep = new OrphanSweep(parts);
 * await sweep.close();
 * ```
 */
export class OrphanSweep {
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;
  /** Trouble that was told of. */
  #told = '';

  constructor(private readonly parts: OrphanSweepParts) {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY);
    this.#timer.unref();
  }

  /** Looks now. Never rejects: what fails is told of once, and tried again. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .then(
        () => {
          this.#told = '';
        },
        (error: unknown) => {
          const text = String(error);
          if (text !== this.#told)
            this.parts.log.warn({ err: error }, 'recordings of a dead process not recovered; trying again');
          this.#told = text;
        },
      )
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { owners, processes } = this.parts;
    if ((await owners.dead()).length === 0) return;
    await processes.alone('recovery', async () => {
      // Another may just have done it.
      const troubles: unknown[] = [];
      for (const id of await owners.dead()) await this.#recover(id).catch((error: unknown) => troubles.push(error));
      if (troubles.length > 0) throw troubles[0];
    });
  }

  async #recover(id: string): Promise<void> {
    const { processes, store, onRecovered, log } = this.parts;
    const cluster = this.parts.cluster();
    const claim = `sgaps:recovering:${id}`;
    if (cluster && (await cluster.link.redis.set(claim, processes.id, 'PX', CLAIM_MS, 'NX')) === null) return;
    const extend = setInterval(() => {
      // Where Redis is away nobody else can claim it either.
      cluster?.link.redis.pexpire(claim, CLAIM_MS).catch(() => undefined);
    }, CLAIM_MS / 3);
    try {
      // Another may have been through with it a moment ago.
      if (!processes.isKnown(id) && !(await cluster?.members.isListed(id))) return;
      await cluster?.forgetRooms(id);
      const found = await store.recoverOwned(id);
      const left = await store.catalog.list({ owner: id, limit: MOST_LEFT });
      const isLeft = (recovery: Recovery) => left.items.some((row) => row.id === recovery.id);
      // Of what is tried again it is told once, by what this throws.
      for (const recovery of found) if (!isLeft(recovery)) tell(log, recovery);
      for (const recovery of found) if (recovery.status !== 'failed') onRecovered(recovery.id);
      // It stays one that is dead, and the next look goes on with it.
      if (left.total > 0) throw found.find(isLeft)?.error ?? stillOwned(id, left.total);
      await cluster?.members.strike(id);
      await processes.forget(id);
      const recordings = found.filter(({ status }) => status !== 'failed').length;
      log.info({ process: id, recordings }, 'closed the recordings of a process that is gone');
    } finally {
      clearInterval(extend);
      await cluster?.link.redis.del(claim).catch(() => undefined);
    }
  }
}

function stillOwned(id: string, recordings: number): SgapsError {
  return new SgapsError('STORAGE_FAILED', `${recordings} recordings of ${id} could not be closed yet.`);
}

/** Says what is amiss with a recording that was recovered. */
export function tell(log: Logger, { id, status, error }: Recovery): void {
  if (error)
    log.warn(
      { err: error, recording: id, status },
      status === 'failed' ? 'recording not recovered' : 'recording not quite whole',
    );
}
