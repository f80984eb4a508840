import { SgapsError } from '@sgaps/protocol';
import { deleteBlobs } from './blobs/deleteBlobs.js';
import type { LocalCopies } from './blobs/LocalCopies.js';
import type { Catalog } from './catalog/index.js';
import { toStorageError } from './files.js';
import type { RecordingFolder } from './RecordingFolder.js';

/** ms that other machines have to remove what they hold of a recording that was deleted. */
const REMEMBERED = 7 * 86_400_000;

/**
 * A deletion that was begun and could not be finished yet.
 *
 * @example
 * ```ts
 * const unfinished: UnfinishedDeletion[] = await store.finishDeletions();
 * ```
 */
export interface UnfinishedDeletion {
  readonly id: string;
  readonly error: SgapsError;
}

/**
 * Deletes recordings so that nothing of them is left: noted in the catalog first, then row, files, and what others keep of them; whatever
 * interrupts it, it is gone on with.
 *
 * @example
 * ```ts
 * const deletion = new RecordingDeletion({ folder, catalog, copies, close: (id) => writers.get(id)?.close() });
 * await deletion.delete('a1');
 * ```
 */
export class RecordingDeletion {
  readonly #folder: RecordingFolder;
  readonly #catalog: Catalog;
  readonly #copies: LocalCopies | null;
  readonly #close: (id: string) => Promise<void> | undefined;
  readonly #hooks = new Set<(id: string) => Promise<void>>();
  readonly #going = new Map<string, Promise<boolean>>();
  readonly #unfinished = new Set<string>();

  /** `close` ends a recording that this process is making. */
  constructor(parts: {
    readonly folder: RecordingFolder;
    readonly catalog: Catalog;
    readonly copies: LocalCopies | null;
    readonly close: (id: string) => Promise<void> | undefined;
  }) {
    this.#folder = parts.folder;
    this.#catalog = parts.catalog;
    this.#copies = parts.copies;
    this.#close = parts.close;
  }

  /** See `RecordingStore.onDelete`. */
  onDelete(hook: (id: string) => Promise<void>): () => void {
    this.#hooks.add(hook);
    return () => this.#hooks.delete(hook);
  }

  /** True from when a recording is to go until nothing of it is left. */
  isGoing(id: string): boolean {
    return this.#going.has(id) || this.#unfinished.has(id);
  }

  /** See `RecordingStore.delete`. */
  delete(id: string): Promise<boolean> {
    const going = this.#going.get(id) ?? this.#delete(id).finally(() => this.#going.delete(id));
    this.#going.set(id, going);
    return going;
  }

  /** See `RecordingStore.finishDeletions`. After `within` ms it leaves the rest to the next time. */
  async finish(within = Number.POSITIVE_INFINITY): Promise<UnfinishedDeletion[]> {
    const unfinished: UnfinishedDeletion[] = [];
    const late = performance.now() + within;
    for (const id of await this.#catalog.deletions.pending()) {
      try {
        if (performance.now() > late) throw new SgapsError('STORAGE_FAILED', 'Others took too long; it is for the next time.');
        await this.delete(id);
      } catch (error) {
        // Nobody is to add a row for a file that is to go.
        this.#unfinished.add(id);
        unfinished.push({ id, error: toStorageError(error, `deleting recording ${id}`) });
      }
    }
    if (this.#catalog.shared) await this.#removeDeleted();
    return unfinished;
  }

  async #delete(id: string): Promise<boolean> {
    const had = this.#folder.has(id);
    await this.#assertNotHeld(id);
    await this.#close(id);
    const begun = await this.#catalog.deletions.begin(id, this.#copies !== null);
    // It was held meanwhile.
    if (begun === 'held') throw heldError(id);
    await this.#folder.remove(id);
    for (const hook of this.#hooks) await hook(id);
    await this.#deleteStored(id);
    await this.#catalog.deletions.end(id);
    await this.#catalog.erase();
    this.#unfinished.delete(id);
    return had || begun === 'row deleted';
  }

  /** What a store has of it. One that this process was not told of keeps the deletion unfinished: whoever knows the store goes on with it. */
  async #deleteStored(id: string): Promise<void> {
    if (this.#copies) await deleteBlobs(this.#copies.blobs, id);
    else if (await this.#catalog.deletions.isInStore(id)) throw inStoreError(id);
  }

  async #assertNotHeld(id: string): Promise<void> {
    const held = (await this.#catalog.get(id))?.held ?? null;
    if (held !== null) throw heldError(id, held);
  }

  /** What other machines have deleted, as far as it lies here. */
  async #removeDeleted(): Promise<void> {
    await this.#catalog.deletions.trim(Date.now() - REMEMBERED);
    const here = new Set(await this.#folder.ids());
    for (const id of await this.#catalog.deletions.done())
      if (here.has(id) && (await this.#catalog.get(id)) === null) await this.#folder.remove(id);
  }
}

/** What is said where a recording is in a store that this process was not told of. */
export function inStoreError(id: string): SgapsError {
  return new SgapsError(
    'STORAGE_FAILED',
    `Recording ${id} is in a store, too: name it with --store, so that it is deleted there.`,
  );
}

function heldError(id: string, reason?: string): SgapsError {
  const why = reason === undefined ? '' : ` (${reason})`;
  return new SgapsError('OUT_OF_ORDER', `Recording ${id} is held${why} and must not be deleted; release it first.`);
}
