import { isRecordingId, SgapsError } from '@sgaps/protocol';
import { type Request, type Response, Router } from 'express';
import { visitorOf } from '../access/Visitor.js';
import type { ReplayServices } from '../rooms/ReplayServices.js';
import type { CatalogQuery, RecordingRow, RecordingStore } from '../storage/index.js';
import { requestIdOf } from '../watching/watchRequests.js';
import { sameOrigin } from './respond.js';

const STATUSES = ['recording', 'finished', 'recovered', 'failed'] as const;

/**
 * `/api/recordings`: list, metadata, download (range), thumbnail (also near a `time`, seconds), delete.
 *
 * @example
 * ```ts
 * app.use('/api/recordings', recordingRoutes(services));
 * ```
 */
export function recordingRoutes({ store, catalog, access, log }: ReplayServices): Router {
  const router = Router();

  router.get('/', async (request, response) => {
    const { items, total } = await catalog.list({
      status: oneOf(request, 'status', STATUSES),
      order: oneOf(request, 'order', ['newest', 'oldest'] as const),
      game: textOf(request, 'game'),
      search: textOf(request, 'search'),
      archived: flagOf(request, 'archived'),
      limit: integerOf(request, 'limit', 1, 500),
      offset: integerOf(request, 'offset', 0, 1_000_000_000),
      within: visibleTo(response),
    });
    response.json({ items: items.map((row) => toldTo(response, row)), total });
  });

  router.get('/:id', async (request, response) => {
    const row = await rowOf(request);
    // A session that was handed over, or whose server died, is several recordings.
    const { items } = await catalog.list({ continues: row.id, order: 'oldest', limit: 1 });
    response.json({ ...toldTo(response, row), continuedBy: items[0]?.id ?? null });
  });

  router.get('/:id/download', async (request, response, next) => {
    const row = await rowOf(request);
    if (await store.isRecording(row)) {
      throw new SgapsError('OUT_OF_ORDER', 'This session is still being recorded; download it when it has ended.');
    }
    await store.ensureLocal(row.id);
    // A player reads a recording by many ranges: its beginning is once.
    if (/^bytes=(?!0-)/.test(request.headers.range ?? '') === false)
      access.audit.note(visitorOf(response).actorFor({ scope: 'watch', recording: row.id }), 'recording.download', row.id);
    const name = `${row.game.replace(/[^A-Za-z0-9._-]+/g, '-')}-${row.id.slice(0, 8)}.sgaps`;
    response.attachment(name).type('application/octet-stream');
    response.sendFile(store.filePath(row.id), { dotfiles: 'allow', acceptRanges: true, cacheControl: false }, (error) => {
      if (!error) return;
      const status = 'status' in error ? error.status : undefined;
      if (status === 416 && !response.headersSent) {
        const message = 'That range is not in the file.';
        response.status(416).json({ error: { code: 'ARGUMENT_INVALID', message, requestId: requestIdOf(response) } });
      } else next(status === 404 ? new SgapsError('NOT_FOUND', `The file of recording ${row.id} is gone.`) : error);
    });
  });

  router.get('/:id/thumbnail', async (request, response) => {
    const { id } = await rowOf(request);
    const time = secondsOf(request, 'time');
    const webp = (time === undefined ? null : await previewAt(store, id, 1000 * time)) ?? (await store.readPreview(id));
    if (!webp) throw new SgapsError('NOT_FOUND', `Recording ${id} has no picture.`);
    response.type('image/webp').setHeader('Cache-Control', 'private, max-age=60').send(Buffer.from(webp));
  });

  router.delete('/:id', sameOrigin, async (request, response) => {
    const row = await rowOf(request);
    const { id } = row;
    if (await store.isRecording(row)) {
      throw new SgapsError('OUT_OF_ORDER', 'This session is still being recorded; delete it when it has ended.');
    }
    await store.delete(id);
    log.info({ recording: id, request: requestIdOf(response) }, 'recording deleted');
    access.audit.note(visitorOf(response).actorFor({ scope: 'admin' }), 'recording.delete', id);
    response.status(204).end();
  });

  async function rowOf(request: Request): Promise<RecordingRow> {
    const { id } = request.params;
    if (typeof id !== 'string' || !isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'That is no recording id.');
    const row = await catalog.get(id);
    if (!row) throw new SgapsError('NOT_FOUND', `There is no recording ${id}.`);
    return row;
  }

  return router;
}

/** A row as a visitor may know it: why a recording is held is for admins. */
function toldTo(response: Response, row: RecordingRow): RecordingRow {
  return row.held === null || visitorOf(response).mayAll('admin') ? row : { ...row, held: null };
}

/** Of all recordings those that a visitor may see; undefined: all. */
function visibleTo(response: Response): CatalogQuery['within'] {
  const visitor = visitorOf(response);
  if (visitor.mayAll('watch')) return undefined;
  const grants = visitor.grants.filter(({ scope }) => scope !== 'record');
  return {
    games: grants.flatMap(({ games, recording }) => (recording === null && games !== '*' ? games : [])),
    ids: grants.flatMap(({ recording }) => recording ?? []),
  };
}

/** The picture that lies nearest before a time, ms; null where none does. */
async function previewAt(store: RecordingStore, id: string, time: number): Promise<Uint8Array | null> {
  const reader = await store.open(id);
  try {
    const { previews } = reader.index;
    const nearest = previews.findLast((made) => made <= time) ?? previews.at(0);
    return nearest === undefined ? null : ((await reader.nearestSnapshot(nearest))?.preview ?? null);
  } finally {
    await reader.close();
  }
}

function secondsOf(request: Request, name: string): number | undefined {
  const text = textOf(request, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new SgapsError('ARGUMENT_INVALID', `${name} must be seconds, 0 or more.`);
  return value;
}

function textOf(request: Request, name: string): string | undefined {
  const value = request.query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.length > 200) throw new SgapsError('ARGUMENT_INVALID', `${name} must be a short text.`);
  return value;
}

function integerOf(request: Request, name: string, least: number, most: number): number | undefined {
  const text = textOf(request, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new SgapsError('ARGUMENT_INVALID', `${name} must be a whole number from ${least} to ${most}.`);
  }
  return value;
}

function flagOf(request: Request, name: string): boolean | undefined {
  const value = oneOf(request, name, ['true', 'false'] as const);
  return value === undefined ? undefined : value === 'true';
}

function oneOf<T extends string>(request: Request, name: string, values: readonly T[]): T | undefined {
  const text = textOf(request, name);
  if (text === undefined) return undefined;
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new SgapsError('ARGUMENT_INVALID', `${name} must be one of ${values.join(', ')}.`);
  return value;
}
