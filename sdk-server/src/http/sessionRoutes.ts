import { matchMaker } from '@colyseus/core';
import { SgapsError } from '@sgaps/protocol';
import { Router } from 'express';
import { visitorOf } from '../access/Visitor.js';
import type { ReplayRoom } from '../rooms/ReplayRoom.js';
import type { ReplayServices } from '../rooms/ReplayServices.js';

/**
 * A running session as `/api/sessions` lists it.
 *
 * @example
 * ```ts
 * const { items }: { items: RunningSession[] } = await (await fetch('/api/sessions')).json();
 * ```
 */
export interface RunningSession {
  readonly roomId: string;
  readonly recordingId: string;
  readonly game: string;
  readonly engine: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly fps: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly frames: number;
  /** Id of the process that records it. */
  readonly process: string;
}

/**
 * The sessions recorded in this process, as `/api/sessions` lists them.
 *
 * @example
 * ```ts
 * const items = runningSessions(services);
 * ```
 */
export function runningSessions({ sessions, processId }: Pick<ReplayServices, 'sessions' | 'processId'>): RunningSession[] {
  return [...sessions].map(([roomId, session]) => {
    const { recordingId, game, engine, startedAt } = session.writer.header;
    const { fps, bytesUp, bytesDown, frames } = session.figures();
    const figures = { durationMs: session.time, fps, bytesUp, bytesDown, frames };
    return { roomId, recordingId, game, engine, startedAt, ...figures, process: processId };
  });
}

/**
 * `/api/sessions`: the sessions recorded in this process and the others of its cluster, and a fresh picture of each. `silent`: processes that did not answer.
 *
 * @example
 * ```ts
 * app.use('/api/sessions', sessionRoutes(services));
 * ```
 */
export function sessionRoutes(services: ReplayServices): Router {
  const { sessions, cluster } = services;
  const router = Router();

  router.get('/', async (_request, response) => {
    const visitor = visitorOf(response);
    const running = runningSessions(services);
    const answers = (await cluster?.ask('sessions')) ?? [];
    for (const { answer } of answers) if (Array.isArray(answer)) running.push(...(answer as RunningSession[]));
    const silent = answers.filter(({ answer }) => !Array.isArray(answer)).map(({ member }) => member.id);
    const items = running.filter(({ game, recordingId: recording }) => visitor.may({ scope: 'watch', game, recording }));
    items.sort((a, b) => a.startedAt - b.startedAt);
    response.json({ items, total: items.length, silent });
  });

  router.get('/:roomId/thumbnail', async (request, response) => {
    const { roomId } = request.params;
    const here = sessions.get(roomId);
    const webp = here ? await here.previews.fresh(1000) : cluster && (await pictureFrom(roomId));
    if (!webp) throw new SgapsError('NOT_FOUND', 'No such session, or no picture of it yet.');
    response.type('image/webp').setHeader('Cache-Control', 'no-store').send(Buffer.from(webp));
  });

  return router;
}

/**
 * A picture of a session that another process records, by a message: it is small, processes need no way to each other but Redis, and who may see it is asked once.
 */
async function pictureFrom(roomId: string): Promise<Uint8Array | null> {
  // A room that nobody lists has no process that could answer.
  if (!(await matchMaker.getRoomById(roomId))) return null;
  const picture: unknown = await matchMaker.remoteRoomCall<ReplayRoom>(roomId, 'picture', []).catch(() => null);
  return typeof picture === 'string' ? Buffer.from(picture, 'base64') : null;
}
