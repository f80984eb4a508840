import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kept, type ShelfPlace, ShelfSlots, type SnapshotShelf } from '@sgaps/core';
import { isSgapsError, type SgapsError } from '@sgaps/protocol';
import { toStorageError, writeAll } from '../storage/files.js';
import { zstdCompressor } from '../storage/zstd.js';

const BYTES = 2 * 2 ** 30;
/** What a state takes is rounded up to this, so that what comes later fits where something was. */
const BLOCK = 64 * 1024;
/** States that may wait to be packed and written; what comes meanwhile is let go. */
const WAITING = 4;

interface Extent {
  readonly at: number;
  readonly size: number;
}

/**
 * A state as it lies in the file.
 *
 * @example
 * ```ts
 * for await (const state of shelf.packed()) await copy(state.place, state.bytes);
 * ```
 */
export interface PackedState {
  readonly place: ShelfPlace;
  /** Packed by `zstdCompressor`, or the state itself. */
  readonly bytes: Uint8Array;
  readonly packed: boolean;
}

interface Filed extends Kept {
  /** The state, until it is written. */
  bytes: Uint8Array | null;
  extent: Extent | null;
  /** Bytes written, and whether they are packed. */
  length: number;
  packed: boolean;
}

/**
 * A shelf in a file of the folder for temporary files, for states too large or too many for memory. The file is gone with `close`, and with the process, however that ends.
 *
 * @example
 * ```ts
 * const shelf = await FileShelf.open({ bytes: 2 ** 30, onError: (error) => log.warn(error) });
 * const finder = new FrameFinder(reader, { machine: nodeMachine, shelf });
 * await shelf.close();
 * ```
 */
export class FileShelf implements SnapshotShelf {
  readonly #slots: ShelfSlots<Filed>;
  readonly #onError: ((error: SgapsError) => void) | undefined;
  /** Where nothing lies any more. */
  #free: Extent[] = [];
  #end = 0;
  #writing: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Set once closed, or when the disk failed: it keeps what it has. */
  #full = false;
  #failed = false;

  private constructor(
    private readonly handle: FileHandle,
    /** Where the file could not be removed while it is open, as on Windows: its folder. */
    private readonly folder: string | null,
    options: { readonly bytes?: number; readonly onError?: (error: SgapsError) => void },
  ) {
    this.#slots = new ShelfSlots(options.bytes ?? BYTES);
    this.#onError = options.onError;
  }

  /**
   * `bytes`: what the file may take, default 2 GiB. `onError` is told once where the disk takes no more; what is there stays. Throws `STORAGE_FULL` or
   * `STORAGE_FAILED`.
   */
  static async open(
    options: { readonly bytes?: number; readonly onError?: (error: SgapsError) => void } = {},
  ): Promise<FileShelf> {
    let folder: string | null = null;
    try {
      folder = await mkdtemp(join(tmpdir(), 'sgaps-shelf-'));
      const handle = await open(join(folder, 'states'), 'w+');
      // Nobody removes what a process leaves that is killed. The file itself lasts as long as it is open.
      return new FileShelf(handle, (await removed(folder)) ? null : folder, options);
    } catch (error) {
      if (folder !== null) await removed(folder);
      throw toStorageError(error, 'making a file for decoder states');
    }
  }

  get spacing(): number {
    return this.#slots.spacing;
  }

