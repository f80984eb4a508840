/**
 * What a recording's row says about its life: being written, closed in order, closed by recovery after a crash, or stopped
 * by its storage.
 *
 * @example
 * ```ts
 * const live = await catalog.list({ status: 'recording' });
 * ```
 */
export type RecordingStatus = 'recording' | 'finished' | 'recovered' | 'failed';

/**
 * One recording in the catalog. Times in ms (`startedAt`, `endedAt` since 1970), bytes are payloads; `bytesUp` from the
 * client, `bytesDown` to it.
 *
 * @example
 * ```ts
 * const row = await catalog.get('a1');
 * ```
 */
export interface RecordingRow {
  readonly id: string;
  readonly game: string;
  readonly engine: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly durationMs: number;
  readonly frames: number;
  readonly bytes: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly gridWidth: number;
  readonly gridHeight: number;
  readonly fps: number;
  readonly status: RecordingStatus;
  readonly modelId: string;
  readonly meta: Record<string, string>;
  readonly roomId: string | null;
  /** When it was archived; null for a recording that is not. */
  readonly archivedAt: number | null;
  /** Bytes of the file, before and after; null as that. */
  readonly archivedFrom: number | null;
  readonly archivedTo: number | null;
  /** The model that decodes it, name@version; '' where none is needed; null as that. */
  readonly archiveModel: string | null;
  /** When its file came into the blob store; null while it is not there. */
  readonly storedAt: number | null;
  /** Why it must not be deleted (legal hold); null where it may be. */
  readonly held: string | null;
  /** The process that records it; null once it is closed. */
  readonly owner: string | null;
  /** The recording that this one goes on from, after a server's restart or a hand-over; null for one that stands alone. */
  readonly continues: string | null;
}

/**
 * Which rows `Catalog.list` gives: all conditions must hold. `search` is looked for in id and game, letter case aside (A to Z).
 *
 * @example
 * ```ts
 * await catalog.list({ game: 'platformer', limit: 20, offset: 40 });
 * ```
 */
export interface CatalogQuery {
  readonly status?: RecordingStatus;
  readonly game?: string;
  readonly roomId?: string;
  /** Recorded by that process; null: by none any more. */
  readonly owner?: string | null;
  /** Only those that go on from this recording. */
  readonly continues?: string;
  readonly search?: string;
  /** Only archives, or only recordings that are none. */
  readonly archived?: boolean;
  /** Only those whose file is in the blob store, or only those whose is not. */
  readonly stored?: boolean;
  /** Only those with a legal hold, or only those without. */
  readonly held?: boolean;
  /** Only those that ended before, ms since 1970. */
  readonly endedBefore?: number;
  /** Only those of these games, and those with these ids. */
  readonly within?: { readonly games: readonly string[]; readonly ids: readonly string[] };
  /** 1 … 500, default 50; larger and smaller values are brought into range. */
  readonly limit?: number;
  /** Default 0. */
  readonly offset?: number;
  /** By start time; default 'newest'. */
  readonly order?: 'newest' | 'oldest';
}

/**
 * Which recordings `Catalog.expendable` gives: all conditions must hold.
 *
 * @example
 * ```ts
 * const query: ExpendableQuery = { endedBefore: Date.now() - 30 * 86_400_000, except: ['tank'] };
 * ```
 */
export interface ExpendableQuery {
  readonly game?: string;
  /** Games that are left out. */
  readonly except?: readonly string[];
  /** ms since 1970; one that never ended goes by its start. */
  readonly endedBefore?: number;
  /** The last row of the page before. */
  readonly after?: Pick<ExpendableRow, 'startedAt' | 'id'>;
  /** 1 … 500, default 500. */
  readonly limit?: number;
}

/**
 * A recording that may be removed, and the bytes that this frees.
 *
 * @example
 * ```ts
 * const [oldest]: ExpendableRow[] = await catalog.expendable({ limit: 1 });
 * ```
 */
export interface ExpendableRow {
  readonly id: string;
  readonly game: string;
  readonly startedAt: number;
  readonly bytes: number;
}

/**
 * A key that a game records with: of the key itself only its hash is kept. Times in ms since 1970.
 *
 * @example
 * ```ts
 * const key: KeyRow = { id: 'k1', game: 'tank', hash, label: 'web build', createdAt: Date.now(), expiresAt: null, revokedAt: null };
 * ```
 */
export interface KeyRow {
  readonly id: string;
  readonly game: string;
  readonly hash: string;
  readonly label: string;
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  /** Null while it is good. */
  readonly revokedAt: number | null;
}

/**
 * Who did what, when and from where; '' for what is not known. `at` in ms since 1970.
 *
 * @example
 * ```ts
 * const entry: AuditEntry = { at: Date.now(), actor: 'admin', action: 'recording.delete', target: 'a1', detail: {}, address: '', requestId: '' };
 * ```
 */
export interface AuditEntry {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
  readonly address: string;
  readonly requestId: string;
}

/**
 * An entry as the catalog keeps it: `id` grows from entry to entry.
 *
 * @example
 * ```ts
 * const [newest]: AuditRow[] = await catalog.audit.list({ limit: 1 });
 * ```
 */
export interface AuditRow extends AuditEntry {
  readonly id: number;
}

/**
 * Which entries `catalog.audit.list` gives: all conditions must hold.
 *
 * @example
 * ```ts
 * const query: AuditQuery = { action: 'recording.delete', limit: 20 };
 * ```
 */
export interface AuditQuery {
  readonly action?: string;
  readonly actor?: string;
  /** Only entries with a lower `id`: that of the last one of the page before. */
  readonly before?: number;
  /** 1 … 500, default 50; larger and smaller values are brought into range. */
  readonly limit?: number;
}

/**
 * What is said of one game: how long and how much of its recordings is kept (the oldest go), and what it may take at most (no more is recorded).
 * Null: nothing of its own.
 *
 * @example
 * ```ts
 * await catalog.games.set({ game: 'tank', keepDays: 30, quotaBytes: 50e9 });
 * ```
 */
export interface GameRow {
  readonly game: string;
  readonly keepDays: number | null;
  readonly keepBytes: number | null;
  readonly keepRecordings: number | null;
  readonly quotaBytes: number | null;
  readonly quotaRecordings: number | null;
}

/**
 * What a game's recordings take, bytes. Those that are being recorded count with none yet.
 *
 * @example
 * ```ts
 * const { recordings, bytes }: GameUsage = await catalog.games.usage('tank');
 * ```
 */
export interface GameUsage {
  readonly recordings: number;
  readonly bytes: number;
}
