import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecordingId } from '@sgaps/protocol';
import type { BlobInfo, BlobStore } from '../storage/blobs/BlobStore.js';
import { newestFile, partOf } from '../storage/blobs/blobKeys.js';
import type { Catalog, RecordingRow } from '../storage/catalog/index.js';
import { openPaths } from './openPaths.js';

/** Rows read at once. */
const PAGE = 500;
/** ms after its last change within which a file may still be written by somebody that the system does not tell of. */
const QUIET = 300_000;
/** ms that the owner of a recording is believed to be at it without a change. */
const OWNED = 3_600_000;

/** A file of the folder. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/**
 * What there is of one recording.
 *
 * @example
 * ```ts
 * const { row, files, objects }: Case = inventory.case('a1');
 * ```
 */
export interface Case {
  readonly id: string;
  readonly row: RecordingRow | null;
  /** By how their names end: `sgaps`, `journal`, `webp`… */
  readonly files: ReadonlyMap<string, NamedFile>;
  /** By their keys. */
  readonly objects: ReadonlyMap<string, BlobInfo>;
  /** The object that is its file now. */
  readonly newest: BlobInfo | null;
  /** Somebody records it at this moment. */
  readonly isLive: boolean;
  /** It was deleted, by whichever machine. */
  readonly isDeleted: boolean;
}

/**
 * All that catalog, folder and store have, as they were within some seconds.
 *
 * @example
 * ```ts
 * const inventory = await Inventory.take({ recordings, catalog, blobs });
 * for (const id of inventory.ids()) examine(inventory.case(id));
 * ```
 */
export class Inventory {
  private constructor(
    private readonly of: { readonly recordings: string; readonly catalog: Catalog; readonly blobs: BlobStore | null },
    private readonly rows: Map<string, RecordingRow>,
    private readonly files: Map<string, Map<string, NamedFile>>,
    private readonly objects: Map<string, Map<string, BlobInfo>>,
    private readonly live: ReadonlySet<string>,
    private readonly deleted: ReadonlySet<string>,
    /** Objects that are none of ours. */
    readonly foreign: readonly BlobInfo[],
  ) {}

  static async take(of: {
    readonly recordings: string;
    readonly catalog: Catalog;
    readonly blobs: BlobStore | null;
  }): Promise<Inventory> {
    const { recordings, catalog, blobs } = of;
    const opened = await openPaths();
    // Before the rows: what is closed meanwhile has its row by then.
    const files = await filesIn(recordings);
    const rows = new Map<string, RecordingRow>();
    for (let offset = 0; ; offset += PAGE) {
      const { items } = await catalog.list({ order: 'oldest', limit: PAGE, offset });
      for (const row of items) rows.set(row.id, row);
      if (items.length < PAGE) break;
    }
    const deleted = new Set([...(await catalog.deletions.pending()), ...(await catalog.deletions.done())]);
    const objects = new Map<string, Map<string, BlobInfo>>();
    const foreign: BlobInfo[] = [];
    if (blobs) {
      for await (const info of blobs.list('')) {
        const part = partOf(info.key);
        if (part) put(objects, part.id, info.key, info);
        else foreign.push(info);
      }
    }
    const root = await realpath(recordings).catch(() => recordings);
    const live = new Set<string>();
    for (const [id, own] of files) if (isWritten(own, rows.get(id), root, opened)) live.add(id);
    return new Inventory(of, rows, files, objects, live, deleted, foreign);
  }

  get figures(): { readonly rows: number; readonly files: number; readonly objects: number } {
    const count = (of: ReadonlyMap<string, ReadonlyMap<string, unknown>>) =>
      [...of.values()].reduce((sum, own) => sum + own.size, 0);
    return { rows: this.rows.size, files: count(this.files), objects: count(this.objects) + this.foreign.length };
  }

  /** Rows that say that their file is in a store. */
  get storedRows(): number {
    return [...this.rows.values()].filter(({ storedAt }) => storedAt !== null).length;
  }

  /** ms since 1970 of the last start of a recording. */
  get latestStart(): number {
    return [...this.rows.values()].reduce((latest, { startedAt }) => Math.max(latest, startedAt), 0);
  }

  /** All recordings that there is anything of. */
  ids(): string[] {
    return [...new Set([...this.rows.keys(), ...this.files.keys(), ...this.objects.keys()])].sort();
  }

  /** Looks again at what there is of one recording. */
  async renew(id: string): Promise<void> {
    const { recordings, catalog, blobs } = this.of;
    const row = await catalog.get(id);
    if (row) this.rows.set(id, row);
    else this.rows.delete(id);
    this.files.set(id, (await filesIn(recordings, `${id}.`)).get(id) ?? new Map());
    this.objects.set(id, new Map());
    if (blobs) for await (const info of blobs.list(`${id}.`)) put(this.objects, id, info.key, info);
  }

  case(id: string): Case {
    const objects = this.objects.get(id) ?? new Map<string, BlobInfo>();
    const key = newestFile([...objects.keys()]);
    return {
      id,
      row: this.rows.get(id) ?? null,
      files: this.files.get(id) ?? new Map(),
      objects,
      newest: (key !== null && objects.get(key)) || null,
      isLive: this.live.has(id),
      isDeleted: this.deleted.has(id) && !this.rows.has(id),
    };
  }
}

async function filesIn(folder: string, start = ''): Promise<Map<string, Map<string, NamedFile>>> {
  const files = new Map<string, Map<string, NamedFile>>();
  for (const name of await readdir(folder)) {
    const [, id, ending] = /^([^.]+)\.(.+)$/.exec(name) ?? [];
    if (!name.startsWith(start) || !isRecordingId(id)) continue;
    const found = await stat(join(folder, name)).catch(() => null);
    // Gone by now.
    if (found) put(files, id, ending, { name, bytes: found.size, mtimeMs: found.mtimeMs });
  }
  return files;
}

/** Journals are there while it is recorded, and after a crash. */
function isWritten(
  files: ReadonlyMap<string, NamedFile>,
  row: RecordingRow | undefined,
  folder: string,
  opened: ReadonlySet<string>,
): boolean {
  const own = ['sgaps', 'journal', 'journal2'].flatMap((ending) => files.get(ending) ?? []);
  if (!files.has('journal') && !files.has('journal2') && row?.status !== 'recording') return false;
  if (own.some(({ name }) => name.includes('.journal') && opened.has(join(folder, name)))) return true;
  const silent = Date.now() - Math.max(0, ...own.map(({ mtimeMs }) => mtimeMs));
  return silent < (row?.owner ? OWNED : QUIET);
}

function put<T>(into: Map<string, Map<string, T>>, id: string, name: string, value: T): void {
  const own = into.get(id) ?? new Map<string, T>();
  own.set(name, value);
  into.set(id, own);
}
