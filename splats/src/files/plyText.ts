import { SgapsError } from '@sgaps/protocol';
import { type PlyElement, type PlyProperty, shown } from './plyHeader.js';
import type { PlyRows } from './plyRows.js';

/** Characters of a number at most. */
const LONGEST_WORD = 64;
/** What the words nan and inf are read as, which the caller refuses by name. */
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The words of an ascii body, parted by white space. */
export class PlyWords {
  private from = 0;
  private to: number;

  constructor(
    private readonly bytes: Uint8Array,
    at: number,
  ) {
    this.to = at;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.bytes.length - this.to;
  }

  /** Passes over one word. */
  skip(name: string): void {
    const { bytes } = this;
    let at = this.to;
    while (at < bytes.length && bytes[at] <= 0x20) at++;
    this.from = at;
    while (at < bytes.length && bytes[at] > 0x20) at++;
    this.to = at;
    if (this.from === at) throw SgapsError.truncated(`the PLY property "${shown(name)}"`);
    if (at - this.from > LONGEST_WORD)
      throw SgapsError.malformed(`PLY property "${shown(name)}": a word of ${at - this.from} characters`);
  }

  /** The next word as a number; NaN where it says that it is none. */
  number(name: string): number {
    this.skip(name);
    const word = String.fromCharCode(...this.bytes.subarray(this.from, this.to));
    if (NUMBER.test(word)) return Number(word);
    if (NOT_FINITE.test(word)) return Number.NaN;
    throw SgapsError.malformed(`number of the PLY property "${shown(name)}"`);
  }

  /** Passes over a value or a list. */
  pass({ name, lengthType }: PlyProperty): void {
    if (!lengthType) return this.skip(name);
    const length = this.number(name);
    if (!Number.isInteger(length) || length < 0) throw SgapsError.malformed(`length of the PLY list "${shown(name)}"`);
    for (let at = 0; at < length; at++) this.skip(name);
  }
}

/** Passes over all rows of an element. */
export function skipTextElement(words: PlyWords, { count, properties }: PlyElement): void {
  if (properties.length === 0) return;
  for (let row = 0; row < count; row++) for (const property of properties) words.pass(property);
}

/** Rows of written numbers. */
export class TextRows implements PlyRows {
  private readonly properties: readonly PlyProperty[];
  /** For each property which wanted one it is, or −1. */
  private readonly slots: Int32Array;

  /** @throws SgapsError `BYTES_TRUNCATED` where so many rows can't be in the bytes. */
  constructor(
    private readonly words: PlyWords,
    { name, count, properties }: PlyElement,
    wanted: readonly number[],
  ) {
    this.properties = properties;
    this.slots = new Int32Array(properties.length).fill(-1);
    for (let slot = 0; slot < wanted.length; slot++) this.slots[wanted[slot]] = slot;
    // Each word has a character and, but for the last, white space after it.
    if (2 * count * properties.length - 1 > words.left)
      throw SgapsError.truncated(`the PLY element "${shown(name)}" of ${count} rows`);
  }

  next(values: Float64Array): void {
    const { properties, slots, words } = this;
    for (let property = 0; property < properties.length; property++) {
      if (slots[property] >= 0) values[slots[property]] = words.number(properties[property].name);
      else words.pass(properties[property]);
    }
  }
}
