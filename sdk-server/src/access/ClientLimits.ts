import { networkOf } from '@sgaps/pipeline';
import { ByteBudget } from '../rooms/ByteBudget.js';
import { AccessError } from './AccessError.js';
import type { Grant } from './Grant.js';

/**
 * What one client may do: whoever comes with one token, or with one game's key from one address, or from one address without any. 0: as much as it likes.
 *
 * @example
 * ```ts
 * const limits: LimitOptions = { rooms: 4, sessionMs: 3_600_000 };
 * ```
 */
export interface LimitOptions {
  /** HTTP requests per second, mean; four times as many may come at once. Default 100. */
  readonly requests?: number;
  /** Joins of rooms and of the transport per minute, mean; as many may come at once. Default 120. */
  readonly joins?: number;
  /** Tokens and keys that do not hold, of one address per second, mean; ten times as many may come at once. Default 5. */
  readonly refusals?: number;
  /** Sessions recorded at once. Default 50. */
  readonly rooms?: number;
  /** ms that a session may take. Default 12 hours. */
  readonly sessionMs?: number;
  /** Bytes of a session, up and down. Default 4 GiB. */
  readonly sessionBytes?: number;
}

/** Those of a server that others than this machine can reach. */
export const USUAL_LIMITS: Required<LimitOptions> = {
  requests: 100,
  joins: 120,
  refusals: 5,
  rooms: 50,
  sessionMs: 12 * 3_600_000,
  sessionBytes: 4 * 2 ** 30,
};

/** Those of a server that only this machine can reach. */
export const NO_LIMITS: Required<LimitOptions> = { requests: 0, joins: 0, refusals: 0, rooms: 0, sessionMs: 0, sessionBytes: 0 };

/** Clients that are remembered. Those not heard of for longest are forgotten, which only ever allows them more. */
const MOST_CLIENTS = 10_000;

/** Viewers of one address that the transport waits for the tokens of at once. */
const MOST_WAITING = 32;

/** Who a limit counts for. All players of a game share its key, so that only their addresses tell them apart. */
export function clientOf(grant: Grant | null, address: string): string {
  if (grant === null || grant.id === 'open') return `address:${networkOf(address)}`;
  return grant.id.startsWith('key:') ? `${grant.id}@${networkOf(address)}` : grant.id;
}

/**
 * Counts what clients do, with bounded memory.
 *
 * @example
 * ```ts
 * const limits = new ClientLimits({ joins: 60 });
 * limits.join('address:127.0.0.1');
 * const leave = limits.enterRoom('address:127.0.0.1');
 * ```
 */
export class ClientLimits {
  readonly #most: Required<LimitOptions>;
  readonly #requests: Rates;
  readonly #joins: Rates;
  readonly #refusals: Rates;
  readonly #rooms = new Places();
  readonly #waiting = new Places();

  constructor(options: LimitOptions = {}, usual: Required<LimitOptions> = USUAL_LIMITS) {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    this.#most = { ...usual, ...given };
    const { requests, joins, refusals } = this.#most;
    this.#requests = new Rates({ perSecond: requests, burst: 4 * requests });
    this.#refusals = new Rates({ perSecond: refusals, burst: 10 * refusals });
    this.#joins = new Rates({ perSecond: joins / 60, burst: joins });
  }

  /** ms that a session may take, and bytes; Infinity where nothing is set. */
  get session(): { readonly ms: number; readonly bytes: number } {
    const { sessionMs, sessionBytes } = this.#most;
    return { ms: sessionMs || Number.POSITIVE_INFINITY, bytes: sessionBytes || Number.POSITIVE_INFINITY };
  }

  /** Throws `AccessError` (429). */
  request(client: string): void {
    if (!this.#requests.take(client)) throw AccessError.tooMuch(`More than ${this.#most.requests} requests per second`, 1);
  }

  /** Throws `AccessError` (429). */
  join(client: string): void {
    if (this.#joins.take(client)) return;
    throw AccessError.tooMuch(`More than ${this.#most.joins} joins per minute`, Math.ceil(60 / this.#most.joins));
  }

  /** Somebody was refused. Throws `AccessError` (429) for one who does not stop. */
  refused(address: string): void {
    if (!this.#refusals.take(networkOf(address))) throw AccessError.tooMuch('Too many tokens that do not hold', 1);
  }

  /** Throws `AccessError` (429) where a client records as many sessions as it may. */
  assertRoomFor(client: string): void {
    const { rooms } = this.#most;
    if (rooms > 0 && this.#rooms.of(client) >= rooms) throw AccessError.tooMuch(`More than ${rooms} sessions at once`, 30);
  }

  /** Counts a session; what is returned ends it. Throws as `assertRoomFor`. */
  enterRoom(client: string): () => void {
    this.assertRoomFor(client);
    return this.#rooms.take(client);
  }

  /** Counts a viewer whose token is waited for, where joins are limited; what is returned ends it. Throws `AccessError` (429). */
  waitFor(client: string): () => void {
    if (this.#most.joins > 0 && this.#waiting.of(client) >= MOST_WAITING)
      throw AccessError.tooMuch(`More than ${MOST_WAITING} viewers who have sent no token yet`, 1);
    return this.#waiting.take(client);
  }

  /** Clients that are remembered, for tests and figures. */
  get clients(): number {
    return this.#requests.size + this.#joins.size + this.#refusals.size + this.#rooms.size + this.#waiting.size;
  }
}

/** What each client holds now. */
class Places {
  readonly #taken = new Map<string, number>();

  get size(): number {
    return this.#taken.size;
  }

  of(client: string): number {
    return this.#taken.get(client) ?? 0;
  }

  /** What is returned gives it back. */
  take(client: string): () => void {
    this.#taken.set(client, this.of(client) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = this.of(client) - 1;
      if (left > 0) this.#taken.set(client, left);
      else this.#taken.delete(client);
    };
  }
}

/** A budget for each client. */
class Rates {
  readonly #budgets = new Map<string, ByteBudget>();

  constructor(private readonly rate: { readonly perSecond: number; readonly burst: number }) {}

  get size(): number {
    return this.#budgets.size;
  }

  take(client: string): boolean {
    if (this.rate.burst === 0) return true;
    const budget = this.#budgets.get(client) ?? new ByteBudget(this.rate);
    this.#budgets.delete(client);
    this.#budgets.set(client, budget);
    if (this.#budgets.size > MOST_CLIENTS) this.#budgets.delete(this.#budgets.keys().next().value as string);
    return budget.spend(1, performance.now());
  }
}
