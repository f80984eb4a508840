import { stat } from 'node:fs/promises';
import { type RecordingReader, type RecordKind, SgapsError } from '@sgaps/protocol';
import type { Catalog, CatalogQuery, RecordingRow, RecordingStatus } from './catalog/index.js';
import { toStorageError } from './files.js';
import { noteArchived } from './noteArchived.js';
import { PREVIEW_BYTES, type RecordingFolder } from './RecordingFolder.js';
import { archiveColumns, rowOf } from './recordingRow.js';
import { recoverRecording } from './recoverRecording.js';
import { zstdCompressor } from './zstd.js';

/** Rows read at once. */
const PAGE = 500;
const KINDS: readonly RecordKind[] = ['coordinates', 'pixels', 'event', 'snapshot', 'audio', 'pictures'];

/**
 * What recovery did to one recording.
 *
 * @example
 * ```ts
 * for (const { id, status, recoveredRecords } of await store.recoverAll()) log.info({ id, status, recoveredRecords });
 * ```
 */
export interface Recovery {
  readonly id: string;
  /**
   * `recovered`: a crash had left it open; `finished`: its file was whole and only its row was not; `failed`, with the reason in
   * `error`.
   */
  readonly status: 'recovered' | 'finished' | 'failed';
  /** Records that were in a journal only. */
  readonly recoveredRecords: number;
  /** Bytes of a half-written chunk that were replaced by the journal's records. */
  readonly cutBytes: number;
  /** Why it failed; of another, what of it is damaged, or why its thumbnail could not be stored. Null if all is well. */
  readonly error: SgapsError | null;
}

/**
 * What recovery needs of its store.
 *
 * @example
 * ```ts
 * const parts: RecoveryParts = { folder, catalog, open: (id) => store.open(id), isOpen: (id) => writers.has(id), isCopy };
 * ```
 */
export interface RecoveryParts {
  readonly folder: RecordingFolder;
  readonly catalog: Catalog;
  open(id: string): Promise<RecordingReader>;
  /** True while this process writes the recording. */
  isOpen(id: string): boolean;
  /** True while a process lives; recordings that it owns are its own. Default: never, all that is not open here was left. */
  isAlive?(owner: string): Promise<boolean>;
  /** True where its file is a copy of what a store has. */
  isCopy(id: string): Promise<boolean>;
}

/**
 * Puts right what a stopped process left: open files, rows that still say `recording`, files without a row.
 *
 * @example
 * ```ts
 * const results = await new RecordingRecovery(parts).all();
 * ```
 */
export class RecordingRecovery {
  constructor(private readonly parts: RecoveryParts) {}

  /** Ids of recordings whose journals were left. */
  async leftovers(): Promise<string[]> {
    const { folder, isOpen } = this.parts;
    const left: string[] = [];
    for (const id of await folder.journalIds()) if (!isOpen(id) && !(await this.isOwned(id))) left.push(id);
    return left;
  }

  /**
   * What a dead process was recording, or had yet to mend: each is closed, or its row says that it failed where its file is not in this folder. A row goes on naming the owner where
   * it could not be changed, or the disk is full: for whoever tries again.
   */
  async ofOwner(owner: string): Promise<Recovery[]> {
    const { folder, catalog } = this.parts;
    const results: Recovery[] = [];
    for (const { id } of await this.rowsOf({ owner })) {
      if (!folder.has(id)) {
        await folder.remove(id);
        await catalog.update(id, { status: 'failed', owner: null });
      } else results.push(folder.hasJournals(id) ? await this.one(id) : await this.adopt(id));
    }
    return results;
  }

  /** Everything, once at start; `others`: other processes record into this folder. A recording whose row alone was stale is told of only where something is amiss with it. */
  async all({ others = false } = {}): Promise<Recovery[]> {
    const { folder, catalog, isOpen, isCopy } = this.parts;
    const results: Recovery[] = [];
    for (const id of await this.leftovers()) {
      if (folder.has(id)) results.push(await this.one(id));
      else await folder.remove(id); // Created, but killed before its file had its name: nothing was ever appended.
    }
    await folder.returnAside(others);
    await folder.removeDrafts(others);
    for (const id of await folder.fileIds()) {
      if (isOpen(id) || results.some((result) => result.id === id)) continue;
      const row = await catalog.get(id);
      if (row !== null && (row.status !== 'recording' || (await this.lives(row.owner)))) continue;
      // A copy whose row is gone from what machines share was deleted by another one.
      if (row === null && catalog.shared && (await isCopy(id))) continue;
      const result = await this.adopt(id);
      if (result.error) results.push(result);
    }
    await this.noteArchives();
    await this.failMissing();
    return results;
  }

  /** One recording that a crash left open, or, where it is `ours`, that its storage stopped: it stays this process's own until it is well. */
  async one(id: string, { ours = false } = {}): Promise<Recovery> {
    const { folder } = this.parts;
    try {
      const done = await recoverRecording(folder.filePath(id), folder.journalPaths(id), zstdCompressor);
      const { recoveredRecords, cutBytes } = done;
      return { id, status: 'recovered', recoveredRecords, cutBytes, error: await this.noteFound(id, 'recovered') };
    } catch (error) {
      return this.noteFailure(id, toStorageError(error, `recovering recording ${id}`), ours);
    }
  }

