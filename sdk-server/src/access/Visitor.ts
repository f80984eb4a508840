import type { Response } from 'express';
import { AccessError } from './AccessError.js';
import type { Actor } from './AuditLog.js';
import { covers, type Grant, type Wish } from './Grant.js';

/**
 * Whoever sent a request, and what it may do: all that its token and cookies are for.
 *
 * @example
 * ```ts
 * const visitor = visitorOf(response);
 * visitor.require({ scope: 'watch', game: 'arena', recording: 'a1' });
 * ```
 */
export class Visitor {
  constructor(
    readonly grants: readonly Grant[],
    /** Why what it came with does not hold; null where it came with nothing, or all holds. */
    private readonly refusal: AccessError | null,
    readonly address: string,
    readonly requestId: string,
  ) {}

  /** True where it may. */
  may(wish: Wish): boolean {
    return this.grants.some((grant) => covers(grant, wish));
  }

  /** True where it may see all of a kind: no game and no recording is kept from it. */
  mayAll(scope: Wish['scope']): boolean {
    return this.grants.some((grant) => covers(grant, { scope }) && grant.games === '*' && grant.recording === null);
  }

  /** The grant by which it may. Throws `AccessError`: 401 where nothing that holds came, 403 where it is for something else. */
  require(wish: Wish): Grant {
    const grant = this.grants.find((one) => covers(one, wish));
    if (grant) return grant;
    if (this.grants.length > 0) throw AccessError.notCovered(`Your token does not let you ${inWords(wish)}.`);
    throw this.refusal ?? AccessError.unknown('This needs a token. Log in, or send it as Authorization: Bearer TOKEN.');
  }

  /** For the audit log. */
  actorFor(wish?: Wish): Actor {
    const { address, requestId } = this;
    const grant = (wish && this.grants.find((one) => covers(one, wish))) ?? this.grants[0];
    const actor = grant ? [grant.id, grant.subject].filter((part) => part !== null).join(' ') : 'nobody';
    return { actor, address, requestId };
  }
}

/** The visitor that the gate found out about. */
export function visitorOf(response: Response): Visitor {
  const { visitor } = response.locals as { readonly visitor?: Visitor };
  // No route runs without the gate before it: to let everybody in where it is missing would be the worst way to find out.
  if (!visitor) throw new Error('A route was asked that no gate stands before.');
  return visitor;
}

function inWords({ scope, game, recording }: Wish): string {
  if (scope === 'admin') return 'do this: it needs one with the scope admin';
  const what = recording !== undefined ? `this recording` : game !== undefined ? `sessions of this game` : 'sessions';
  return `${scope} ${what}`;
}
