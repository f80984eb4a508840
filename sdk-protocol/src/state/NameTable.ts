import { codeUnsigned, createModel, type RangeCoder, resetModel, UNSIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';

const LETTER = 2 * UNSIGNED_MODEL + 1;

/**
 * Texture and frame names of a session, each sent once. Index 0 is the empty name, which also stands for every new name
 * once `LIMITS.names` are known; longer names are cut to `LIMITS.nameLength`.
 *
 * @example
 * ```ts
 * const names = new NameTable();
 * const index = names.indexOf('hero');
 * ```
 */
export class NameTable {
  private names: string[] = [''];
  private readonly indices = new Map<string, number>([['', 0]]);
  private sent = 1;
  private readonly model = createModel(LETTER + 128);

  /** Number of names known, the empty one included. */
  get size(): number {
    return this.names.length;
  }

  /** Forgets all names. */
  reset(): void {
    this.names = [''];
    this.indices.clear();
    this.indices.set('', 0);
    this.sent = 1;
    resetModel(this.model);
  }

  /** The index of a name, which is added when new. */
  indexOf(name: string): number {
    const known = this.indices.get(name);
    if (known !== undefined) return known;
    if (name.length > LIMITS.nameLength) return this.indexOf(name.slice(0, LIMITS.nameLength));
    return this.names.length < LIMITS.names ? this.add(name) : 0;
  }

  /** The name at a valid index. */
  nameAt(index: number): string {
    return this.names[index];
  }

  /** Codes the names added since the last call. @throws SgapsError `LIMIT_EXCEEDED`, `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  code(coder: RangeCoder): void {
    const fresh = codeUnsigned(coder, this.model, 0, this.names.length - this.sent);
    if (this.sent + fresh > LIMITS.names) throw SgapsError.limit('names', this.sent + fresh, LIMITS.names);
    for (let i = 0; i < fresh; i++) {
      const name = this.codeName(coder, coder.encoding ? this.names[this.sent] : '');
      if (!coder.encoding) this.add(name);
      this.sent++;
    }
  }

  /** All names after the empty one, for a snapshot. */
  list(): readonly string[] {
    return this.names.slice(1);
  }

  /** The adaptive letters' probabilities, for a snapshot. */
  get probabilities(): Uint32Array {
    return this.model;
  }

  /** Takes names as known and sent. */
  restore(names: readonly string[]): void {
    this.reset();
    for (const name of names) this.add(name);
    this.sent = this.names.length;
  }

  private add(name: string): number {
    const index = this.names.length;
    this.names.push(name);
    if (!this.indices.has(name)) this.indices.set(name, index);
    return index;
  }

  private codeName(coder: RangeCoder, name: string): string {
    const length = codeUnsigned(coder, this.model, UNSIGNED_MODEL, name.length);
    if (length > LIMITS.nameLength) throw SgapsError.limit('name length', length, LIMITS.nameLength);
    let read = '';
    for (let i = 0; i < length; i++) {
      const unit = coder.encoding ? name.charCodeAt(i) : 0;
      const wide = coder.bit(this.model, LETTER - 1, unit > 127 ? 1 : 0);
      read += String.fromCharCode(wide === 1 ? coder.uniform(unit, 65536) : coder.symbol(this.model, LETTER, 7, unit));
    }
    return read;
  }
}
