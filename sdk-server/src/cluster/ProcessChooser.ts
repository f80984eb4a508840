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
  /** For each process what it said of itself when it was given a session. */
  readonly #given = new Map<string, { readonly beat: number; readonly sessions: number }[]>();

  /** Of equals the first: this process itself. Throws `UNAVAILABLE` where none takes any. */
  choose(members: readonly Member[]): Member {
    let best: Member | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const member of members) {
      if (!member.accepting || member.processId === null) continue;
      const sessions = this.#expected(member);
      if (sessions >= least) continue;
      best = member;
      least = sessions;
    }
    if (!best)
      throw new SgapsError(
        'UNAVAILABLE',
        'No server process takes new sessions now: all are full, draining or short of disk. Try again later.',
      );
    this.#given.set(best.id, [...this.#recent(best), { beat: best.beat, sessions: best.sessions }]);
    for (const id of this.#given.keys()) if (!members.some((member) => member.id === id)) this.#given.delete(id);
    return best;
  }

  /** Sessions it has or is about to: what it says, unless it cannot have counted those yet that it was given. */
  #expected(member: Member): number {
    const recent = this.#recent(member);
    return recent.length === 0 ? member.sessions : Math.max(member.sessions, recent[0].sessions + recent.length);
  }

  /** What it was given since its last sign of life but one: that may have come before the session was there. */
  #recent({ id, beat }: Member) {
    return (this.#given.get(id) ?? []).filter((given) => given.beat >= beat - 1);
  }
}
