import { SgapsError } from '@sgaps/protocol';
import type { Member } from './Members.js';

/**
 * Chooses the process that gets the next session: the least busy one that takes any. Sessions that it was given since it last told how many it has are counted
 * by whoever chose it.
 *
 * @example
 * ```ts
 * const chooser = new ProcessChooser();
 * const { processId } = chooser.choose(members.living);
 * ```
 */
export class ProcessChooser {
  /** For each process its signs of life that were the last when it was given a session. */
  readonly #given = new Map<string, number[]>();

  /** Of equals the first: this process itself. Throws `UNAVAILABLE` where none takes any. */
  choose(members: readonly Member[]): Member {
    let best: Member | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const member of members) {
      if (!member.accepting || member.processId === null) continue;
      const sessions = member.sessions + this.#recent(member).length;
      if (sessions >= least) continue;
      best = member;
      least = sessions;
    }
    if (!best)
      throw new SgapsError(
        'UNAVAILABLE',
        'No server process takes new sessions now: all are full, draining or short of disk. Try again later.',
      );
    this.#given.set(best.id, [...this.#recent(best), best.beat]);
    for (const id of this.#given.keys()) if (!members.some((member) => member.id === id)) this.#given.delete(id);
    return best;
  }

  /** Sessions it may not have counted itself: the sign of life that followed may have come before the session was there. */
  #recent({ id, beat }: Member): number[] {
    return (this.#given.get(id) ?? []).filter((given) => given >= beat - 1);
  }
}
