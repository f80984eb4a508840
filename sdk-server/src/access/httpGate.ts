import { isRecordingId, SgapsError } from '@sgaps/protocol';
import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import { sessionElsewhere } from '../cluster/sessionElsewhere.js';
import { sameOrigin } from '../http/respond.js';
import type { ReplayServices } from '../rooms/ReplayServices.js';
import type { Access } from './Access.js';
import { AccessError } from './AccessError.js';
import { clientOf } from './ClientLimits.js';
import { clientAddress } from './clientAddress.js';
import type { Scope } from './Grant.js';
import { identifyAll } from './identifyAll.js';
import { type Visitor, visitorOf } from './Visitor.js';

/** What a request is about: a recording or session of a game. */
interface Target {
  readonly game: string;
  readonly recording: string;
}

type FindTarget = (request: Request) => Promise<Target | null> | Target | null;

/**
 * Stands before all routes of the server and lets through who may. What no rule here names needs an admin: a route that is added is closed until somebody
 * says who it is for.
 *
 * @example
 * ```ts
 * app.use(httpGate(services));
 * ```
 */
export function httpGate({ access, catalog, sessions }: Pick<ReplayServices, 'access' | 'catalog' | 'sessions'>): Router {
  const recording: FindTarget = async ({ params: { id } }) => {
    if (typeof id !== 'string' || !isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'That is no recording id.');
    const row = await catalog.get(id);
    return row && { game: row.game, recording: id };
  };
  const session: FindTarget = async ({ params: { roomId } }) => {
    const header = sessions.get(String(roomId))?.writer.header ?? (await sessionElsewhere(String(roomId)));
    return header && { game: header.game, recording: header.recordingId };
  };

  const gate = Router();
  gate.use(visit(access));
  // The code of pages, and what tells whether the server is well. What pages show they ask for below.
  gate.get(['/', '/session/:id', '/assets/:name', '/dashboard/player', '/dashboard/player/*path'], open);
  gate.get(['/examples', '/examples/*path'], open);
  gate.get(['/healthz', '/readyz', '/api/access'], open);
  // Figures of all games: for who may watch all of them.
  gate.get('/metrics', needAll('watch'));
  gate.post(['/api/login', '/api/logout'], open);
  // These look at each of what they tell by themselves.
  gate.get(['/api/recordings', '/api/sessions', '/api/viewing'], need('watch'));
  gate.get('/api/sessions/:roomId/thumbnail', need('watch', session));
  gate.get(['/api/recordings/:id', '/api/recordings/:id/thumbnail', '/api/recordings/:id/download'], need('watch', recording));
  gate.post('/api/recordings/:id/exports', need('watch', recording));
  gate.get(['/api/exports/:id', '/api/exports/:id/file'], need('watch'));
  gate.delete('/api/exports/:id', need('watch'));
  gate.use((request, response, next) => (hasPassed(response) ? next() : need('admin')(request, response, next)));
  return gate;
}

/** Finds out who asks. */
function visit(access: Access): RequestHandler {
  return async (request, response, next) => {
    const address = clientAddress(request, access.trustProxy);
    access.limits.request(clientOf(null, address));
    const requestId = String(response.getHeader('X-Request-Id') ?? '');
    const visitor = await identifyAll(access, (name) => request.get(name), { address, requestId });
    response.locals.visitor = visitor;
    const [grant] = visitor.grants;
    if (access.required && grant) access.limits.request(clientOf(grant, address));
    // What a browser sends along of its own accord must not change anything for another page.
    if (['GET', 'HEAD'].includes(request.method)) next();
    else sameOrigin(request, response, next);
  };
}

const open: RequestHandler = (_request, response, next) => pass(response, next);

function need(scope: Scope, find?: FindTarget): RequestHandler {
  return async (request, response, next) => {
    const visitor = visitorOf(response);
    // Whoever may see nothing learns nothing, not even what there is.
    visitor.require({ scope });
    if (find) {
      const target = await find(request);
      if (target) visitor.require({ scope, ...target });
      else if (!visitor.mayAll(scope)) throw AccessError.notCovered('Your token is not for this.');
    }
    pass(response, next);
  };
}

function needAll(scope: Scope): RequestHandler {
  return (_request, response, next) => {
    const visitor = visitorOf(response);
    visitor.require({ scope });
    if (!visitor.mayAll(scope)) throw AccessError.notCovered('Your token is for some games only.');
    pass(response, next);
  };
}

/**
 * Notes who was refused, and slows down who tries on. It stands before what tells errors.
 *
 * @example
 * ```ts
 * app.use(tellRefusals(access));
 * ```
 */
export function tellRefusals(access: Access) {
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (!(error instanceof AccessError) || error.status === 429) return next(error);
    const { visitor } = response.locals as { readonly visitor?: Visitor };
    const actor = visitor?.actorFor() ?? { actor: 'nobody', address: clientAddress(request, access.trustProxy), requestId: '' };
    access.audit.refused(actor, `${request.method} ${request.path}`, error.message);
    try {
      access.limits.refused(actor.address);
      next(error);
    } catch (tooMany) {
      next(tooMany);
    }
  };
}

const hasPassed = (response: Response): boolean => response.locals.passed === true;

function pass(response: Response, next: NextFunction): void {
  response.locals.passed = true;
  // What is counted and logged is the route that answers. A folder has none.
  response.req.route = undefined;
  next();
}
