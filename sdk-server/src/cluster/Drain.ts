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
  #running: Promise<void> | null = null;
  #deadline = Number.POSITIVE_INFINITY;
  #hurried = false;

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
    this.#deadline = Math.min(this.#deadline, performance.now() + within);
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Waits for nothing any more. */
  hurry(): void {
    this.#hurried = true;
  }

  async #run(): Promise<void> {
    const { begin, sessions, handOver, log } = this.parts;
    begin();
    log.info({ sessions: sessions(), within: this.left }, 'draining: no new sessions');
    await this.#empty(() => this.#deadline);
    if (sessions() === 0 || this.#hurried) return;
    const told = handOver();
    log.info({ sessions: sessions(), handedOver: told }, 'sessions go on elsewhere');
    if (told === 0) return;
    const until = performance.now() + HAND_OVER_WITHIN;
    await this.#empty(() => until);
    if (sessions() > 0) log.warn({ sessions: sessions() }, 'sessions that did not go on elsewhere are ended');
  }

  async #empty(until: () => number): Promise<void> {
    while (this.parts.sessions() > 0 && performance.now() < until() && !this.#hurried) await wait(LOOK_EVERY);
  }
}
