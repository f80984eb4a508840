import { isRecordingId, LIMITS, SgapsError } from '@sgaps/protocol';
import { json, type Request, type Response, Router } from 'express';
import { visitorOf } from '../access/Visitor.js';
import type { ReplayServices } from '../rooms/ReplayServices.js';
import type { AuditEntry, GameRow } from '../storage/index.js';
import { boundsForAudit } from '../storage/quota/boundsForAudit.js';
import { bodyErrors, sameOrigin } from './respond.js';

const BOUNDS = ['keepDays', 'keepBytes', 'keepRecordings', 'quotaBytes', 'quotaRecordings'] as const;

/**
 * What is kept: legal holds (`PATCH /api/recordings/:id`, `{ held }`), and what games may take and how long it stays (`/api/games`).
 *
 * @example
 * ```ts
 * app.use('/api', keepingRoutes(services));
 * ```
 */
export function keepingRoutes({ store, catalog, access }: ReplayServices): Router {
  const router = Router();
  const body = json({ limit: '16kb' });

  router.patch('/recordings/:id', sameOrigin, body, async (request, response) => {
    const { id } = request.params;
    if (!isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'That is no recording id.');
    const { held } = fieldsOf(request, ['held']);
    if (held !== null && typeof held !== 'string')
      throw new SgapsError('ARGUMENT_INVALID', 'held must be a text that says why, or null.');
    if (!(await store.hold(id, held))) throw new SgapsError('NOT_FOUND', `There is no recording ${id}.`);
    if (held === null) note(response, 'recording.release', id);
    else note(response, 'recording.hold', id, { reason: held });
    response.json(await catalog.get(id));
  });

  router.get('/games', async (_request, response) => {
    const items = await catalog.games.listWithUsage();
    response.json({ items, total: items.length });
  });

  router.patch('/games/:game', sameOrigin, body, async (request, response) => {
    const game = gameOf(request);
    const change = boundsOf(fieldsOf(request, BOUNDS));
    const row = await catalog.games.set({ game, ...change });
    note(response, 'game.set', game, boundsForAudit(change));
    response.json({ ...row, ...(await catalog.games.usage(game)) });
  });

  router.delete('/games/:game', sameOrigin, async (request, response) => {
    const game = gameOf(request);
    if (!(await catalog.games.delete(game))) throw new SgapsError('NOT_FOUND', `Nothing is said of a game ${game}.`);
    note(response, 'game.delete', game);
    response.status(204).end();
  });

  function note(response: Response, action: string, target: string, detail: AuditEntry['detail'] = {}): void {
    access.audit.note(visitorOf(response).actorFor({ scope: 'admin' }), action, target, detail);
  }

  router.use(['/recordings/:id', '/games/:game'], bodyErrors);
  return router;
}

function gameOf(request: Request): string {
  const { game } = request.params;
  if (typeof game !== 'string' || game.length > LIMITS.nameLength)
    throw new SgapsError('ARGUMENT_INVALID', `A game's name has at most ${LIMITS.nameLength} characters.`);
  return game;
}

function fieldsOf<Name extends string>(request: Request, names: readonly Name[]): Partial<Record<Name, unknown>> {
  const body: unknown = request.body;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const given = isObject ? Object.keys(body) : [];
  if (given.length === 0 || given.some((name) => !(names as readonly string[]).includes(name)))
    throw new SgapsError('ARGUMENT_INVALID', `The body must be a JSON object with: ${names.join(', ')}.`);
  return body as Partial<Record<Name, unknown>>;
}

function boundsOf(fields: Partial<Record<(typeof BOUNDS)[number], unknown>>): Partial<Omit<GameRow, 'game'>> {
  const bounds: Partial<Record<(typeof BOUNDS)[number], number | null>> = {};
  for (const name of BOUNDS) {
    const value = fields[name];
    if (value === undefined) continue;
    const isNumber = typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
    if (value !== null && !(isNumber && (name === 'keepDays' || Number.isInteger(value))))
      throw new SgapsError(
        'ARGUMENT_INVALID',
        `${name} must be ${name === 'keepDays' ? 'a number' : 'a whole number'} of 0 or more, or null.`,
      );
    bounds[name] = value;
  }
  return bounds;
}
