import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { SgapsError } from '@sgaps/protocol';

/**
 * True pictures by frame id, kept in a file: a minute of them is 300 MB.
 *
 * @example
 * ```ts
 * const truths = new TruthStore('/tmp/truth.raw', 3 * 320 * 180);
 * truths.put(0, rgb);
 * truths.get(0);
 * truths.dispose();
 * ```
 */
export class TruthStore {
  private readonly file: number;
  private readonly places = new Map<number, number>();

  constructor(
    private readonly path: string,
    private readonly frameBytes: number,
  ) {
    this.file = openSync(path, 'w+');
  }

  /** Frames held. */
  get count(): number {
    return this.places.size;
  }

  /** Stores a frame; a later one with the same id takes its place. Throws `BYTES_MALFORMED` for a wrong size. */
  put(frameId: number, rgb: Uint8Array): void {
    if (rgb.length !== this.frameBytes)
      throw SgapsError.malformed(`true frame ${frameId}: ${rgb.length} bytes, not ${this.frameBytes}`);
    const place = this.places.get(frameId) ?? this.places.size;
    writeSync(this.file, rgb, 0, rgb.length, place * this.frameBytes);
    this.places.set(frameId, place);
  }

  /** A stored frame in a buffer of its own, or undefined. */
  get(frameId: number): Uint8Array | undefined {
    const place = this.places.get(frameId);
    if (place === undefined) return undefined;
    const rgb = new Uint8Array(this.frameBytes);
    readSync(this.file, rgb, 0, rgb.length, place * this.frameBytes);
    return rgb;
  }

  /** Closes and removes the file. */
  dispose(): void {
    closeSync(this.file);
    rmSync(this.path, { force: true });
  }
}
