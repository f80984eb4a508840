import type { Logger } from 'pino';
import type { RedisLink } from './RedisLink.js';
import { LONGEST_RETRY } from './RedisLink.js';

/** ms between two signs of life, and after which the last one counts no more. */
const BEAT_MS = 1_000;
const ALIVE_MS = 4_000;
/**
 * ms for which Redis must have been there without a sign of life of a process for it to count as dead: a Redis that was restarted has forgotten all, and every process
 * needs a moment to come back to it.
 */
const SILENT_MS = LONGEST_RETRY + 2 * BEAT_MS;

const PROCESSES = 'sgaps:processes';
const aliveKey = (id: string) => `sgaps:alive:${id}`;
const deadKey = (id: string) => `sgaps:dead:${id}`;
/** Seconds that a process which was taken for dead may find out about it. */
const DEAD_SECONDS = 7 * 24 * 3600;

/**
 * What a process is, for as long as it runs.
 *
 * @example
 * ```ts
 * const identity: MemberIdentity = { id, processId: matchMaker.processId, address: '10.0.0.5:2567', folder, startedAt: Date.now() };
 * ```
 */
export interface MemberIdentity {
  readonly id: string;
  /** Its id in Colyseus; null until it listens. */
  readonly processId: string | null;
  /** Where clients reach it. */
  readonly address: string | null;
  /** Id of its data folder. */
  readonly folder: string;
  readonly startedAt: number;
}

/**
 * How a process is doing.
 *
 * @example
 * ```ts
 * const load: MemberLoad = { sessions: 12, accepting: true };
 * ```
 */
export interface MemberLoad {
  readonly sessions: number;
  /** It takes new sessions: it is not draining and has room for more. */
  readonly accepting: boolean;
}

/**
 * A process of the cluster that lives.
 *
 * @example
 * ```ts
 * const { id, sessions }: Member = members.living[0];
 * ```
 */
export interface Member extends MemberIdentity, MemberLoad {
  /** Counts its signs of life. */
  readonly beat: number;
}

/**
 * The processes that record, found through Redis: each says every second that it lives and how much it has to do.
 *
 * @example
 * ```ts
 * const members = await Members.join(link, { identity, load: () => ({ sessions: sessions.size, accepting: true }), log });
 * for (const { id, sessions } of members.living) console.log(id, sessions);
 * ```
 */
export class Members {
  /** Others that live, as of the last second. */
  others: readonly Member[] = [];
  #known: readonly string[] = [];
  #identities = new Map<string, MemberIdentity>();
  #beat = 0;
  /** Since when there is no sign of life, ms of `performance.now()`. */
  readonly #silentSince = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #beating: Promise<void> | null = null;
  #left = false;

  private constructor(
    private readonly link: RedisLink,
    private readonly options: {
      readonly identity: () => MemberIdentity;
      readonly load: () => MemberLoad;
      /** This process was taken for dead, and what it recorded is another's now. */
      readonly onTakenForDead: () => void;
      readonly log: Logger;
    },
  ) {
    this.#timer = setInterval(() => void this.beat(), BEAT_MS);
    this.#stopListening = link.onBack(() => {
      this.#silentSince.clear();
      void this.beat();
    });
  }

  static async join(link: RedisLink, options: Members['options']): Promise<Members> {
    const members = new Members(link, options);
    await members.beat();
    return members;
  }

  /** This process and the others that live. */
  get living(): readonly Member[] {
    return [this.own, ...this.others];
  }

  get own(): Member {
    return { ...this.options.identity(), ...this.options.load(), beat: this.#beat };
  }

  /** What is known of a process, also of one that is dead. */
  identity(id: string): MemberIdentity | null {
    return this.#identities.get(id) ?? null;
  }

  /** Ids of those that gave no sign of life for so long that they are dead. */
  get dead(): readonly string[] {
    return this.#known.filter((id) => this.isDead(id));
  }

  /** ms that a process has been silent beyond what is usual; 0 where it lives or nobody can know. */
  silence(id: string): number {
    const since = this.#silentSince.get(id);
    if (!this.link.up || since === undefined) return 0;
    return Math.max(0, performance.now() - since - SILENT_MS);
  }

  /** False where it lives, and where nobody can know. Of one that was never seen, the time is taken from when it is first asked for. */
  isDead(id: string): boolean {
    if (id === this.options.identity().id || this.others.some((member) => member.id === id)) return false;
    if (!this.link.up) return false;
    if (!this.#silentSince.has(id)) this.#silentSince.set(id, performance.now());
    return this.silence(id) > 0;
  }

  /** Says now how this process is doing, not in a second. Never rejects: what cannot be said is said the next time. */
  async beat(): Promise<void> {
    this.#beating ??= this.#sayAndLook()
      .catch(() => undefined)
      .finally(() => {
        this.#beating = null;
      });
    return this.#beating;
  }

  /** Whether Redis lists a process now, dead or alive. Rejects where it is away. */
  async isListed(id: string): Promise<boolean> {
    return (await this.link.redis.hexists(PROCESSES, id)) === 1;
  }

  /** Strikes a dead process from the list. It may find out that it was. */
  async strike(id: string): Promise<void> {
    await this.link.redis.multi().set(deadKey(id), '1', 'EX', DEAD_SECONDS).hdel(PROCESSES, id).exec();
    this.#silentSince.delete(id);
    this.#known = this.#known.filter((known) => known !== id);
  }

  /** Takes leave, so that nobody has to wait for its silence. */
  async leave(): Promise<void> {
    this.#left = true;
    clearInterval(this.#timer);
    this.#stopListening();
    await this.#beating;
    const { id } = this.options.identity();
    await this.link.redis
      .multi()
      .hdel(PROCESSES, id)
      .del(aliveKey(id))
      .exec()
      .catch(() => undefined);
  }

  async #sayAndLook(): Promise<void> {
    if (this.#left || !this.link.up) return;
    const { redis } = this.link;
    this.#beat++;
    const own = this.own;
    const { sessions, accepting, beat, ...identity } = own;
    const said = JSON.stringify({ sessions, accepting, beat });
    const answers = await redis
      .multi()
      .get(deadKey(own.id))
      .hset(PROCESSES, own.id, JSON.stringify(identity))
      .set(aliveKey(own.id), said, 'PX', ALIVE_MS)
      .hgetall(PROCESSES)
      .exec();
    if (answers?.[0]?.[1]) this.options.onTakenForDead();
    await this.#look((answers?.[3]?.[1] ?? {}) as Record<string, string>);
  }

  async #look(listed: Record<string, string>): Promise<void> {
    const own = this.options.identity().id;
    const ids = Object.keys(listed).filter((id) => id !== own);
    const loads = ids.length > 0 ? await this.link.redis.mget(ids.map(aliveKey)) : [];
    const now = performance.now();
    const others: Member[] = [];
    this.#identities = new Map();
    for (const [at, id] of ids.entries()) {
      const identity = read<MemberIdentity>(listed[id]);
      if (identity) this.#identities.set(id, identity);
      const load = read<MemberLoad & { beat: number }>(loads[at]);
      if (identity && load) others.push({ ...identity, ...load });
      if (loads[at]) this.#silentSince.delete(id);
      else if (!this.#silentSince.has(id)) this.#silentSince.set(id, now);
    }
    this.#known = ids;
    this.others = others;
  }
}

/** What another process said; null for what is no JSON, such as of a version to come. */
function read<T extends object>(text: string | null): T | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null ? (value as T) : null;
  } catch {
    return null;
  }
}
