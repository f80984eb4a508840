import { isSgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';

/**
 * Says why a part of the server is unwell, null where it is well. One that throws or rejects is unwell.
 *
 * @example
 * ```ts
 * const check: ReadinessCheck = async () => ((await redis.ping()) === 'PONG' ? null : 'Redis does not answer.');
 * ```
 */
export type ReadinessCheck = () => string | null | Promise<string | null>;

/**
 * How a check is looked at.
 *
 * @example
 * ```ts
 * const options: ReadinessOptions = { every: 10_000, within: 2_000 };
 * ```
 */
export interface ReadinessOptions {
  /** ms from one look to the next; default 5,000. 0: at each question, for checks that cost nothing and answer at once. */
  readonly every?: number;
  /** ms in which it must answer; default 3,000. */
  readonly within?: number;
  /** False for what is shown and does not keep sessions away; default true. */
  readonly required?: boolean;
}

/**
 * What a check said last.
 *
 * @example
 * ```ts
 * const { ok, why }: CheckState = readiness.report().checks.disk;
 * ```
 */
export interface CheckState {
  readonly ok: boolean;
  /** Why not; null where it is well. */
  readonly why: string | null;
  /** Whether no sessions are taken while it is unwell. */
  readonly required: boolean;
}

interface Check {
  readonly look: ReadinessCheck;
  readonly every: number;
  readonly within: number;
  readonly required: boolean;
  state: Omit<CheckState, 'required'>;
  timer: NodeJS.Timeout | undefined;
  /** A question that is not answered yet. */
  asked: Promise<string | null> | null;
  /** So that a look that was overtaken says nothing any more. */
  removed: boolean;
}

const UNKNOWN: Check['state'] = { ok: false, why: 'It has not been looked at yet.' };
const WELL: Check['state'] = { ok: true, why: null };

/**
 * Whether this server may be given sessions: named checks, looked at in the background, so that being asked costs nothing however often. Parts of the server, and your own, add theirs.
 *
 * @example
 * ```ts
 * const stop = server.readiness.add('redis', async () => ((await redis.ping()) === 'PONG' ? null : 'Redis does not answer.'));
 * ```
 */
export class ReadinessChecks {
  readonly #checks = new Map<string, Check>();
  readonly #log: Logger;
  #closed = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Adds a check, in place of one of that name; returns the way to take it out. It counts as unwell until it has answered. */
  add(name: string, look: ReadinessCheck, { every = 5_000, within = 3_000, required = true }: ReadinessOptions = {}): () => void {
    this.#remove(name);
    const check: Check = { look, every, within, required, state: UNKNOWN, timer: undefined, asked: null, removed: false };
    this.#checks.set(name, check);
    if (every > 0) void this.#keepLooking(name, check);
    return () => {
      if (this.#checks.get(name) === check) this.#remove(name);
    };
  }

  /** Whether all required checks are well. */
  get ready(): boolean {
    if (this.#closed) return false;
    for (const [name, check] of this.#checks) if (!this.#stateOf(name, check).ok && check.required) return false;
    return true;
  }

  /** What each check says. */
  report(): { readonly ready: boolean; readonly checks: Readonly<Record<string, CheckState>> } {
    const checks = Object.fromEntries(
      [...this.#checks].map(([name, check]) => [name, { ...this.#stateOf(name, check), required: check.required }]),
    );
    return { ready: !this.#closed && Object.values(checks).every(({ ok, required }) => ok || !required), checks };
  }

  /** Looks at all checks now, and waits for their answers. */
  async look(): Promise<void> {
    await Promise.all([...this.#checks].map(([name, check]) => this.#look(name, check)));
  }

  /** Looks no more: from now on the server is not ready. */
  close(): void {
    this.#closed = true;
    for (const name of [...this.#checks.keys()]) this.#remove(name);
  }

  #remove(name: string): void {
    const check = this.#checks.get(name);
    if (!check) return;
    check.removed = true;
    clearTimeout(check.timer);
    this.#checks.delete(name);
  }

  #stateOf(name: string, check: Check): Check['state'] {
    if (check.every > 0) return check.state;
    let said: string | null | Promise<string | null>;
    try {
      said = check.look();
      if (said instanceof Promise) throw new TypeError('a check that is looked at at each question may not be asynchronous');
    } catch (error) {
      said = this.#reasonOf(name, check, error);
    }
    return this.#note(name, check, said);
  }

  async #keepLooking(name: string, check: Check): Promise<void> {
    await this.#look(name, check);
    if (check.removed) return;
    check.timer = setTimeout(() => void this.#keepLooking(name, check), check.every);
    check.timer.unref();
  }

  async #look(name: string, check: Check): Promise<void> {
    if (check.every === 0) {
      this.#stateOf(name, check);
      return;
    }
    // One that hangs is not asked a second time: on a dead network disk each question would hold a thread.
    check.asked ??= Promise.resolve()
      .then(check.look)
      .catch((error: unknown) => this.#reasonOf(name, check, error))
      .finally(() => {
        check.asked = null;
      });
    let late: NodeJS.Timeout | undefined;
    const overdue = new Promise<string>((resolve) => {
      late = setTimeout(() => resolve(`It has not answered within ${check.within / 1000} s.`), check.within);
      late.unref();
    });
    const said = await Promise.race([check.asked, overdue]);
    clearTimeout(late);
    if (!check.removed) this.#note(name, check, said);
  }

  #note(name: string, check: Check, why: string | null): Check['state'] {
    const { state: before } = check;
    if (before.why !== why || before.ok !== (why === null)) check.state = why === null ? WELL : { ok: false, why };
    const changed = before.ok !== check.state.ok;
    // At the start all are unknown: that one is well then is no news.
    if (changed && check.state.ok && before !== UNKNOWN)
      this.#log.info({ check: name }, check.required ? 'ready again' : 'well again');
    else if (!check.state.ok && (changed || before === UNKNOWN)) {
      // What is looked at when asked is a state that the server is in, such as closing; all else is trouble.
      this.#log[check.every === 0 ? 'info' : 'warn']({ check: name, why }, check.required ? 'not ready' : 'unwell');
    }
    return check.state;
  }

  /** What strangers may read: what went wrong is for the log. */
  #reasonOf(name: string, { state }: Check, error: unknown): string {
    if (state.ok || state === UNKNOWN) this.#log.warn({ err: error, check: name }, 'a check failed');
    return `The check failed${isSgapsError(error) ? ` (${error.code})` : ''}; the log says why.`;
  }
}
