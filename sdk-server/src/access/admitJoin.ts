import type { AuthContext } from '@colyseus/core';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { toServerError } from '../rooms/errors.js';
import { assertRecorderOrigin, type JoinOrigin, joinOrigin } from '../rooms/origins.js';
import type { Access } from './Access.js';
import { clientOf } from './ClientLimits.js';
import type { Grant } from './Grant.js';
import { identifyAll } from './identifyAll.js';
import { Visitor } from './Visitor.js';

/**
 * Who joins a room, as it is known to the room: plain values, since the room may be in another process.
 *
 * @example
 * ```ts
 * const { grants, client }: JoinAuth = recorder.auth;
 * ```
 */
export interface JoinAuth extends JoinOrigin {
  readonly grants: readonly Grant[];
  readonly address: string;
  /** Who limits count for. */
  readonly client: string;
}

/**
 * Lets somebody who joins a room in, as far as that can be told without knowing the room: to record needs a token or key for the game; to watch one that may
 * watch something, and the room looks at the rest. Rejects with Colyseus' error.
 *
 * @example
 * ```ts
 * static override onAuth = (_token: string, options: unknown, context: AuthContext) => admitJoin(access, options, context);
 * ```
 */
export async function admitJoin(access: Access, options: unknown, context: AuthContext): Promise<JoinAuth> {
  const address = context.ip ?? '';
  const { role, game } = (typeof options === 'object' && options !== null ? options : {}) as Record<string, unknown>;
  let visitor: Visitor | null = null;
  try {
    if (role !== 'record' && role !== 'watch') throw new SgapsError('ARGUMENT_INVALID', "role must be 'record' or 'watch'.");
    access.limits.join(clientOf(null, address));
    const from = joinOrigin(context);
    if (role === 'record') assertRecorderOrigin(from, access.recordOrigins);
    visitor = await identifyAll(access, (name) => context.headers.get(name), { address });
    const grant = visitor.require(role === 'record' && typeof game === 'string' ? { scope: role, game } : { scope: role });
    const client = clientOf(grant, address);
    if (grant.id.startsWith('token:')) access.limits.join(client);
    if (role === 'record') access.limits.assertRoomFor(client);
    return { ...from, grants: visitor.grants, address, client };
  } catch (error) {
    if (isSgapsError(error) && error.code === 'UNAUTHORIZED') {
      access.audit.refused(
        visitor?.actorFor() ?? { actor: 'nobody', address, requestId: '' },
        `join ${String(role)}`,
        error.message,
      );
      throw toServerError(slowed(access, address, error));
    }
    throw toServerError(error);
  }
}

/** The one who joined, as it was when it was let in. */
export function visitorWith({ grants, address }: JoinAuth): Visitor {
  return new Visitor(grants, null, address, '');
}

/** What one is told who is refused too often. */
function slowed(access: Access, address: string, error: SgapsError): unknown {
  try {
    access.limits.refused(address);
    return error;
  } catch (tooMuch) {
    return tooMuch;
  }
}
