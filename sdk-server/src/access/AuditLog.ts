import type { Logger } from 'pino';
import type { AuditEntry, AuditQuery, AuditRow, AuditTable } from '../storage/catalog/index.js';

/** Who does something, and from where. */
export interface Actor {
  readonly actor: string;
  readonly address: string;
  readonly requestId: string;
}

/** ms between looks for entries that are old enough to go, and their age. */
const TRIM_EVERY = 86_400_000;
const KEEP = 365 * 86_400_000;
/** Refusals a minute that are kept one by one: nobody fills the disk by being refused. */
const MOST_REFUSED = 60;
const MINUTE = 60_000;

/**
 * Notes who did what, in the catalog and as a line of the log; never what they did it with.
 *
 * @example
 * ```ts
 * audit.note({ actor: 'token:a', address: '127.0.0.1', requestId: '' }, 'recording.delete', 'a1');
 * ```
 */
export class AuditLog {
  readonly #writing = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #refused = { since: Number.NEGATIVE_INFINITY, count: 0 };

  constructor(
    private readonly table: AuditTable,
    private readonly log: Logger,
  ) {
    this.#timer = setInterval(() => this.#trim(), TRIM_EVERY);
    this.#timer.unref();
    this.#trim();
  }

  /** An entry that cannot be kept is in the log all the same. */
  note({ actor, address, requestId }: Actor, action: string, target: string, detail: AuditEntry['detail'] = {}): void {
    const entry = { at: Date.now(), actor, action, target: target.slice(0, 200), detail, address, requestId };
    const { at: _, ...told } = entry;
    this.log.info({ audit: told }, action);
    this.#write(this.table.add(entry), `audit entry ${action} not kept`);
  }

  /** Somebody was refused; many of those are told as a number. */
  refused(who: Actor, target: string, why: string): void {
    const now = performance.now();
    if (now - this.#refused.since > MINUTE) {
      const more = this.#refused.count - MOST_REFUSED;
      this.#refused = { since: now, count: 0 };
      if (more > 0) this.note({ actor: 'nobody', address: '', requestId: '' }, 'access.refused', 'more', { times: more });
    }
    if (++this.#refused.count <= MOST_REFUSED) this.note(who, 'access.refused', target, { why });
  }

  list(query: AuditQuery): Promise<AuditRow[]> {
    return this.table.list(query);
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#writing);
  }

  #trim(): void {
    this.#write(this.table.trim(Date.now() - KEEP), 'old audit entries not removed');
  }

  #write(work: Promise<unknown>, failed: string): void {
    const done = work.then(
      () => undefined,
      (error: unknown) => this.log.error({ err: error }, failed),
    );
    this.#writing.add(done);
    void done.finally(() => this.#writing.delete(done));
  }
}
