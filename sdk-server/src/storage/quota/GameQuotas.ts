import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { GameRow, GameUsage, RecordingStore, RecordingWriter } from '../index.js';

/** ms after which what the catalog says of a game is asked for anew, while it is being recorded. */
const FRESH_MS = 10_000;
/** ms for which the sum over what is being recorded is good. */
const SUM_MS = 1_000;

/** What is known of a game. */
interface Known {
  limits: GameRow | null;
  /** By the catalog, what is being recorded here included as far as it was told. */
  usage: GameUsage;
  /** Bytes that the catalog was told of each recording that is being made. */
  told: ReadonlyMap<string, number>;
  /** By a steady clock, ms. */
  readAt: number;
  reading: Promise<void> | null;
  excess: SgapsError | null;
  summedAt: number;
}

/**
 * Holds games to what they may take (`catalog.games`): a session beyond it is not begun, one that passes it is to be ended. Counted from the catalog and from what is being
 * recorded in this process; what others record counts as of twenty seconds ago at most.
 *
 * @example
 * ```ts
 * const quotas = new GameQuotas(store, log);
 * const begun = await quotas.admit('tank', header.recordingId);
 * try { writer = await store.create(header); } finally { begun(); }
 * ```
 */
export class GameQuotas {
  readonly #store: RecordingStore;
  readonly #log: Logger;
  readonly #games = new Map<string, Known>();
  /** Ids of sessions that were admitted and are not there yet; they may have a row already. */
  readonly #beginning = new Map<string, Set<string>>();

  constructor(store: RecordingStore, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /**
   * Admits a session of a game, which will be recording `id`; call what it gives once the session's recording is there, or is not to be. Throws `QUOTA_EXCEEDED`, and what the
   * catalog throws.
   */
  async admit(game: string, id: string): Promise<() => void> {
    // Before anything is awaited: of several that come at once each counts the others.
    const beginning = this.#beginning.get(game) ?? new Set();
    const others = [...beginning];
    this.#beginning.set(game, beginning.add(id));
    const over = (): void => {
      if (beginning.delete(id) && beginning.size === 0 && this.#beginning.get(game) === beginning) this.#beginning.delete(game);
    };
    try {
      const known = this.#knownOf(game);
      const limits = await this.#store.catalog.games.get(game);
      if (limits?.quotaBytes == null && limits?.quotaRecordings == null) return over;
      const most = limits.quotaRecordings;
      const coming = await this.#readBeside(game, known, most === null ? [] : others);
      const recordings = known.usage.recordings + coming;
      if (most !== null && recordings >= most) throw exceeded(game, `has ${recordings} recordings, and may have ${most}`);
      const bytes = limits.quotaBytes;
      if (bytes !== null && this.#bytesOf(game, known) >= bytes) throw bytesExceeded(game, bytes);
      return over;
    } catch (error) {
      over();
      throw error;
    }
  }

  /**
   * Why a session of a game is to end now; null while it may go on. Costs nothing to ask often: the catalog is asked beside it.
   *
   * @example
   * ```ts
   * const excess = quotas.excess('tank');
   * if (excess) endInOrder(excess);
   * ```
   */
  excess(game: string): SgapsError | null {
    const now = performance.now();
    const known = this.#knownOf(game);
    if (now - known.readAt >= FRESH_MS && !known.reading) {
      // Until the catalog is back, what it said last holds.
      this.#read(game, known).catch((error: unknown) => {
        known.readAt = performance.now();
        this.#log.warn({ err: error, game }, 'what a game may take is not known');
      });
    }
    if (now - known.summedAt < SUM_MS) return known.excess;
    known.summedAt = now;
    const most = known.limits?.quotaBytes ?? null;
    known.excess = most !== null && this.#bytesOf(game, known) > most ? bytesExceeded(game, most) : null;
    return known.excess;
  }

  #knownOf(game: string): Known {
    const known = this.#games.get(game);
    if (known) return known;
    const first: Known = {
      ...{ limits: null, usage: { recordings: 0, bytes: 0 }, told: new Map(), reading: null, excess: null },
      ...{ readAt: Number.NEGATIVE_INFINITY, summedAt: Number.NEGATIVE_INFINITY },
    };
    this.#games.set(game, first);
    return first;
  }

  /** Reads what the catalog says of a game, and gives how many of the others, who came before, that does not count yet. */
  async #readBeside(game: string, known: Known, others: readonly string[]): Promise<number> {
    let before = await this.#withoutRow(game, others);
    for (;;) {
      await this.#read(game, known);
      const after = await this.#withoutRow(game, before);
      // A row that came in between may be counted or not.
      if (after.length === before.length) return after.length;
      before = after;
    }
  }

  async #withoutRow(game: string, ids: readonly string[]): Promise<string[]> {
    const without: string[] = [];
    for (const id of ids)
      if (this.#beginning.get(game)?.has(id) && (await this.#store.catalog.get(id)) === null) without.push(id);
    return without;
  }

  /** One after the other: whoever comes meanwhile may count on rows that were not there when the one before asked. */
  #read(game: string, known: Known): Promise<void> {
    const before = known.reading;
    const reading = (async () => {
      // Whoever waits for that one hears of its trouble.
      await before?.catch(() => undefined);
      await this.#ask(game, known);
    })().finally(() => {
      if (known.reading === reading) known.reading = null;
      this.#forgetOthers(game);
    });
    known.reading = reading;
    return reading;
  }

  async #ask(game: string, known: Known): Promise<void> {
    const { catalog } = this.#store;
    const limits = await catalog.games.get(game);
    if (limits?.quotaBytes != null || limits?.quotaRecordings != null) {
      known.told = await this.#tell(game);
      known.usage = await catalog.games.usage(game);
    }
    known.limits = limits;
    known.readAt = performance.now();
    known.summedAt = Number.NEGATIVE_INFINITY;
  }

  /** Where others record the same game, the catalog is told what was recorded here so far. */
  async #tell(game: string): Promise<Map<string, number>> {
    const { catalog } = this.#store;
    const told = new Map<string, number>();
    if (!catalog.shared) return told;
    for (const writer of this.#writersOf(game)) {
      const { figures } = writer;
      await catalog.noteProgress(writer.id, figures);
      told.set(writer.id, figures.bytes);
    }
    return told;
  }

  #bytesOf(game: string, known: Known): number {
    let { bytes } = known.usage;
    for (const writer of this.#writersOf(game)) bytes += writer.figures.bytes - (known.told.get(writer.id) ?? 0);
    return bytes;
  }

  *#writersOf(game: string): Iterable<RecordingWriter> {
    for (const writer of this.#store.openWriters()) if (writer.header.game === game) yield writer;
  }

  /** Names of games come from clients: what is not being recorded is not remembered. */
  #forgetOthers(game: string): void {
    const recorded = new Set([game, ...this.#beginning.keys()]);
    for (const writer of this.#store.openWriters()) recorded.add(writer.header.game);
    for (const [name, { reading }] of this.#games) if (!recorded.has(name) && !reading) this.#games.delete(name);
  }
}

function bytesExceeded(game: string, most: number): SgapsError {
  return exceeded(game, `takes the ${most} bytes that it may take`);
}

function exceeded(game: string, what: string): SgapsError {
  return new SgapsError(
    'QUOTA_EXCEEDED',
    `The game ${game} ${what}: no more of it is recorded until recordings are deleted or its quota is raised.`,
  );
}
