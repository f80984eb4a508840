import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { Cadence } from './Cadence.js';
import type { LiveSession } from './LiveSession.js';

const LOAD_LIMIT = 0.9;
/** Below the limit by so much: where lowering begins, where a full server takes new sessions again, and where lowered sessions may be restored. */
const LOWER_BELOW = 0.15;
const OPEN_BELOW = 0.1;
const RESTORE_BELOW = 0.4;
/** ms between looks at the load, and the weight of the newest: what lasts for seconds counts, not a moment. */
const EVERY = 500;
const NEWEST = 0.15;
const CALM_MS = 10_000;
/** ms from restoring one session to the next: the load must show what it costs. */
const RESTORE_EVERY = 3000;
/** Part of the lowerable sessions that is lowered at one look. */
const PART = 0.25;
/** What a session that was just opened is taken to cost until the load shows it: pictures made, and none. */
const COST = 1 / 16;
const COST_ON_DEMAND = 1 / 200;

/**
 * When a server process has too much to do.
 *
 * @example
 * ```ts
 * const options: OverloadOptions = { loadLimit: 0.8 };
 * ```
 */
export interface OverloadOptions {
  /** Part of its time, 0.1 … 0.99, that the process's event loop may be busy; above it no new session is taken, and 0.15 below sessions begin to be lowered. Default 0.9. */
  readonly loadLimit?: number;
  /** ms of a load 0.4 below the limit, after which lowered sessions are restored one by one; default 10,000. */
  readonly calmMs?: number;
  /** ms between looks at the load, which is taken over the last seven or so; default 500. */
  readonly everyMs?: number;
}

/**
 * What `Overload` knows.
 *
 * @example
 * ```ts
 * const { load, state, lowered, refused }: OverloadFigures = services.overload.figures;
 * ```
 */
export interface OverloadFigures {
  /** Part of its time that the event loop was busy, 0 … 1, over the last seconds. */
  readonly load: number;
  /** `normal`; `lowering`: sessions that nobody follows are recorded on demand; `full`: new ones are refused too. */
  readonly state: 'normal' | 'lowering' | 'full';
  /** Sessions recorded on demand though they are set otherwise, and new ones that were refused since the start. */
  readonly lowered: number;
  readonly refused: number;
}

/**
 * Keeps a process that records from more work than it can do, by how busy its event loop is. First sessions that nobody follows are lowered: what they
 * send is recorded as before, but not decoded (`LiveSession.lower`), which is a small part of the work; new ones begin so. Then new ones are refused, with
 * `UNAVAILABLE`. Sessions that run, and recorders that come back after a cut, are never sent away. A single session is left as it is, whatever the load.
 *
 * @example
 * ```ts
 * const overload = new Overload(sessions, log, { loadLimit: 0.9 });
 * overload.admit('every-frame');
 * ```
 */
export class Overload {
  readonly #sessions: ReadonlyMap<string, LiveSession>;
  readonly #log: Logger;
  readonly #limit: number;
  readonly #calmMs: number;
  readonly #timer: NodeJS.Timeout | undefined;
  #last: EventLoopUtilization = performance.eventLoopUtilization();
  #load = 0;
  /** What sessions opened lately are taken to add to the load. */
  #coming = 0;
  #state: OverloadFigures['state'] = 'normal';
  #refused = 0;
  /** Since when it is calm, ms; null while it is not. */
  #calmSince: number | null = null;

  /** `options` null: nothing is ever lowered or refused. Throws `ARGUMENT_INVALID` for a limit that makes no sense. */
  constructor(sessions: ReadonlyMap<string, LiveSession>, log: Logger, options: OverloadOptions | null = {}) {
    const { loadLimit = LOAD_LIMIT, calmMs = CALM_MS, everyMs = EVERY } = options ?? {};
    if (!(loadLimit >= 0.1 && loadLimit <= 0.99))
      throw new SgapsError('ARGUMENT_INVALID', `\`loadLimit\` is ${loadLimit}; 0.1 … 0.99 is allowed, null for no limit.`);
    this.#sessions = sessions;
    this.#log = log;
    this.#limit = loadLimit;
    this.#calmMs = calmMs;
    this.#timer = options ? setInterval(() => this.#look(), everyMs).unref() : undefined;
  }

  get figures(): OverloadFigures {
    let lowered = 0;
    for (const session of this.#sessions.values()) if (session.lowered) lowered++;
    return { load: this.#load, state: this.#state, lowered, refused: this.#refused };
  }

  /** True where new sessions are to begin lowered. */
  get lowers(): boolean {
    return this.#isCrowded && this.#load + this.#coming > this.#limit - LOWER_BELOW;
  }

  /** True where new sessions are refused. */
  get full(): boolean {
    return this.#isCrowded && (this.#state === 'full' || this.#load + this.#coming > this.#limit);
  }

  /** Counts a new session of that cadence in. Throws `UNAVAILABLE` where there is no room for it. */
  admit(cadence: Cadence = 'every-frame'): void {
    if (this.full) {
      this.#refused++;
      const { size } = this.#sessions;
      const [load, limit] = [this.#load, this.#limit].map((part) => Math.round(100 * part));
      throw new SgapsError(
        'UNAVAILABLE',
        `This server is full: ${size} sessions keep it ${load} % busy, and above ${limit} % no more are taken. Try again later, or on another server.`,
      );
    }
    this.#coming += this.lowers || cadence === 'on-demand' ? COST_ON_DEMAND : COST;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** One session is what a server is for, and what the load of a process with fewer comes from is none of theirs. */
  get #isCrowded(): boolean {
    return this.#timer !== undefined && this.#sessions.size > 1;
  }

  #look(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#last);
    this.#last = now;
    this.#load += NEWEST * (utilization - this.#load);
    this.#coming *= 1 - NEWEST;
    this.#enter(this.#stateNow());
    if (this.#state !== 'normal') this.#lower();
    else this.#restore(performance.now());
  }

  #stateNow(): OverloadFigures['state'] {
    if (!this.#isCrowded) return 'normal';
    const most = this.#limit - (this.#state === 'full' ? OPEN_BELOW : 0);
    if (this.#load > most) return 'full';
    return this.#load > this.#limit - LOWER_BELOW ? 'lowering' : 'normal';
  }

  #enter(state: OverloadFigures['state']): void {
    if (state === this.#state) return;
    const before = this.#state;
    this.#state = state;
    const { load, lowered, refused } = this.figures;
    const what = { sessions: this.#sessions.size, load: Math.round(100 * load) / 100, lowered, refused, before };
    if (state === 'normal') this.#log.info(what, 'load is normal again');
    else this.#log.warn(what, state === 'full' ? 'server full: new sessions are refused' : 'server busy: sessions are lowered');
  }

  #lower(): void {
    this.#calmSince = null;
    const lowerable = [...this.#sessions.values()].filter((session) => session.lowerable);
    for (const session of lowerable.slice(0, Math.ceil(PART * lowerable.length))) session.lower();
  }

  #restore(now: number): void {
    const isCalm = this.#load + this.#coming < this.#limit - RESTORE_BELOW;
    if (!isCalm) this.#calmSince = null;
    else this.#calmSince ??= now;
    if (this.#calmSince === null || now - this.#calmSince < this.#calmMs) return;
    for (const session of this.#sessions.values()) {
      if (!session.lowered) continue;
      session.restore();
      this.#coming += COST;
      this.#calmSince = now - this.#calmMs + Math.min(RESTORE_EVERY, this.#calmMs);
      return;
    }
  }
}
