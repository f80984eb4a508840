import type { Logger } from 'pino';
import { ArchiveModels } from '../archive/ArchiveModels.js';
import { type CreateInferenceOptions, createInference, USUAL_MODEL } from '../inference/createInference.js';
import type { InferenceService } from '../inference/InferenceService.js';
import { openModel } from '../inference/openModel.js';
import { MIN_FREE_BYTES } from '../storage/files.js';
import { type Catalog, RecordingStore } from '../storage/index.js';
import { DiskWatch } from '../watching/DiskWatch.js';
import { watchInference } from '../watching/inferenceMetrics.js';
import { openLog } from '../watching/openLog.js';
import { ReadinessChecks } from '../watching/ReadinessChecks.js';
import { hide } from '../watching/Redaction.js';
import { watchServer } from '../watching/serverGauges.js';
import type { LiveSession } from './LiveSession.js';

/**
 * What rooms and HTTP routes of one data folder share.
 *
 * @example
 * ```ts
 * const services = await openServices({ data: './.sgaps-data' });
 * ```
 */
export interface ReplayServices {
  readonly store: RecordingStore;
  readonly catalog: Catalog;
  readonly log: Logger;
  /** Sessions recorded in this process, by room id. */
  readonly sessions: Map<string, LiveSession>;
  /** Runs the model that fills in; null: frames are rebuilt by `diffusion`. */
  readonly inference: InferenceService | null;
  /** Where that model lies, for browsers that run it themselves; null without one. */
  readonly modelFolder: string | null;
  /** Decodes archives, and is given to browsers that do. */
  readonly archiveModels: ArchiveModels;
  /** Recordings that were recovered when the folder was opened. */
  readonly recovered: number;
  /** What must be well for sessions to be taken; parts of the server add their checks. */
  readonly readiness: ReadinessChecks;
  readonly disk: DiskWatch;
}

/**
 * Options of `openServices`.
 *
 * @example
 * ```ts
 * const options: ServicesOptions = { data: './.sgaps-data' };
 * ```
 */
export interface ServicesOptions {
  /** Folder of recordings and catalog; made when missing. */
  readonly data: string;
  /** PostgreSQL database of the catalog, `postgres://…`; default: SQLite, in `data`. Of the first to open the folder. */
  readonly database?: string;
  /** The model that fills in, `null` for none; default the usual one, where it is installed. Of the first to open the folder. */
  readonly model?: CreateInferenceOptions | null;
  /** Names or folders of archive models, beside those of `@sgaps/models`. Of the first to open the folder. */
  readonly archiveModels?: readonly string[];
  /** Default: pino on standard output, level `info`. */
  readonly log?: Logger;
}

const opened = new Map<string, Promise<ReplayServices>>();

/**
 * Opens a data folder once per process: recovers what a killed process left, opens the catalog. Later calls with the
 * same folder share the first one's. Rejects with `STORAGE_FAILED` when the folder cannot be used.
 *
 * @example
 * ```ts
 * const { store } = await openServices({ data: './.sgaps-data' });
 * ```
 */
export function openServices(options: ServicesOptions): Promise<ReplayServices> {
  const known = opened.get(options.data);
  if (known) return known;
  const services = open(options);
  opened.set(options.data, services);
  services.catch(() => opened.delete(options.data));
  return services;
}

/**
 * Finishes what is open in a data folder and forgets it.
 *
 * @example
 * ```ts
 * await closeServices('./.sgaps-data');
 * ```
 */
export async function closeServices(data: string): Promise<void> {
  const services = opened.get(data);
  if (!services) return;
  opened.delete(data);
  const { store, sessions, inference, archiveModels, readiness } = await services;
  readiness.close();
  await Promise.all([...sessions.values()].map((session) => session.finish()));
  await store.close();
  await inference?.close();
  await archiveModels.close();
  watchInference(null);
  watchServer(null);
}

async function open({
  data,
  database,
  log = openLog('sgaps'),
  model = {},
  archiveModels = [],
}: ServicesOptions): Promise<ReplayServices> {
  hide(database);
  const store = await RecordingStore.open({ folder: data, database });
  const inference = model && (await createInference(model, log));
  const modelFolder = inference && (await openModel(model?.model ?? USUAL_MODEL));
  const found = await store.recoverAll();
  for (const { id, status, error } of found) {
    if (error) log.warn({ err: error, recording: id, status }, status === 'failed' ? 'recording not recovered' : 'no thumbnail');
  }
  const recovered = found.filter(({ status }) => status === 'recovered').length;
  if (recovered > 0) log.info({ recordings: recovered }, 'recovered recordings of a stopped server');
  const { catalog } = store;
  const readiness = new ReadinessChecks(log);
  const disk = new DiskWatch(() => store.disk(), MIN_FREE_BYTES);
  readiness.add('disk', () => disk.look(), { every: 2_000 });
  readiness.add('catalog', () => catalog.get('-').then(() => null));
  await readiness.look();
  const services: ReplayServices = {
    ...{ store, catalog, log, sessions: new Map(), inference, modelFolder, recovered, readiness, disk },
    archiveModels: new ArchiveModels({ models: archiveModels }),
  };
  watchInference(inference);
  watchServer(services);
  return services;
}
