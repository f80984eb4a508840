import { type FileHandle, open } from 'node:fs/promises';
import type { ShelfPlace, SnapshotShelf, StatePoints } from '@sgaps/core';
import { crc32c, SgapsError } from '@sgaps/protocol';
import { toStorageError } from '../storage/files.js';
import { zstdCompressor } from '../storage/zstd.js';
import { decodeSeekHead, decodeSeekIndex, HEAD_BYTES, type SeekEntry } from './seekIndex.js';

/**
 * The states of a whole recording in a file that an earlier survey left (`writeSeekFile`), to be read only. Nothing of it is trusted: a state that is damaged is not there.
 *
 * @example
 * ```ts
 * const shelf = await SeekFile.open('/data/seek/a1.states', identity, (error) => log.warn(error));
 * const finder = new FrameFinder(reader, { machine: nodeMachine, shelf });
 * await shelf.close();
 * ```
 */
export class SeekFile implements SnapshotShelf {
  #closed = false;
  #broken = false;

  private constructor(
    private readonly handle: FileHandle,
    /** By time; those that turned out damaged are taken out. */
    private readonly entries: SeekEntry[],
    readonly spacing: number,
    /** The game's values; null where it has none. */
    readonly points: StatePoints | null,
    /** Bytes of the file. */
    readonly bytes: number,
    private readonly onBroken: (error: SgapsError) => void,
  ) {}

  /**
   * Opens the states of what `identity` names, and notes that they were used. `onBroken` is told once of a state that cannot be read. Throws `NOT_FOUND` where there are none,
   * `STORAGE_FAILED`, `VERSION_UNSUPPORTED` also for those of something else, and what `decodeSeekHead` and `decodeSeekIndex` throw.
   */
  static async open(path: string, identity: string, onBroken: (error: SgapsError) => void): Promise<SeekFile> {
    let handle: FileHandle | null = null;
    try {
      handle = await open(path, 'r');
      const { size } = await handle.stat();
      const { at, length, crc } = decodeSeekHead(await read(handle, 0, HEAD_BYTES), size);
      const bytes = await read(handle, at, length);
      if (crc32c(bytes) !== crc) throw new SgapsError('CHECKSUM_MISMATCH', 'The index of a file of states is damaged.');
      const index = decodeSeekIndex(bytes, at);
      if (index.identity !== identity)
        throw new SgapsError('VERSION_UNSUPPORTED', 'States of another recording, or of another version of the decoder.');
      const now = new Date();
      // A folder that may only be read is as good.
      await handle.utimes(now, now).catch(() => undefined);
      return new SeekFile(handle, [...index.entries], index.spacing, index.points, size, onBroken);
    } catch (error) {
      await handle?.close();
      throw toStorageError(error, 'opening decoder states');
    }
  }

  /** Places there are. */
  get places(): number {
    return this.entries.length;
  }

  expect(): void {
    // It is whole.
  }

  wants(): boolean {
    return false;
  }

  async put(): Promise<void> {
    // It takes no more.
  }

  before(time: number): ShelfPlace | null {
    return this.entries[this.#from(time) - 1]?.place ?? null;
  }

  async read({ time, sequence }: ShelfPlace): Promise<Uint8Array | null> {
    const entry = this.entries[this.#from(time)];
    if (this.#closed || entry?.place.time !== time || entry.place.sequence !== sequence) return null;
    try {
      const bytes = await read(this.handle, entry.at, entry.length);
      if (crc32c(bytes) !== entry.crc) throw new SgapsError('CHECKSUM_MISMATCH', 'A decoder state is damaged.');
      if (!entry.packed) return bytes;
      const state = zstdCompressor.decompress(bytes, entry.place.bytes);
      if (state.length !== entry.place.bytes) throw SgapsError.malformed('decoder state');
      return state;
    } catch (error) {
      if (!this.#closed) this.#drop(entry, error);
      return null;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.handle.close();
  }

  #drop(entry: SeekEntry, cause: unknown): void {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.splice(at, 1);
    if (this.#broken) return;
    this.#broken = true;
    this.onBroken(toStorageError(cause, 'reading a decoder state'));
  }

  /** Index of the first that is not before a time. */
  #from(time: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle].place.time < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Throws where the file has less. */
async function read(handle: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, at);
  if (bytesRead < length) throw SgapsError.truncated('decoder states');
  return bytes;
}
