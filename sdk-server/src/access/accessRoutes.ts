import { isRecordingId, SgapsError } from '@sgaps/protocol';
import { type CookieOptions, json, type Request, type Response, Router } from 'express';
import { readAge } from '../archive/age.js';
import { bodyErrors } from '../http/respond.js';
import type { ReplayServices } from '../rooms/ReplayServices.js';
import type { AuditQuery } from '../storage/catalog/index.js';
import { AccessError } from './AccessError.js';
import { cookiesOf, LOGIN_COOKIE, MOST_SHARES, SHARE_COOKIE } from './credentials.js';
import { publicKey } from './GameKeys.js';
import { covers, type Grant } from './Grant.js';
import { SHARE_QUERY, shareAddress } from './share.js';
import type { MadeToken, TokenClaims } from './Tokens.js';
import { visitorOf } from './Visitor.js';

/** ms that tokens and share links hold where nothing is said. */
const USUAL_LIFE = 7 * 86_400_000;
const USUAL_SHARE = 86_400_000;
/** Entries of the audit log in one answer. */
const MOST_ENTRIES = 500;

/**
 * Who one is, logging in and out, tokens, share links, keys of games and the audit log: `/api/access`, `/api/login`, `/api/logout`, `/api/tokens`,
 * `/api/recordings/:id/share`, `/api/keys`, `/api/audit`.
 *
 * @example
 * ```ts
 * app.use('/api', accessRoutes(services));
 * ```
 */
export function accessRoutes({ access, catalog }: Pick<ReplayServices, 'access' | 'catalog'>): Router {
  const router = Router();
  const body = json({ limit: '16kb' });

  router.get('/access', (_request, response) => {
    const { grants } = visitorOf(response);
    const first = grants.find(({ scope }) => scope === 'admin') ?? grants.find(({ scope }) => scope === 'watch') ?? grants[0];
    noStore(response).json({ required: access.required, ...(first ? grantOf(first) : { scope: null }) });
  });

  router.post('/login', body, async (request, response) => {
    const { token } = fieldsOf(request);
    if (typeof token !== 'string') throw new SgapsError('ARGUMENT_INVALID', 'Log in with { "token": "…" }.');
    const visitor = visitorOf(response);
    const grant = await access.identify(token.trim());
    if (!covers(grant, { scope: 'watch' }))
      throw AccessError.notCovered('This token records; to log in takes one that may watch.');
    if (access.required) response.cookie(LOGIN_COOKIE, token.trim(), cookieOptions(request, grant));
    const { address, requestId } = visitor;
    access.audit.note({ actor: actorOf(grant), address, requestId }, 'login', grant.scope);
    noStore(response).json({ required: access.required, ...grantOf(grant) });
  });

  router.post('/logout', (request, response) => {
    for (const name of cookiesOf((header) => request.get(header)).keys()) response.clearCookie(name, { path: '/' });
    response.status(204).end();
  });

  router.post('/tokens', body, async (request, response) => {
    const { scope, games, recording, subject, expires } = fieldsOf(request);
    const claims = {
      scope,
      games: games ?? '*',
      recording: recording ?? null,
      subject: subject ?? null,
      expiresIn: lifeOf(expires, USUAL_LIFE),
    };
    // What does not make sense among these is refused by what makes the token.
    const made = await access.signing.create(claims as TokenClaims);
    noteToken(response, 'token.create', made);
    noStore(response)
      .status(201)
      .json({ token: made.token, ...grantOf(made.grant) });
  });

  router.post('/recordings/:id/share', body, async (request, response) => {
    const { id } = request.params;
    if (typeof id !== 'string' || !isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'That is no recording id.');
    if (!(await catalog.get(id))) throw new SgapsError('NOT_FOUND', `There is no recording ${id}.`);
    const { expires } = fieldsOf(request);
    const made = await access.signing.create({ scope: 'watch', recording: id, expiresIn: lifeOf(expires, USUAL_SHARE) });
    noteToken(response, 'share.create', made);
    const url = shareAddress(`${request.protocol}://${request.get('host')}`, id, made.token);
    noStore(response).status(201).json({ url, token: made.token, expiresAt: made.grant.expiresAt });
  });

  router.get('/keys', async (request, response) => {
    const { game } = request.query;
    const rows = await access.keys.list(typeof game === 'string' ? { game } : {});
    noStore(response).json({ items: rows.map(publicKey) });
  });

  router.post('/keys', body, async (request, response) => {
    const { game, label = '', expires } = fieldsOf(request);
    if (typeof game !== 'string' || typeof label !== 'string')
      throw new SgapsError('ARGUMENT_INVALID', 'A key is made with { "game": "…", "label": "…", "expires": "90d" }.');
    const expiresIn = expires === undefined ? undefined : lifeOf(expires, USUAL_LIFE);
    const { key, row } = await access.keys.create({ game, label, expiresIn });
    access.audit.note(visitorOf(response).actorFor({ scope: 'admin' }), 'key.create', row.id, { game });
    noStore(response)
      .status(201)
      .json({ key, ...publicKey(row) });
  });

  router.delete('/keys/:id', async (request, response) => {
    const id = String(request.params.id).slice(0, 64);
    if (!(await access.keys.revoke(id))) throw new SgapsError('NOT_FOUND', `There is no key ${id} that is good still.`);
    access.audit.note(visitorOf(response).actorFor({ scope: 'admin' }), 'key.revoke', id);
    response.status(204).end();
  });

  router.get('/audit', async (request, response) => {
    noStore(response).json({ items: await access.audit.list(auditQuery(request)) });
  });

  router.use(bodyErrors);
  return router;

  function noteToken(response: Response, action: string, { grant }: MadeToken): void {
    const { scope, games, recording, subject, expiresAt } = grant;
    const detail = {
      scope,
      games: games === '*' ? 'all' : games.join(', '),
      ...(recording && { recording }),
      ...(subject && { subject }),
    };
    const expires = expiresAt === null ? 'never' : new Date(expiresAt).toISOString();
    const actor = visitorOf(response).actorFor({ scope: 'admin' });
    access.audit.note(actor, action, recording ?? grant.id, { ...detail, expires, token: grant.id });
  }
}

