import type { Logger } from 'pino';
import type { Catalog } from '../storage/catalog/index.js';
import { AccessError } from './AccessError.js';
import { AuditLog } from './AuditLog.js';
import { ClientLimits, type LimitOptions, NO_LIMITS, USUAL_LIMITS } from './ClientLimits.js';
import { GameKeys, isGameKey } from './GameKeys.js';
import { type Grant, OPEN } from './Grant.js';
import { parseSecrets } from './secrets.js';
import { Tokens } from './Tokens.js';

/**
 * Who is let in, and how much each may do.
 *
 * @example
 * ```ts
 * const options: AccessOptions = { secret: process.env.SGAPS_SECRET, limits: { rooms: 4 } };
 * ```
 */
export interface AccessOptions {
  /** Secret that tokens are signed with, at least 32 bytes; several with commas between them: the first signs, all verify. Default none: everybody may do everything. */
  readonly secret?: string;
  /** What one client may do. Default: the usual limits where others than this machine can reach the server, else none. */
  readonly limits?: LimitOptions;
  /** Origins other than the server's own whose pages may record; `*` for all. Default all: a key or token is needed anyway where there is a secret. */
  readonly recordOrigins?: readonly string[];
  /** Proxies before the server, whose word on addresses (`X-Forwarded-For`) and schemes counts. Default 0. */
  readonly trustProxy?: number;
}

/**
 * Knows tokens and keys, limits and the audit log of one server.
 *
 * @example
 * ```ts
 * const access = new Access({ secret }, catalog, log);
 * const grant = await access.identify(token);
 * ```
 */
export class Access {
  /** Null: there is no secret, and everybody may do everything. */
  readonly tokens: Tokens | null;
  readonly keys: GameKeys;
  readonly audit: AuditLog;
  readonly limits: ClientLimits;
  readonly recordOrigins: readonly string[];
  readonly trustProxy: number;

  /** `exposed`: others than this machine can reach the server. Throws `ARGUMENT_INVALID` for a secret that is too short. */
  constructor(options: AccessOptions, catalog: Pick<Catalog, 'keys' | 'audit'>, log: Logger, exposed = true) {
    const { secret = '', limits, recordOrigins = ['*'], trustProxy = 0 } = options;
    const secrets = parseSecrets(secret);
    this.tokens = secrets.length > 0 ? new Tokens(secrets) : null;
    this.keys = new GameKeys(catalog.keys);
    this.audit = new AuditLog(catalog.audit, log);
    this.limits = new ClientLimits(limits, exposed ? USUAL_LIMITS : NO_LIMITS);
    this.recordOrigins = recordOrigins;
    this.trustProxy = trustProxy;
  }

  /** True where a token is needed. */
  get required(): boolean {
    return this.tokens !== null;
  }

  /** What a token or key is for; anything will do where none is needed. Rejects with `AccessError` (401). */
  async identify(credential: string): Promise<Grant> {
    if (!this.tokens) return OPEN;
    return isGameKey(credential) ? this.keys.verify(credential) : this.tokens.verify(credential);
  }

  /** Rejects with `AccessError` (401) where what was granted before is granted no more: its key was revoked. */
  async assertStillGood(grant: Grant): Promise<void> {
    if (grant.id.startsWith('key:')) await this.keys.assertStillGood(grant.id.slice('key:'.length));
  }

  /** The tokens, for what is there with a secret only. Throws `AccessError` (403). */
  get signing(): Tokens {
    if (this.tokens) return this.tokens;
    throw AccessError.notCovered('This server has no secret, and so no tokens: everybody who reaches it may do everything.');
  }

  async close(): Promise<void> {
    await this.audit.close();
  }
}
