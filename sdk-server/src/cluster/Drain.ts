import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';

/** ms between two looks at whether all have gone. */
const LOOK_EVERY = 100;
/** ms that recorders get to go on elsewhere once they are told to. */
const HAND_OVER_WITHIN = 15_000;

/**
 * What a drain works with.
 *
 * @example
 * ```ts
 * const parts: DrainParts = { begin: () => undefined, sessions: () => sessions.size, handOver: () => sessions.size, within: 300_000, log };
 * ```
 */
export interface DrainParts {
  /** Lets no new sessions in. */
  begin(): void;
  /** Sessions that are still recorded here. */
  sessions(): number;
  /** Tells each recorder to go on elsewhere; how many were told. */
  handOver(): number;
  /** ms that sessions may go on, where whoever drains does not say. */
  readonly within: number;
  readonly log: Logger;
}

/**
 * Empties a process that is to stop: sessions go on until they end or the time is over; those that are left are handed over to other processes.
 *
 * @example
 * ```ts
 * const drain = new Drain(parts);
 * await drain.run();
 * await server.close();
 * ```
 */
export class Drain {
  #running: { over: boolean; readonly done: Promise<void> } | null = null;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(private readonly parts: DrainParts) {
    const { within } = parts;
    if (!(within >= 0)) throw new SgapsError('ARGUMENT_INVALID', `\`drainWithin\` is ${within}, it must be ms of at least 0.`);
  }

  /** ms until those that are left are handed over; null while it does not run. */
  get left(): number | null {
    return this.#running ? Math.max(0, this.#deadline - performance.now()) : null;
  }

  /** Resolves when nothing is recorded here any more, or cannot be handed over. Called again, the shorter time counts. */
  run(within = this.parts.within): Promise<void> {
    if (!(within >= 0)) throw new SgapsError('ARGUMENT_INVALID', `A drain within ${within} ms: it must be at least 0.`);
    this.#deadline = Math.min(this.#running ? this.#deadline : Number.POSITIVE_INFINITY, performance.now() + within);
    if (!this.#running) {
      const running = { over: false, done: Promise.resolve() };
      this.#running = Object.assign(running, { done: this.#run(running) });
    }
    return this.#running.done;
  }

  /** Waits for nothing any more, since the server ends or goes on. */
  stop(): void {
    if (this.#running) this.#running.over = true;
    this.#running = null;
  }

  async #run(running: { readonly over: boolean }): Promise<void> {
    const { begin, sessions, handOver, log } = this.parts;
    begin();
    log.info({ sessions: sessions() }, 'draining: no new sessions');
    const empty = async (until: () => number): Promise<boolean> => {
      while (sessions() > 0 && performance.now() < until() && !running.over) await wait(LOOK_EVERY);
      return sessions() === 0 || running.over;
    };
    if (await empty(() => this.#deadline)) return;
    const told = handOver();
    log.info({ sessions: sessions(), told }, told > 0 ? 'sessions go on elsewhere' : 'nobody is there to take sessions over');
    if (told === 0) return;
    const end = performance.now() + HAND_OVER_WITHIN;
    if (!(await empty(() => end))) log.warn({ sessions: sessions() }, 'sessions that did not go on elsewhere');
  }
}
