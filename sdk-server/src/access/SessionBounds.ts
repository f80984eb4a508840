import { SgapsError } from '@sgaps/protocol';
import type { Access } from './Access.js';
import { AccessError } from './AccessError.js';
import type { Grant } from './Grant.js';

/** ms between looks whether what somebody was let in with still holds. */
const LOOK_EVERY = 2000;

/**
 * Tells when a session that runs has to end: it took too long, or too many bytes, or the key that it was opened with was revoked.
 *
 * @example
 * ```ts
 * const bounds = new SessionBounds(access, grant);
 * const why = bounds.over({ time: session.time, bytes });
 * ```
 */
export class SessionBounds {
  #revoked: AccessError | null = null;
  #lookedAt = performance.now();

  constructor(
    private readonly access: Access,
    private readonly grant: Grant | undefined,
  ) {}

  /** Why it has to end; null while it may go on. To be asked now and then. */
  over({ time, bytes }: { readonly time: number; readonly bytes: number }): SgapsError | null {
    const most = this.access.limits.session;
    if (time > most.ms)
      return new SgapsError('LIMIT_EXCEEDED', `A session may take ${Math.round(most.ms / 60_000)} minutes: begin another.`);
    if (bytes > most.bytes) return new SgapsError('LIMIT_EXCEEDED', `A session may take ${most.bytes} bytes: begin another.`);
    this.#look();
    return this.#revoked;
  }

  #look(): void {
    const now = performance.now();
    if (!this.grant || now - this.#lookedAt < LOOK_EVERY) return;
    this.#lookedAt = now;
    this.access.assertStillGood(this.grant).catch((error: unknown) => {
      // A catalog that does not answer revokes nothing: what is being recorded is not lost for it.
      if (error instanceof AccessError) this.#revoked = error;
    });
  }
}