  /** A file without a journal and without a finished row: it was closed, only the catalog does not know. */
  async adopt(id: string): Promise<Recovery> {
    try {
      return { id, status: 'finished', recoveredRecords: 0, cutBytes: 0, error: await this.noteFound(id, 'finished') };
    } catch (error) {
      return this.noteFailure(id, toStorageError(error, `reading recording ${id}`));
    }
  }

  /** The row and thumbnail of a recording whose file alone tells what it holds; gives what of it is damaged, or kept the thumbnail from being stored. */
  private async noteFound(id: string, status: RecordingStatus): Promise<SgapsError | null> {
    const { catalog } = this.parts;
    const reader = await this.parts.open(id);
    try {
      let bytes = 0;
      let bytesUp = 0;
      let bytesDown = 0;
      let damage: SgapsError | null = null;
      const onDamage = (error: SgapsError): void => {
        damage ??= error;
      };
      for await (const record of reader.records(0, { kinds: KINDS, onDamage })) {
        bytes += record.bytes.length;
        if (record.kind === 'pixels') bytesUp += record.bytes.length;
        if (record.kind === 'coordinates') bytesDown += record.bytes.length;
      }
      const { duration: durationMs, frames, missing } = reader.index;
      const row = (await catalog.get(id)) ?? rowOf({ ...reader.header, recordingId: id }, status);
      const endedAt = row.startedAt + durationMs;
      const { size } = await stat(this.parts.folder.filePath(id));
      const archived = archiveColumns(reader.header, size);
      await catalog.upsert({ ...row, status, endedAt, durationMs, frames, bytes, bytesUp, bytesDown, ...archived, owner: null });
      const preview = await this.pickPreview(id, reader);
      if (missing > 0) return new SgapsError('CHECKSUM_MISMATCH', `Recording ${id} is damaged: ${missing} records are missing.`);
      return damage ?? preview;
    } finally {
      await reader.close();
    }
  }

  /** Takes the newest stored picture as thumbnail where there is none. A recording without one is whole: this never rejects. */
  private async pickPreview(id: string, reader: RecordingReader): Promise<SgapsError | null> {
    const { folder } = this.parts;
    try {
      if (folder.hasPreview(id)) return null;
      for (const time of reader.index.previews.toReversed()) {
        const preview = (await reader.nearestSnapshot(time))?.preview;
        if (!preview || preview.length > PREVIEW_BYTES) continue;
        await folder.savePreview(id, preview);
        return null;
      }
      return null;
    } catch (error) {
      return toStorageError(error, `taking a thumbnail of ${id} from its snapshots`);
    }
  }

  /** A full disk takes no row either; then the row stays as it was and the next start tries again. */
  private async noteFailure(id: string, failure: SgapsError, ours = false): Promise<Recovery> {
    let error = failure;
    // There may be room again when whoever looks for what a dead process left comes by the next time.
    const keepsOwner = ours || failure.code === 'STORAGE_FULL';
    try {
      await this.parts.catalog.update(id, { status: 'failed', ...(keepsOwner ? {} : { owner: null }) });
    } catch (second) {
      const message = `${failure.message} Nor could its row be changed: ${String(second)}`;
      error = new SgapsError(failure.code, message, { cause: failure });
    }
    return { id, status: 'failed', recoveredRecords: 0, cutBytes: 0, error };
  }

  /** Recordings that an archive took the place of when a process ended before their rows were told, or that were put in the place of their archive by hand. */
  private async noteArchives(): Promise<void> {
    const { folder, catalog } = this.parts;
    for (const id of [...(await folder.archivedIds()), ...(await this.otherArchives())]) {
      if (!folder.has(id)) await folder.remove(id);
      // One that cannot be read now is tried again at the next start.
      else await noteArchived(id, folder, catalog).catch(() => undefined);
    }
  }

  /** Archives whose file is not as large as their row says. */
  private async otherArchives(): Promise<string[]> {
    const { folder, catalog, isCopy } = this.parts;
    const found: string[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const { items } = await catalog.list({ archived: true, order: 'oldest', limit: PAGE, offset });
      for (const { id, archivedTo } of items) {
        const stats = await stat(folder.filePath(id)).catch(() => null);
        // A copy may be of what was stored before.
        if (stats && stats.size !== archivedTo && !(await isCopy(id))) found.push(id);
      }
      if (items.length < PAGE) return found;
    }
  }

  /** Rows that say `recording` though there is no file. */
  private async failMissing(): Promise<void> {
    const { folder, catalog, isOpen } = this.parts;
    for (const { id, owner } of await this.rowsOf({ status: 'recording' })) {
      if (!isOpen(id) && !folder.has(id) && !(await this.lives(owner)))
        await catalog.update(id, { status: 'failed', owner: null });
    }
  }

  /** Rows, read before any of them is changed. */
  private async rowsOf(query: Pick<CatalogQuery, 'owner' | 'status'>): Promise<RecordingRow[]> {
    const found: RecordingRow[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const { items } = await this.parts.catalog.list({ ...query, order: 'oldest', limit: PAGE, offset });
      found.push(...items);
      if (items.length < PAGE) return found;
    }
  }

  private async isOwned(id: string): Promise<boolean> {
    return this.lives((await this.parts.catalog.get(id))?.owner ?? null);
  }

  private async lives(owner: string | null): Promise<boolean> {
    return owner !== null && ((await this.parts.isAlive?.(owner)) ?? false);
  }
}
