import { dirname } from 'node:path';
import { isRecordingId, SgapsError } from '@sgaps/protocol';
import { json, type Request, Router } from 'express';
import { visitorOf } from '../access/Visitor.js';
import { ExportJobs, type ExportJobsOptions } from '../export/ExportJobs.js';
import { exportName } from '../export/exportName.js';
import { planExport } from '../export/exportPlan.js';
import { readExportRequest } from '../export/exportRequest.js';
import type { ReplayServices } from '../rooms/ReplayServices.js';
import { accepting } from '../watching/healthRoutes.js';
import { requestIdOf } from '../watching/watchRequests.js';
import { bodyErrors, sameOrigin } from './respond.js';

/** Seconds after which one may ask again where too many exports wait. */
const RETRY_AFTER = 30;
const TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.gif': 'image/gif',
  '.png': 'image/png',
  '.zip': 'application/zip',
  '.jsonl': 'application/x-ndjson',
  '.ply': 'application/octet-stream',
};

/**
 * `/api/recordings/:id/exports` and `/api/exports`: films, pictures and states of recordings, made beside the rooms and kept for an hour. `bytes`: what their files may take
 * in all, default 8 GiB; `stored`: the store that recordings are fetched from where they are not here, and what they may take here.
 *
 * @example
 * ```ts
 * app.use('/api', exportRoutes(services));
 * ```
 */
export function exportRoutes(
  { store, catalog, access, modelFolder, archiveModels: { names: archiveModels }, cluster, log }: ReplayServices,
  bytes?: number,
  stored: Pick<ExportJobsOptions, 'store' | 'localBytes'> = {},
): Router {
  const router = Router();
  // A data folder's recordings lie in its `recordings`.
  const data = dirname(dirname(store.filePath('any')));
  const freeBytes = async () => (await store.disk()).freeBytes;
  const jobs = new ExportJobs({
    data,
    modelFolder,
    archiveModels,
    log,
    accepting,
    freeBytes,
    bytes,
    ...stored,
    shared: cluster !== null,
  });

  store.onDelete((id) => jobs.removeOf(id));

  router.post('/recordings/:id/exports', sameOrigin, json({ limit: '16kb' }), async (request, response) => {
    const { id } = request.params;
    if (typeof id !== 'string' || !isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'That is no recording id.');
    const wanted = readExportRequest(request.body);
    const reader = await store.open(id);
    let name: string;
    try {
      const plan = planExport(reader, wanted);
      name = exportName(reader.header, plan);
      // What is downloaded is one file.
      if (plan.format === 'png' && !plan.single) name += '.zip';
    } finally {
      await reader.close();
    }
    const job = await jobs.start(id, wanted, name);
    if (job === null) {
      const message = 'Too many exports wait already; ask again later.';
      response
        .status(429)
        .setHeader('Retry-After', RETRY_AFTER)
        .json({ error: { code: 'LIMIT_EXCEEDED', message, requestId: requestIdOf(response) } });
      return;
    }
    access.audit.note(visitorOf(response).actorFor({ scope: 'watch', recording: id }), 'recording.export', id, {
      format: wanted.format,
      export: job,
    });
    response.status(202).location(`/api/exports/${job}`).json({ id: job });
  });

  // An export is seen by who may watch its recording.
  router.use('/exports/:id', async (request, response, next) => {
    const recording = jobs.recordingOf(request.params.id);
    if (recording === undefined) throw unknown(request);
    const row = await catalog.get(recording);
    visitorOf(response).require({ scope: 'watch', recording, game: row?.game });
    next();
  });

  router.get('/exports/:id', (request, response) => {
    const status = jobs.status(request.params.id);
    if (!status) throw unknown(request);
    response.setHeader('Cache-Control', 'no-store').json(status);
  });

  router.get('/exports/:id/file', async (request, response, next) => {
    const file = jobs.file(request.params.id);
    if (!file) {
      const status = jobs.status(request.params.id);
      if (!status) throw unknown(request);
      throw new SgapsError('OUT_OF_ORDER', status.state === 'running' ? 'This export is not done yet.' : 'This export failed.');
    }
    const { path, name, recordingId } = file;
    // Deleted by another program: what was made of it goes, too.
    if ((await catalog.get(recordingId)) === null) {
      await jobs.removeOf(recordingId);
      throw unknown(request);
    }
    response.attachment(name).type(TYPES[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream');
    response.sendFile(path, { dotfiles: 'allow', acceptRanges: true, cacheControl: false }, (error) => {
      if (!error) return;
      const gone = 'status' in error && error.status === 404;
      next(gone ? new SgapsError('NOT_FOUND', 'The file of this export is gone.') : error);
    });
  });

  router.delete('/exports/:id', sameOrigin, async (request, response) => {
    if (typeof request.params.id !== 'string' || !(await jobs.remove(request.params.id))) throw unknown(request);
    response.status(204).end();
  });

  router.use('/recordings/:id/exports', bodyErrors);
  return router;
}

function unknown(request: Request): SgapsError {
  return new SgapsError(
    'NOT_FOUND',
    `There is no export ${String(request.params.id).slice(0, 64)}; files are kept for an hour, or until newer ones need the room.`,
  );
}
