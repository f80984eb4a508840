import { createSecretKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { type Logger, pino } from 'pino';
import { type TokenClaims, Tokens } from '../access/Tokens.js';
import { openServices, type ReplayServices } from '../rooms/ReplayServices.js';
import { type ServerOptions, type SgapsServer, startServer } from '../startServer.js';

/** The secret of servers of tests. */
export const SECRET = 'a-secret-of-tests-with-more-than-thirty-two-bytes';
const HOUR = 3_600_000;
const tokens = new Tokens([SECRET]);

/** A token as such a server makes them. */
export async function tokenFor(scope: TokenClaims['scope'], claims: Partial<TokenClaims> = {}): Promise<string> {
  return (await tokens.create({ scope, expiresIn: HOUR, ...claims })).token;
}

/** One that expired an hour ago, or was signed by somebody else. */
export function brokenToken(kind: 'expired' | 'forged', scope = 'admin'): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const key = kind === 'forged' ? 'the-secret-of-somebody-else-with-enough-bytes' : SECRET;
  const exp = kind === 'expired' ? now - 3600 : now + 3600;
  return new SignJWT({ iss: 'sgaps', aud: 'sgaps', jti: 'broken', iat: now - 7200, exp, scope, games: '*' })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(createSecretKey(Buffer.from(key)));
}

/** A server with a secret, and what it opened. */
export interface SecuredServer {
  readonly server: SgapsServer;
  readonly services: ReplayServices;
  readonly data: string;
  close(): Promise<void>;
}

/** Starts a server with that secret on a free port, with no limits but those given. */
export async function startSecured(options: ServerOptions = {}, log: Logger = pino({ level: 'silent' })): Promise<SecuredServer> {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-secured-'));
  const limits = { requests: 0, joins: 0, refusals: 0, rooms: 0, sessionMs: 0, sessionBytes: 0 };
  const server = await startServer({ port: 0, host: '127.0.0.1', data, log, model: null, secret: SECRET, limits, ...options });
  return {
    server,
    services: await openServices({ data }),
    data,
    close: async () => {
      await server.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
