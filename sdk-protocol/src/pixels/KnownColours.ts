import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { readMap, writeMap } from './colourMap.js';

/** Levels of means, points included. */
export const LEVELS = 5;

/**
 * The last colour of every coordinate, by level: bits << 24 | colour at that precision, low bits zero; 0 is unknown. Held where the
 * first 2D camera puts it in the world, on a ring of the grid's size; from the first scroll on also where it stood on the screen.
 *
 * @example
 * ```ts
 * const map = known.world[0] ?? known.openWorld(0);
 * ```
 */
export class KnownColours {
  readonly width: number;
  readonly height: number;
  /** By level; null until something of the level was coded. */
  readonly world: (Uint32Array | null)[] = [null, null, null, null, null];
  readonly screen: (Uint32Array | null)[] = [null, null, null, null, null];
  /** True once the world was somewhere else than the screen; until then both are one. */
  scrolled = false;

  /** @param points Where the world's level 0 is kept, width × height zeros; by default in an array of its own. */
  constructor({ width, height }: CaptureGrid, points: Uint32Array | null = null) {
    this.width = width;
    this.height = height;
    this.world[0] = points;
  }

  /** Forgets everything. */
  reset(): void {
    for (const map of [...this.world, ...this.screen]) map?.fill(0);
    this.scrolled = false;
  }

  /** The world's map of a level, made where there is none. */
  openWorld(level: number): Uint32Array {
    return this.open(this.world, level);
  }

  /** The screen's map of a level, made where there is none. */
  openScreen(level: number): Uint32Array {
    return this.open(this.screen, level);
  }

  /** From the first scroll on, what stood on the screen is remembered apart. */
  startScrolling(): void {
    if (this.scrolled) return;
    this.scrolled = true;
    for (let level = 0; level < LEVELS; level++) {
      const map = this.world[level];
      if (map !== null) this.openScreen(level).set(map);
    }
  }

  /** Appends all that is remembered. */
  save(writer: ByteWriter): void {
    writer.u8(this.scrolled ? 1 : 0);
    for (const map of [...this.world, ...this.screen]) {
      writer.u8(map === null ? 0 : 1);
      if (map !== null) writeMap(writer, map);
    }
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    this.reset();
    this.scrolled = reader.u8('scrolling') === 1;
    for (let level = 0; level < LEVELS; level++) if (reader.u8('map') !== 0) readMap(reader, this.openWorld(level));
    for (let level = 0; level < LEVELS; level++) if (reader.u8('map') !== 0) readMap(reader, this.openScreen(level));
  }

  private open(maps: (Uint32Array | null)[], level: number): Uint32Array {
    const map = maps[level] ?? new Uint32Array(this.width * this.height);
    maps[level] = map;
    return map;
  }
}
