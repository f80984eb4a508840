import { SgapsError } from '@sgaps/protocol';
import { Router } from 'express';
import { visitorOf } from '../access/Visitor.js';
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
}

/**
 * `/api/sessions`: the sessions recorded in this process, and a fresh picture of each.
 *
 * @example
 * ```ts
 * app.use('/api/sessions', sessionRoutes(services));
 * ```
 */
export function sessionRoutes({ sessions }: ReplayServices): Router {
  const router = Router();

  router.get('/', (_request, response) => {
    const visitor = visitorOf(response);
    const items: RunningSession[] = [];
    for (const [roomId, session] of sessions) {
      const { recordingId, game, engine, startedAt } = session.writer.header;
      if (!visitor.may({ scope: 'watch', game, recording: recordingId })) continue;
      const { fps, bytesUp, bytesDown, frames } = session.figures();
      items.push({
        roomId,
        recordingId,
        game,
        engine,
        startedAt,
        durationMs: session.time,
        fps,
        bytesUp,
        bytesDown,
        frames,
      });
    }
    response.json({ items, total: items.length });
  });

  router.get('/:roomId/thumbnail', async (request, response) => {
    const webp = await sessions.get(request.params.roomId)?.previews.fresh(1000);
    if (!webp) throw new SgapsError('NOT_FOUND', 'No such session, or no picture of it yet.');
    response.type('image/webp').setHeader('Cache-Control', 'no-store').send(Buffer.from(webp));
  });

  return router;
}
