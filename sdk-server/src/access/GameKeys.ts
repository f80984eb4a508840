import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SgapsError } from '@sgaps/protocol';
import type { KeyRow, KeyTable } from '../storage/catalog/index.js';
import { AccessError } from './AccessError.js';
import type { Grant } from './Grant.js';

/** What a key is made of. */
export interface KeyWish {
  readonly game: string;
  /** Where it is used, in the words of whoever makes it. */
  readonly label?: string;
  /** ms from now; default never. */
  readonly expiresIn?: number;
}

/** ms that a key is not looked up again: a key revoked by another process still opens rooms for so long. */
const KNOWN_FOR = 2000;
/** Keys that are remembered, those that do not exist among them. */
const MOST_KNOWN = 1000;
const SHAPE = /^sgk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;
/** Compared with where there is no such key, so that this takes as long. */
const NOBODY = Buffer.alloc(32);

/** True for what looks like a key, so that it is none of a token's. */
export function isGameKey(credential: string): boolean {
  return credential.startsWith('sgk_');
}

/** A key as everybody with a right to see it may: without its hash. */
export function publicKey({ hash: _, ...row }: KeyRow): Omit<KeyRow, 'hash'> {
  return row;
}

/**
 * The keys that games ship, `sgk_ID_SECRET`: each records its one game and does nothing else. Only a hash of each is kept.
 *
 * @example
 * ```ts
 * const keys = new GameKeys(catalog.keys);
 * const { key } = await keys.create({ game: 'arena' });
 * const grant = await keys.verify(key);
 * ```
 */
export class GameKeys {
  readonly #known = new Map<string, { readonly row: Promise<KeyRow | null>; readonly at: number }>();

  constructor(private readonly table: KeyTable) {}

  /** Makes a key. It is told this once. Throws `ARGUMENT_INVALID` for a game or label that is none. */
  async create({ game, label = '', expiresIn }: KeyWish): Promise<{ readonly key: string; readonly row: KeyRow }> {
    if (game.length === 0 || game.length > 128)
      throw new SgapsError('ARGUMENT_INVALID', 'A game has a name of 1 to 128 characters.');
    if (label.length > 200) throw new SgapsError('ARGUMENT_INVALID', 'A label has at most 200 characters.');
    const id = randomBytes(8).toString('hex');
    const key = `sgk_${id}_${randomBytes(32).toString('base64url')}`;
    const now = Date.now();
    const row = { id, game, hash: hashOf(key).toString('hex'), label, createdAt: now, expiresAt: null, revokedAt: null };
    const made = expiresIn === undefined ? row : { ...row, expiresAt: now + expiresIn };
    await this.table.add(made);
    this.#known.delete(id);
    return { key, row: made };
  }

  list(query: { readonly game?: string } = {}): Promise<KeyRow[]> {
    return this.table.list(query);
  }

  /** From now on it opens nothing; false where there is none that is good still. */
  async revoke(id: string): Promise<boolean> {
    const revoked = await this.table.revoke(id, Date.now());
    this.#known.delete(id);
    return revoked;
  }

  /** Rejects with `AccessError` (401), and with what the catalog fails with. */
  async verify(key: string): Promise<Grant> {
    const id = SHAPE.exec(key)?.[1];
    if (id === undefined) throw AccessError.unknown('This is no key of a game: one looks like sgk_ID_SECRET.');
    const row = await this.#find(id);
    const matches = timingSafeEqual(hashOf(key), row ? Buffer.from(row.hash, 'hex') : NOBODY);
    if (!row || !matches) throw AccessError.unknown('This key is not one of this server.');
    assertGood(row);
    const { game, label, expiresAt } = row;
    return { scope: 'record', games: [game], recording: null, scene: null, subject: label || null, id: `key:${id}`, expiresAt };
  }

  /** As `verify`, for one that was let in before. */
  async assertStillGood(id: string): Promise<void> {
    const row = await this.#find(id);
    if (!row) throw AccessError.unknown('This key is not one of this server any more.');
    assertGood(row);
  }

  #find(id: string): Promise<KeyRow | null> {
    const now = performance.now();
    const known = this.#known.get(id);
    if (known && now - known.at < KNOWN_FOR) return known.row;
    const row = this.table.get(id);
    this.#known.delete(id);
    this.#known.set(id, { row, at: now });
    // The oldest go first: whoever tries ids at random pushes out what is a few seconds old at most.
    for (const other of this.#known.keys()) {
      if (this.#known.size <= MOST_KNOWN) break;
      this.#known.delete(other);
    }
    row.catch(() => this.#known.delete(id));
    return row;
  }
}

function assertGood({ revokedAt, expiresAt }: KeyRow): void {
  if (revokedAt !== null && revokedAt <= Date.now()) throw AccessError.unknown('This key was revoked.');
  if (expiresAt !== null && expiresAt <= Date.now()) throw AccessError.unknown('This key has expired.');
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
