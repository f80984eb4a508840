import { type ByteReader, type ByteWriter, SgapsError } from '@sgaps/protocol';
import { readArray, writeArray } from '../snapshot/snapshotBytes.js';

/** Frames a moving sample is remembered (S10). */
const REMEMBERED_FRAMES = 100;
const CAPACITY = 1 << 14;
const HEAT_RISE = 0.5;
const HEAT_NEIGHBOUR = 0.2;
const HEAT_COOL = 0.04;
const HEAT_DECAY = 0.985;
/** Less heat than this is none: numbers too small to be normal would make every look slow. */
const LEAST_HEAT = 1e-12;

/**
 * Short-term memory of what moves (S10): the samples of the last 100 frames that contradicted the static memory, and
 * from them a heat per 8×8 block of the screen, 0 (still) … 1 (changes whenever one looks).
 *
 * @example
 * ```ts
 * const dynamic = new DynamicMemory(320, 180);
 * dynamic.contradict(10, 20, 7);
 * dynamic.heatAt(10, 20); // > 0
 * ```
 */
export class DynamicMemory {
  /** Blocks a row. */
  readonly columns: number;
  /** Rows of blocks. */
  readonly rows: number;
  /** Per block, 0 still … 1 changes whenever one looks. */
  readonly heat: Float32Array;
  /** Moving samples of the last 100 frames per block. */
  readonly counts: Uint16Array;
  private readonly ringBlock = new Uint16Array(CAPACITY);
  private readonly ringFrame = new Int32Array(CAPACITY);
  private head = 0;
  private size = 0;

  constructor(width: number, height: number) {
    this.columns = (width + 7) >> 3;
    this.rows = (height + 7) >> 3;
    this.heat = new Float32Array(this.columns * this.rows);
    this.counts = new Uint16Array(this.columns * this.rows);
  }

  /** Lets time pass: old samples are dropped and the heat fades. */
  advance(frame: number): void {
    while (this.size > 0) {
      const tail = (this.head - this.size + CAPACITY) % CAPACITY;
      if (frame - this.ringFrame[tail] < REMEMBERED_FRAMES) break;
      this.drop(tail);
    }
    const { heat } = this;
    for (let i = 0; i < heat.length; i++) heat[i] = heat[i] < LEAST_HEAT ? 0 : heat[i] * HEAT_DECAY;
  }

  /** Notes that the pixel was not what memory said. */
  contradict(u: number, v: number, frame: number): void {
    const x = u >> 3;
    const y = v >> 3;
    const block = y * this.columns + x;
    if (this.size === CAPACITY) this.drop((this.head - this.size + CAPACITY) % CAPACITY);
    this.ringBlock[this.head] = block;
    this.ringFrame[this.head] = frame;
    this.head = (this.head + 1) % CAPACITY;
    this.size++;
    this.counts[block]++;
    this.warm(x, y, HEAT_RISE);
    const du = (u & 7) < 3 ? -1 : (u & 7) > 4 ? 1 : 0;
    const dv = (v & 7) < 3 ? -1 : (v & 7) > 4 ? 1 : 0;
    if (du) this.warm(x + du, y, HEAT_NEIGHBOUR);
    if (dv) this.warm(x, y + dv, HEAT_NEIGHBOUR);
  }

  /** Notes that the pixel was as expected. */
  confirm(u: number, v: number): void {
    this.heat[(v >> 3) * this.columns + (u >> 3)] *= 1 - HEAT_COOL;
  }

  /** Notes the pixels of a window at (u, v). `motions`, eight a row: looks that found it as expected, −1 where it was not. */
  noteWindow(u: number, v: number, columns: number, rows: number, motions: Int8Array, frame: number): void {
    const { heat } = this;
    for (let y = 0; y < rows; y++) {
      const row = ((v + y) >> 3) * this.columns;
      for (let x = 0, n = 8 * y; x < columns; x++, n++) {
        const motion = motions[n];
        if (motion === 0) continue;
        if (motion < 0) this.contradict(u + x, v + y, frame);
        else {
          const block = row + ((u + x) >> 3);
          if (heat[block] !== 0) for (let k = 0; k < motion; k++) heat[block] *= 1 - HEAT_COOL;
        }
      }
    }
  }

  /** 0 still … 1 changes whenever one looks. */
  heatAt(u: number, v: number): number {
    return this.heat[(v >> 3) * this.columns + (u >> 3)];
  }

  /** Forgets everything (scene cut). */
  clear(): void {
    this.heat.fill(0);
    this.counts.fill(0);
    this.size = 0;
  }

  /** Writes heat and remembered samples. */
  save(writer: ByteWriter): void {
    writeArray(writer, this.heat);
    writer.varint(this.size);
    for (let i = this.size; i > 0; i--) {
      const at = (this.head - i + CAPACITY) % CAPACITY;
      writer.varint(this.ringBlock[at]);
      writer.i32(this.ringFrame[at]);
    }
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader): void {
    this.clear();
    readArray(reader, this.heat, 'heat');
    this.size = reader.varint('moving samples', CAPACITY);
    this.head = this.size % CAPACITY;
    for (let i = 0; i < this.size; i++) {
      const block = reader.varint('block');
      if (block >= this.counts.length) throw SgapsError.limit('block', block, this.counts.length - 1);
      this.ringBlock[i] = block;
      this.ringFrame[i] = reader.i32('frame');
      this.counts[block]++;
    }
  }

  private warm(x: number, y: number, share: number): void {
    if (x < 0 || y < 0 || x >= this.columns || y >= this.rows) return;
    const block = y * this.columns + x;
    this.heat[block] += (1 - this.heat[block]) * share;
  }

  private drop(tail: number): void {
    this.counts[this.ringBlock[tail]]--;
    this.size--;
  }
}
