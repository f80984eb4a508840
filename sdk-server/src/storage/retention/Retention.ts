import { isSgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { ExpendableQuery, ExpendableRow, RecordingStore } from '../index.js';

const DAY_MS = 86_400_000;

/**
 * What is kept of all recordings; null or absent: no bound. Games may have bounds of their own beside it (`catalog.games`): their days count instead of
 * these, their bytes and recordings before these.
 *
 * @example
 * ```ts
 * const policy: RetentionPolicy = { keepDays: 30, keepBytes: 500e9 };
 * ```
 */
export interface RetentionPolicy {
  /** Days since a recording ended. */
  readonly keepDays?: number | null;
  /** Bytes of all recordings; an archive counts as what it takes. */
  readonly keepBytes?: number | null;
  readonly keepRecordings?: number | null;
}

/**
 * A recording that retention removed, or would: for its age, or because its game, or all, took too many bytes or were too many.
 *
 * @example
 * ```ts
 * const { id, game, bytes, reason }: Removal = removals[0];
 * ```
 */
export interface Removal extends ExpendableRow {
  readonly reason: 'age' | 'bytes' | 'recordings';
}

/**
 * What a sweep did.
 *
 * @example
 * ```ts
 * const { removed, failed }: SweepResult = await new Retention({ store, log, policy }).sweep();
 * ```
 */
export interface SweepResult {
  readonly removed: readonly Removal[];
  /** Those that could not be removed, and why; they are tried again in the next sweep. */
  readonly failed: readonly { readonly id: string; readonly message: string }[];
}

/**
 * Removes recordings that are too old or too many, the oldest first; never one that is being recorded, never one that is held.
 *
 * @example
 * ```ts
 * const retention = new Retention({ store, log, policy: { keepDays: 30 } });
 * const { removed } = await retention.sweep({ dryRun: true });
 * ```
 */
export class Retention {
  readonly #store: RecordingStore;
  readonly #log: Logger;
  readonly #policy: RetentionPolicy;

  constructor(parts: { readonly store: RecordingStore; readonly log: Logger; readonly policy: RetentionPolicy }) {
    this.#store = parts.store;
    this.#log = parts.log;
    this.#policy = parts.policy;
  }

  /**
   * Finishes deletions that were begun, then removes what is not to be kept; with `dryRun` it only tells what would go. `onRemoval` hears of each at once. Stops early once `signal` is aborted.
   */
  async sweep(options: SweepOptions = {}): Promise<SweepResult> {
    const store = this.#store;
    const sweep = new Sweep(store, this.#log, options);
    if (!options.dryRun) await sweep.finishDeletions();
    const games = await store.catalog.games.list();
    for (const { game, keepDays, keepBytes, keepRecordings } of games) {
      if (keepDays !== null) await sweep.byAge({ game }, keepDays);
      await sweep.byRoom(game, keepBytes, keepRecordings);
    }
    const { keepDays = null, keepBytes = null, keepRecordings = null } = this.#policy;
    const except = games.filter((game) => game.keepDays !== null).map(({ game }) => game);
    if (keepDays !== null) await sweep.byAge({ except }, keepDays);
    await sweep.byRoom(undefined, keepBytes, keepRecordings);
    return sweep;
  }
}

/**
 * Options of `Retention.sweep`.
 *
 * @example
 * ```ts
 * const options: SweepOptions = { dryRun: true, onRemoval: ({ id, reason }) => show(id, reason) };
 * ```
 */
export interface SweepOptions {
  readonly dryRun?: boolean;
  readonly onRemoval?: (removal: Removal) => void;
  readonly signal?: AbortSignal;
}

/** One sweep. */
class Sweep implements SweepResult {
  readonly removed: Removal[] = [];
  readonly failed: { id: string; message: string }[] = [];
  /** Those that are gone, would be, or cannot go. */
  readonly #seen = new Set<string>();

  constructor(
    private readonly store: RecordingStore,
    private readonly log: Logger,
    private readonly options: SweepOptions,
  ) {}

  async finishDeletions(): Promise<void> {
    for (const { id, error } of await this.store.finishDeletions()) this.#fail(id, error);
  }

  async byAge(scope: Pick<ExpendableQuery, 'game' | 'except'>, days: number): Promise<void> {
    const endedBefore = Date.now() - days * DAY_MS;
    for await (const row of this.#oldest({ ...scope, endedBefore })) await this.#remove(row, 'age');
  }

  /** Of one game, or of all. */
  async byRoom(game: string | undefined, keepBytes: number | null, keepRecordings: number | null): Promise<void> {
    if (keepBytes === null && keepRecordings === null) return;
    let { bytes, recordings } = await this.store.catalog.games.usage(game);
    // A dry run leaves in the catalog what is gone.
    if (this.options.dryRun) {
      for (const removal of this.removed) {
        if (game !== undefined && removal.game !== game) continue;
        bytes -= removal.bytes;
        recordings--;
      }
    }
    const excess = (): Removal['reason'] | null => {
      if (keepBytes !== null && bytes > keepBytes) return 'bytes';
      return keepRecordings !== null && recordings > keepRecordings ? 'recordings' : null;
    };
    if (excess() === null) return;
    for await (const row of this.#oldest({ game })) {
      const reason = excess();
      if (reason === null) return;
      if (!(await this.#remove(row, reason))) continue;
      bytes -= row.bytes;
      recordings--;
    }
  }

  async *#oldest(query: ExpendableQuery): AsyncIterable<ExpendableRow> {
    for (let after: ExpendableRow | undefined; ; ) {
      const rows = await this.store.catalog.expendable({ ...query, after });
      for (const row of rows) {
        if (this.options.signal?.aborted) return;
        if (!this.#seen.has(row.id)) yield row;
      }
      after = rows.at(-1);
      if (after === undefined) return;
    }
  }

  /** False where it stays. */
  async #remove(row: ExpendableRow, reason: Removal['reason']): Promise<boolean> {
    const { id, game, bytes } = row;
    this.#seen.add(id);
    const { dryRun = false, onRemoval = () => undefined } = this.options;
    const removal = { ...row, reason };
    if (!dryRun) {
      try {
        // Another process may have been faster.
        if (!(await this.store.delete(id))) return true;
      } catch (error) {
        // It may have been held meanwhile.
        this.#fail(id, error);
        return false;
      }
      this.log.info({ recording: id, game, bytes, reason }, 'recording removed by retention');
      await this.#audit(removal);
    }
    this.removed.push(removal);
    onRemoval(removal);
    return true;
  }

  async #audit({ id, game, bytes, reason }: Removal): Promise<void> {
    const entry = { at: Date.now(), actor: 'retention', action: 'recording.delete', target: id, address: '', requestId: '' };
    try {
      await this.store.catalog.audit.add({ ...entry, detail: { game, bytes, reason } });
    } catch (error) {
      this.log.warn({ err: error, recording: id }, 'removal not in the audit log');
    }
  }

  #fail(id: string, error: unknown): void {
    this.#seen.add(id);
    const message = isSgapsError(error) ? `${error.code}: ${error.message}` : String(error);
    this.failed.push({ id, message });
    this.log.warn({ err: error, recording: id }, 'recording not removed');
  }
}
