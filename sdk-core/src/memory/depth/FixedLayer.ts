import type { ByteReader, ByteWriter } from '@sgaps/protocol';
import { readCells, writeCells } from '../../snapshot/cellBytes.js';
import { readArray, writeArray } from '../../snapshot/snapshotBytes.js';
import { EARNED } from '../evidence.js';
import { CONFIDENCE_START, TemporalMemoryBank, VALUE_SHIFT } from '../TemporalMemoryBank.js';

// Constants of this file, which hot loops read for free, unlike what is imported.
const SHIFT = VALUE_SHIFT;
const HALF = 1 << (SHIFT - 1);
const LEAST = EARNED;

/**
 * What hangs on the screen of a 3D game while the world turns behind it: displays, the weapon in hand, the player before a
 * camera that follows. It shows where samples told it apart from the world.
 *
 * @example
 * ```ts
 * if (fixed.shows(at, u, v)) draw(fixed.colour(at));
 * ```
 */
export class FixedLayer {
  /** What the screen showed, and evidence per pixel that it hangs there. */
  readonly bank: TemporalMemoryBank;
  /** Nearness last measured at a pixel; −1 none. */
  readonly nearness: Float32Array;
  /** Evidence per 8×8 block, −127 … 127. */
  readonly blockEvidence: Int8Array;
  /** Blocks a row. */
  readonly columns: number;

  constructor(width: number, height: number) {
    this.bank = new TemporalMemoryBank(width, height);
    this.nearness = new Float32Array(width * height).fill(-1);
    this.columns = (width + 7) >> 3;
    this.blockEvidence = new Int8Array(this.columns * ((height + 7) >> 3));
  }

  /** True where the layer shows pixel `at` = (u, v): it has earned it and knows it. */
  shows(at: number, u: number, v: number): boolean {
    return this.earned(at, u, v) && this.bank.confidence[at] !== 0;
  }

  /** True where the layer has earned pixel `at` = (u, v). */
  earned(at: number, u: number, v: number): boolean {
    return this.bank.evidence[at] + this.blockEvidence[(v >> 3) * this.columns + (u >> 3)] >= LEAST;
  }

  /** Colour of the pixel, red highest; says nothing where the bank's confidence is 0. */
  colour(at: number): number {
    const { value } = this.bank;
    const p = 3 * at;
    return (((value[p] + HALF) >> SHIFT) << 16) | (((value[p + 1] + HALF) >> SHIFT) << 8) | ((value[p + 2] + HALF) >> SHIFT);
  }

  /** Takes a sample of what the screen shows: `same` as the colour it `was`, or something new. */
  take(at: number, colour: number, nearness: number, same: boolean, was: number, frame: number): void {
    const r = colour >> 16;
    const g = (colour >> 8) & 255;
    const b = colour & 255;
    if (same) this.bank.confirm(at, r - (was >> 16), g - ((was >> 8) & 255), b - (was & 255), 1, frame);
    else this.bank.write(at, r, g, b, CONFIDENCE_START, frame);
    if (nearness >= 0 || !same) this.nearness[at] = nearness;
  }

  /** Adds evidence for (positive) or against (negative) the layer at the pixel and, a share of it, its block. */
  weigh(at: number, u: number, v: number, pixel: number, block: number): void {
    const { evidence } = this.bank;
    const k = (v >> 3) * this.columns + (u >> 3);
    evidence[at] = clampEvidence(evidence[at] + pixel);
    this.blockEvidence[k] = clampEvidence(this.blockEvidence[k] + block);
  }

  /** Adds evidence to the block that the pixel lies in. */
  weighBlock(u: number, v: number, amount: number): void {
    const k = (v >> 3) * this.columns + (u >> 3);
    this.blockEvidence[k] = clampEvidence(this.blockEvidence[k] + amount);
  }

  /** Forgets everything. */
  clear(): void {
    this.bank.confidence.fill(0);
    this.bank.evidence.fill(0);
    this.blockEvidence.fill(0);
    this.nearness.fill(-1);
  }

  /** Writes all that is known. */
  save(writer: ByteWriter, frame: number): void {
    const { width, height } = this.bank;
    writeArray(writer, this.blockEvidence);
    writeArray(writer, this.nearness);
    writeCells(
      writer,
      { ...this.bank, standing: this.bank.evidence },
      { first: 0, stride: width, columns: width, rows: height },
      frame,
    );
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes do not fit. */
  restore(reader: ByteReader, frame: number): void {
    const { width, height } = this.bank;
    readArray(reader, this.blockEvidence, 'block evidence');
    readArray(reader, this.nearness, 'screen nearness');
    readCells(
      reader,
      { ...this.bank, standing: this.bank.evidence },
      { first: 0, stride: width, columns: width, rows: height },
      frame,
    );
  }
}

function clampEvidence(value: number): number {
  return value < -127 ? -127 : value > 127 ? 127 : value;
}