  /** Bytes of the file that are in use, bytes of the file, places kept, and bytes of their states as they are packed. */
  get figures(): { readonly bytes: number; readonly fileBytes: number; readonly places: number; readonly packedBytes: number } {
    const packedBytes = this.#all().reduce((sum, { length }) => sum + length, 0);
    return { bytes: this.#slots.size, fileBytes: this.#end, places: this.#slots.count, packedBytes };
  }

  /** True once the disk took no more: it has not all that it was given. */
  get failed(): boolean {
    return this.#failed;
  }

  expect(duration: number): void {
    this.#slots.expect(duration);
  }

  wants(time: number): boolean {
    return !this.#full && this.#waiting < WAITING && this.#slots.wants(time);
  }

  put(place: ShelfPlace, bytes: Uint8Array): Promise<void> {
    if (!this.wants(place.time)) return this.#writing;
    const filed: Filed = { place, size: 0, bytes, extent: null, length: 0, packed: false };
    this.#slots.add(filed);
    this.#waiting++;
    this.#writing = this.#writing.then(() => this.#file(filed, bytes));
    return this.#writing;
  }

  before(time: number): ShelfPlace | null {
    return this.#slots.before(time)?.place ?? null;
  }

  async read(place: ShelfPlace): Promise<Uint8Array | null> {
    const filed = this.#slots.find(place);
    if (!filed) return null;
    if (filed.bytes) return filed.bytes;
    try {
      const bytes = await this.#bytesOf(filed);
      return bytes && filed.packed ? zstdCompressor.decompress(bytes, place.bytes) : bytes;
    } catch (error) {
      this.#slots.remove(filed);
      if (!isSgapsError(error)) this.#fail(error);
      return null;
    }
  }

  /** The states there are, by time, to be copied elsewhere without packing them again. Throws the system's errors. */
  async *packed(): AsyncGenerator<PackedState> {
    await this.#writing;
    for (const filed of this.#all()) {
      const bytes = await this.#bytesOf(filed);
      if (bytes) yield { place: filed.place, bytes, packed: filed.packed };
    }
  }

  /** Waits for what is being written and removes the file. */
  async close(): Promise<void> {
    this.#full = true;
    await this.#writing;
    await this.handle.close();
    if (this.folder !== null) await rm(this.folder, { recursive: true, force: true });
  }

  /** What is kept, by time. */
  #all(): Filed[] {
    const all: Filed[] = [];
    for (let filed = this.#slots.before(Number.POSITIVE_INFINITY); filed; filed = this.#slots.before(filed.place.time))
      all.push(filed);
    return all.reverse();
  }

  /** What is written of a state; null where it is not, or not any more. */
  async #bytesOf(filed: Filed): Promise<Uint8Array | null> {
    if (!filed.extent) return null;
    const bytes = new Uint8Array(filed.length);
    const { bytesRead } = await this.handle.read(bytes, 0, filed.length, filed.extent.at);
    // It may have gone meanwhile, and another lie where it was.
    return bytesRead < filed.length || this.#slots.find(filed.place) !== filed ? null : bytes;
  }

  async #file(filed: Filed, bytes: Uint8Array): Promise<void> {
    try {
      const packed = await zstdCompressor.compress(bytes);
      const extent = this.#full ? null : this.#place(filed, Math.ceil(packed.length / BLOCK) * BLOCK);
      if (extent) {
        await writeAll(this.handle, packed, extent.at);
        filed.length = packed.length;
        filed.packed = packed !== bytes;
        filed.extent = extent;
        // It may have been in the way of others meanwhile.
        if (this.#slots.find(filed.place) === filed) this.#slots.resize(filed, extent.size);
        else this.#free.push(extent);
      }
    } catch (error) {
      this.#fail(error);
    }
    if (!filed.extent) this.#slots.remove(filed);
    filed.bytes = null;
    this.#waiting--;
  }

  /** Room for so many bytes, for which others may have to go; null where there is none. */
  #place(filed: Filed, size: number): Extent | null {
    for (let tries = 0; tries < 2; tries++) {
      this.#letGo(this.#slots.thin(size));
      const free = this.#free.findIndex((extent) => extent.size >= size);
      if (free >= 0) {
        const [extent] = this.#free.splice(free, 1);
        return extent;
      }
      if (this.#end + size <= this.#slots.limit) {
        const extent = { at: this.#end, size };
        this.#end += size;
        return extent;
      }
      // Room there is, but in pieces: half of the others go, as many pieces become free.
      if (this.#slots.find(filed.place) === filed) this.#letGo(this.#slots.widen());
    }
    return null;
  }

  #letGo(gone: readonly Filed[]): void {
    for (const { extent } of gone) if (extent) this.#free.push(extent);
  }

  #fail(cause: unknown): void {
    if (this.#full) return;
    this.#full = true;
    this.#failed = true;
    this.#onError?.(toStorageError(cause, 'keeping decoder states'));
  }
}

function removed(folder: string): Promise<boolean> {
  return rm(folder, { recursive: true, force: true }).then(
    () => true,
    () => false,
  );
}
