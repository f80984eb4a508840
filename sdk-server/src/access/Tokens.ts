import { createSecretKey, type KeyObject, randomUUID } from 'node:crypto';
import { isRecordingId, SgapsError } from '@sgaps/protocol';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { AccessError } from './AccessError.js';
import { type Grant, SCOPES, type Scope } from './Grant.js';

const ISSUER = 'sgaps';
/** Who tokens are for: this server's HTTP and rooms; and its transport alone (tickets). */
const SERVER = 'sgaps';
const TRANSPORT = 'sgaps-viewing';
/** Characters of a token, and of the names in it: what is longer was not made here. */
const LONGEST = 2048;
const LONGEST_NAME = 128;
const MOST_GAMES = 64;
/** Seconds that clocks may be apart. */
const TOLERANCE = 5;
/** ms that a token holds at most: there is no calling one back. */
const LONGEST_LIFE = 400 * 86_400_000;

/**
 * What a token is made of.
 *
 * @example
 * ```ts
 * const claims: TokenClaims = { scope: 'watch', games: ['arena'], expiresIn: 7 * 86_400_000 };
 * ```
 */
export interface TokenClaims {
  readonly scope: Scope;
  /** Default all. */
  readonly games?: readonly string[] | '*';
  /** The only recording. */
  readonly recording?: string | null;
  readonly subject?: string | null;
  /** ms. */
  readonly expiresIn: number;
}

/**
 * A token that was made.
 *
 * @example
 * ```ts
 * const { token, grant }: MadeToken = await tokens.create({ scope: 'record', expiresIn: 3_600_000 });
 * ```
 */
export interface MadeToken {
  readonly token: string;
  readonly grant: Grant;
}

/**
 * Makes and checks tokens: JWTs signed with HS256. The first secret signs, all verify, so that a secret is changed without anybody being sent away.
 *
 * @example
 * ```ts
 * const tokens = new Tokens([process.env.SGAPS_SECRET]);
 * const { token } = await tokens.create({ scope: 'record', games: ['arena'], expiresIn: 3_600_000 });
 * const grant = await tokens.verify(token);
 * ```
 */
export class Tokens {
  readonly #keys: readonly KeyObject[];

  constructor(secrets: readonly string[]) {
    if (secrets.length === 0) throw new SgapsError('ARGUMENT_INVALID', 'Tokens need a secret: set SGAPS_SECRET.');
    this.#keys = secrets.map((secret) => createSecretKey(Buffer.from(secret, 'utf8')));
  }

  /** Throws `ARGUMENT_INVALID` for claims that make no sense. */
  async create(claims: TokenClaims): Promise<MadeToken> {
    assertClaims(claims);
    const { scope, games = '*', recording = null, subject = null, expiresIn } = claims;
    const now = Date.now();
    return this.#sign({ scope, games, recording, scene: null, subject }, SERVER, now + expiresIn);
  }

  /** A ticket to one scene of the transport, for as long as what it is given for holds. */
  async createTicket(scene: string, grant: Grant): Promise<string> {
    const until = grant.expiresAt ?? Date.now() + LONGEST_LIFE;
    const { subject } = grant;
    const ticket = { scope: 'watch' as const, games: '*' as const, recording: null, scene, subject };
    return (await this.#sign(ticket, TRANSPORT, until)).token;
  }

  /** Rejects with `AccessError` (401). `tickets`: those are good enough as well. */
  async verify(token: string, options: { readonly tickets?: boolean } = {}): Promise<Grant> {
    if (token.length > LONGEST) throw AccessError.unknown('This is no token of this server: it is too long.');
    const audience = options.tickets ? [SERVER, TRANSPORT] : SERVER;
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience,
          clockTolerance: TOLERANCE,
          requiredClaims: ['exp', 'iat', 'jti', 'scope'],
        });
        return readGrant(payload);
      } catch (error) {
        if (error instanceof errors.JWSSignatureVerificationFailed) continue;
        throw refusal(error);
      }
    }
    throw AccessError.unknown('This token was not signed by this server, or with a secret that it has no more.');
  }

  async #sign(granted: Omit<Grant, 'id' | 'expiresAt'>, audience: string, expiresAt: number): Promise<MadeToken> {
    const id = randomUUID();
    const seconds = Math.floor(expiresAt / 1000);
    const { scope, games, recording, scene, subject } = granted;
    const claims = { scope, games, ...(recording !== null && { recording }), ...(scene !== null && { scene }) };
    const jwt = new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setJti(id)
      .setIssuedAt()
      .setExpirationTime(seconds);
    if (subject !== null) jwt.setSubject(subject);
    const token = await jwt.sign(this.#keys[0]);
    if (token.length > LONGEST)
      throw new SgapsError('ARGUMENT_INVALID', 'A token holds fewer games: leave some out, or name none for all.');
    return { token, grant: { ...granted, id: `token:${id}`, expiresAt: 1000 * seconds } };
  }
}

/** The grant in a token's claims. Throws `AccessError` where they are not ours. */
export function readGrant(payload: JWTPayload): Grant {
  const { scope, games = '*', recording = null, scene = null, sub = null, jti, exp } = payload;
  const known = SCOPES.find((one) => one === scope);
  const wellFormed =
    isGames(games) &&
    (recording === null || isRecordingId(recording)) &&
    (scene === null || isName(scene, 200)) &&
    (sub === null || isName(sub)) &&
    isName(jti) &&
    typeof exp === 'number';
  if (known === undefined || !wellFormed) throw AccessError.unknown('This token holds what no token of this server does.');
  const limited = known === 'admin' && (games !== '*' || recording !== null);
  if (limited) throw AccessError.unknown('An admin token for some games only is none.');
  return { scope: known, games, recording, scene, subject: sub, id: `token:${jti}`, expiresAt: 1000 * exp };
}

function assertClaims({ scope, games = '*', recording = null, subject = null, expiresIn }: TokenClaims): void {
  const wrong = (message: string) => new SgapsError('ARGUMENT_INVALID', message);
  if (!SCOPES.includes(scope)) throw wrong(`scope must be one of ${SCOPES.join(', ')}.`);
  if (!isGames(games))
    throw wrong(`games must be 1 to ${MOST_GAMES} names of at most ${LONGEST_NAME} characters, or '*' for all.`);
  if (recording !== null && !isRecordingId(recording)) throw wrong('recording is no recording id.');
  if (recording !== null && scope !== 'watch') throw wrong('Only a token to watch is for one recording.');
  if (scope === 'admin' && games !== '*') throw wrong('An admin token is for all games: leave games out.');
  if (subject !== null && !isName(subject)) throw wrong(`subject must be 1 to ${LONGEST_NAME} characters.`);
  if (!(expiresIn >= 1000 && expiresIn <= LONGEST_LIFE)) throw wrong('A token holds for at least a second and at most 400 days.');
}

function isName(value: unknown, longest = LONGEST_NAME): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longest;
}

function isGames(value: unknown): value is readonly string[] | '*' {
  if (value === '*') return true;
  return Array.isArray(value) && value.length > 0 && value.length <= MOST_GAMES && value.every((game) => isName(game));
}

function refusal(error: unknown): unknown {
  if (error instanceof AccessError) return error;
  if (error instanceof errors.JWTExpired) return AccessError.unknown('This token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed)
    return AccessError.unknown(`This token is not for this server: its ${error.claim} is wrong.`);
  if (error instanceof errors.JOSEError || error instanceof TypeError)
    return AccessError.unknown('This is no token of this server.');
  return error;
}