/**
 * Takes a share link's token out of the address and gives it to the browser as a cookie. One that does not hold is taken out as well: the page says then
 * what is missing.
 *
 * @example
 * ```ts
 * app.get(['/session/:id', '/dashboard/player'], shareLinks(services));
 * ```
 */
export function shareLinks({ access }: Pick<ReplayServices, 'access'>) {
  return async (request: Request, response: Response, next: (error?: unknown) => void): Promise<void> => {
    const token = request.query[SHARE_QUERY];
    if (token === undefined) return next();
    const url = new URL(request.originalUrl, 'http://server');
    url.searchParams.delete(SHARE_QUERY);
    if (typeof token === 'string') await keep(token, request, response);
    // Below this server whatever was asked for: an address with two slashes before it is another server's.
    noStore(response).redirect(303, url.pathname.replace(/^\/+/, '/') + url.search);
  };

  async function keep(token: string, request: Request, response: Response): Promise<void> {
    const visitor = visitorOf(response);
    try {
      if (!access.required) return;
      const grant = await access.identify(token);
      // Nobody is logged in as somebody else by following a link.
      if (grant.scope !== 'watch' || grant.recording === null) throw AccessError.unknown('This is no token of a share link.');
      forgetOldest(request, response);
      response.cookie(SHARE_COOKIE + grant.recording, token, cookieOptions(request, grant));
      const { address, requestId } = visitor;
      access.audit.note({ actor: actorOf(grant), address, requestId }, 'share.open', grant.recording);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      access.audit.refused(visitor.actorFor(), 'share link', error.message);
      access.limits.refused(visitor.address);
    }
  }
}

function forgetOldest(request: Request, response: Response): void {
  const shares = [...cookiesOf((name) => request.get(name)).keys()].filter((name) => name.startsWith(SHARE_COOKIE));
  for (const name of shares.slice(0, Math.max(0, shares.length - MOST_SHARES + 1))) response.clearCookie(name, { path: '/' });
}

function cookieOptions({ secure }: Request, { expiresAt }: Grant): CookieOptions {
  const expires = expiresAt === null ? undefined : new Date(expiresAt);
  return { httpOnly: true, sameSite: 'strict', secure, path: '/', expires };
}

function grantOf({ scope, games, recording, subject, expiresAt }: Grant): Record<string, unknown> {
  return { scope, games, recording, subject, expiresAt };
}

function actorOf({ id, subject }: Grant): string {
  return subject === null ? id : `${id} ${subject}`;
}

function noStore(response: Response): Response {
  return response.setHeader('Cache-Control', 'no-store');
}

function fieldsOf({ body }: Request): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

function lifeOf(expires: unknown, usual: number): number {
  if (expires === undefined) return usual;
  const life = typeof expires === 'string' ? readAge(expires) : null;
  if (life === null || life <= 0)
    throw new SgapsError('ARGUMENT_INVALID', 'expires must be a number with m, h, d or w behind it, as "7d".');
  return life;
}

function auditQuery({ query }: Request): AuditQuery {
  const number = (name: string, most: number): number | undefined => {
    if (query[name] === undefined) return undefined;
    const value = Number(query[name]);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new SgapsError('ARGUMENT_INVALID', `${name} must be a whole number from 1 to ${most}.`);
  };
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : undefined);
  return {
    limit: number('limit', MOST_ENTRIES),
    before: number('before', Number.MAX_SAFE_INTEGER),
    action: text('action'),
    actor: text('actor'),
  };
}
