import { SgapsError, type SgapsErrorCode } from '@sgaps/protocol';

/**
 * Somebody may not do this, or not so often. `status` tells which, over HTTP and for a join: 401 without a token that holds, 403 where
 * the token is for something else, 429 for too much.
 *
 * @example
 * ```ts
 * throw AccessError.notCovered('This token is for other games.');
 * ```
 */
export class AccessError extends SgapsError {
  private constructor(
    code: SgapsErrorCode,
    message: string,
    readonly status: 401 | 403 | 429,
    /** Seconds after which another try may be let in; null where none will. */
    readonly retryAfter: number | null = null,
  ) {
    super(code, message);
  }

  /** No token, or one that does not hold. */
  static unknown(why: string): AccessError {
    return new AccessError('UNAUTHORIZED', why, 401);
  }

  /** A token that is for something else. */
  static notCovered(why: string): AccessError {
    return new AccessError('UNAUTHORIZED', why, 403);
  }

  /** More than a client may. */
  static tooMuch(what: string, retryAfter: number): AccessError {
    return new AccessError('LIMIT_EXCEEDED', `${what}; try again in ${retryAfter} s.`, 429, retryAfter);
  }
}
