import { SgapsError } from '@sgaps/protocol';

/**
 * When a replay room makes pictures. `every-frame`: of every frame as it comes. `every-nth`: of every nth, all frames being taken in.
 * `on-demand`: of none while nobody watches: packets are stored, what to ask next is planned from their digests; who comes to watch sees the newest
 * frame after at most a few seconds of decoding. What is recorded can be played in all three.
 *
 * @example
 * ```ts
 * const cadence: Cadence = 'on-demand';
 * ```
 */
export type Cadence = 'every-frame' | 'every-nth' | 'on-demand';

/**
 * The cadences, for messages and command lines.
 *
 * @example
 * ```ts
 * new Option('--cadence <name>').choices(CADENCES);
 * ```
 */
export const CADENCES: readonly Cadence[] = ['every-frame', 'every-nth', 'on-demand'];

/** `nth` where none is given. */
const NTH = 3;

/**
 * What a session loop is told of a cadence. Throws `ARGUMENT_INVALID` for one there is not, and for an `nth` that makes no sense.
 *
 * @example
 * ```ts
 * const loop = new SessionLoop({ ...loopCadence('every-nth', 3), shape, sink, clock });
 * ```
 */
export function loopCadence(cadence: Cadence, nth: number | undefined): { readonly nth: number; readonly onDemand: boolean } {
  if (!CADENCES.includes(cadence)) throw new SgapsError('ARGUMENT_INVALID', `No cadence is called '${cadence}'.`);
  const every = cadence === 'every-nth' ? (nth ?? NTH) : 1;
  if (!Number.isInteger(every) || every < 1 || every > 60)
    throw new SgapsError('ARGUMENT_INVALID', `Pictures of every ${every}th frame; 1 … 60 is allowed.`);
  return { nth: every, onDemand: cadence === 'on-demand' };
}
