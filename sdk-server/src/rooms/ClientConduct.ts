import { isSgapsError } from '@sgaps/protocol';
import { ByteBudget } from './ByteBudget.js';
import { REPLAY_CLOSE } from './closeCodes.js';

/**
 * What a client can do wrong: packets of another version, malformed, too big, with frames that were there before, or going on
 * with a stream that was refused; too much at once; requests never answered.
 *
 * @example
 * ```ts
 * const offence: Offence = 'flood';
 * ```
 */
export type Offence = 'version' | 'malformed' | 'oversized' | 'order' | 'unsynchronised' | 'flood' | 'unanswered';

/** Points of each; a second of flooding or a long stretch without an answer weigh as much as five bad packets. */
const POINTS: Readonly<Record<Offence, number>> = {
  version: 1,
  malformed: 1,
  oversized: 1,
  order: 1,
  unsynchronised: 1,
  flood: 5,
  unanswered: 5,
};

/** ms after a warning in which more of the same is what was on its way already. */
const EXCUSED: Readonly<Partial<Record<Offence, number>>> = { unsynchronised: 2000, flood: 1000 };

const FORGIVE_EVERY = 30_000;

/**
 * Options of `ClientConduct`.
 *
 * @example
 * ```ts
 * const options: ConductOptions = { maxOffences: 20, maxMessages: 300 };
 * ```
 */
export interface ConductOptions {
  /** Points before the client is sent away; default 20. */
  readonly maxOffences?: number;
  /** Messages per second, mean, and at once; default 300. */
  readonly maxMessages?: number;
}

/**
 * Counts a client's offences and decides what they lead to: `tolerate` (say nothing), `warn` (tell it what was wrong) or
 * `disconnect`. Points are forgiven one by one, so that an hour's session may stumble now and then. Times are ms of a steady clock.
 *
 * @example
 * ```ts
 * const conduct = new ClientConduct();
 * if (!conduct.admits(now) && conduct.judge('flood', now) === 'disconnect') client.leave(closeCodeOf('flood'));
 * ```
 */
export class ClientConduct {
  readonly #most: number;
  readonly #messages: ByteBudget;
  #points = 0;
  #judgedAt = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;
  #gone = false;

  constructor(options: ConductOptions = {}) {
    this.#most = options.maxOffences ?? 20;
    const perSecond = options.maxMessages ?? 300;
    this.#messages = new ByteBudget({ perSecond, burst: perSecond });
  }

  /** Counts a message; false where it is one too many, or the client has been sent away. */
  admits(now: number): boolean {
    return !this.#gone && this.#messages.spend(1, now);
  }

  /** Takes an offence in. Once it said `disconnect` it tolerates the rest, which nobody reads any more. */
  judge(offence: Offence, now: number): 'tolerate' | 'warn' | 'disconnect' {
    if (this.#gone || now - this.#warnedAt < (EXCUSED[offence] ?? 0)) return 'tolerate';
    this.#points = Math.max(0, this.#points - (now - this.#judgedAt) / FORGIVE_EVERY) + POINTS[offence];
    this.#judgedAt = now;
    this.#warnedAt = now;
    // Forgiving is continuous: a count reached within the moment must not fall a hair short.
    this.#gone = Math.ceil(this.#points) >= this.#most;
    return this.#gone ? 'disconnect' : 'warn';
  }
}

/**
 * Which offence it is when a packet or message is refused with this error.
 *
 * @example
 * ```ts
 * conduct.judge(offenceOf(error), now);
 * ```
 */
export function offenceOf(error: unknown): Offence {
  if (!isSgapsError(error)) return 'malformed';
  if (error.code === 'VERSION_UNSUPPORTED') return 'version';
  if (error.code === 'LIMIT_EXCEEDED') return 'oversized';
  return error.code === 'OUT_OF_ORDER' ? 'order' : 'malformed';
}

/**
 * The code a connection is closed with because of this.
 *
 * @example
 * ```ts
 * client.leave(closeCodeOf('flood'), 'LIMIT_EXCEEDED');
 * ```
 */
export function closeCodeOf(offence: Offence): number {
  if (offence === 'flood') return REPLAY_CLOSE.flooding;
  return offence === 'unanswered' ? REPLAY_CLOSE.unanswered : REPLAY_CLOSE.misconduct;
}
