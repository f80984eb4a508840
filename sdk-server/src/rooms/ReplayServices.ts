import type { Logger } from 'pino';
import { Access, type AccessOptions } from '../access/Access.js';
import { parseSecrets } from '../access/secrets.js';
import { ArchiveModels } from '../archive/ArchiveModels.js';
import { type CreateInferenceOptions, createInference, USUAL_MODEL } from '../inference/createInference.js';
import type { InferenceService } from '../inference/InferenceService.js';
import { openModel } from '../inference/openModel.js';
import { UploadQueue } from '../storage/blobs/UploadQueue.js';
import { MIN_FREE_BYTES } from '../storage/files.js';
import { type Catalog, RecordingStore } from '../storage/index.js';
import { GameQuotas } from '../storage/quota/GameQuotas.js';
import { DiskWatch } from '../watching/DiskWatch.js';
import { watchInference } from '../watching/inferenceMetrics.js';
import { openLog } from '../watching/openLog.js';
import { ReadinessChecks } from '../watching/ReadinessChecks.js';
import { hide } from '../watching/Redaction.js';
import { watchServer } from '../watching/serverGauges.js';
import type { LiveSession } from './LiveSession.js';
import { Overload, type OverloadOptions } from './Overload.js';

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
  /** Who may do what, and how much. */
  readonly access: Access;
  /** Holds games to what they may take. */
  readonly quotas: GameQuotas;
  readonly log: Logger;
  /** Sessions recorded in this process, by room id. */
  readonly sessions: Map<string, LiveSession>;
  /** Lowers what sessions cost, and refuses new ones, while this process has more to do than it can. */
  readonly overload: Overload;
  /** Runs the model that fills in; null: frames are rebuilt by `diffusion`. */
  readonly inference: InferenceService | null;
  /** Where that model lies, for browsers that run it themselves; null without one. */
  readonly modelFolder: string | null;
  /** Decodes archives, and is given to browsers that do. */
  readonly archiveModels: ArchiveModels;
  /** Puts recordings into the store; null without one. */
  readonly uploads: UploadQueue | null;
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
  /** Store of recordings, `s3://…` or `file://…`; default: the local disk alone. Of the first to open the folder. */
  readonly store?: string;
  /** What recordings that are in it may take on the local disk as well, bytes. Of the first to open the folder. */
  readonly localBytes?: number;
  /** The model that fills in, `null` for none; default the usual one, where it is installed. Of the first to open the folder. */
  readonly model?: CreateInferenceOptions | null;
  /** Names or folders of archive models, beside those of `@sgaps/models`. Of the first to open the folder. */
  readonly archiveModels?: readonly string[];
  /** Who is let in. Of the first to open the folder. Default: everybody. */
  readonly access?: AccessOptions;
  /** False: only this machine can reach the server, so that clients are not limited unless `access` says so. Default true. */
  readonly exposed?: boolean;
  /** Default: pino on standard output, level `info`. */
  readonly log?: Logger;
  /** When this process has too much to do; null: never, whatever becomes of it. Of the first to open the folder. */
  readonly overload?: OverloadOptions | null;
}

/** ms that uploads get when a server closes: what is not stored by then is at the next start. */
const STORED_WITHIN = 10_000;

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
  const { store, access, sessions, uploads, inference, archiveModels, overload, readiness } = await services;
  readiness.close();
  overload.close();
  await Promise.all([...sessions.values()].map((session) => session.finish()));
  await uploads?.close(STORED_WITHIN);
  await access.close();
  await store.close();
  await inference?.close();
  await archiveModels.close();
  watchInference(null);
  watchServer(null);
}

async function open({
  data,
  database,
  store: address,
  localBytes,
  log = openLog('sgaps'),
  model = {},
  archiveModels = [],
  access = {},
  exposed = true,
  overload = {},
}: ServicesOptions): Promise<ReplayServices> {
  // Wrong secrets are told before anything is opened.
  hide(...parseSecrets(access.secret ?? ''), database, address);
  const store = await RecordingStore.open({ folder: data, database, store: address, localBytes, log });
  const inference = model && (await createInference(model, log));
  const modelFolder = inference && (await openModel(model?.model ?? USUAL_MODEL));
  const found = await store.recoverAll();
  for (const { id, status, error } of found) {
    if (error)
      log.warn(
        { err: error, recording: id, status },
        status === 'failed' ? 'recording not recovered' : 'recording not quite whole',
      );
  }
  const recovered = found.filter(({ status }) => status === 'recovered').length;
  if (recovered > 0) log.info({ recordings: recovered }, 'recovered recordings of a stopped server');
  const uploads = startUploads(store, log);
  const { catalog } = store;
  const sessions = new Map<string, LiveSession>();
  const overloaded = new Overload(sessions, log, overload);
  const readiness = new ReadinessChecks(log);
  const disk = new DiskWatch(() => store.disk(), MIN_FREE_BYTES);
  readiness.add('disk', () => disk.look(), { every: 2_000 });
  readiness.add('catalog', () => catalog.get('-').then(() => null));
  // A store that is away is told of, and not waited for: recordings stay here until it is back.
  if (uploads) readiness.add('store', () => failing(uploads), { every: 0, required: false });
  readiness.add('load', () => (overloaded.full ? 'It records as many sessions as it can.' : null), { every: 0 });
  await readiness.look();
  const services: ReplayServices = {
    ...{ store, catalog, log, sessions, uploads, inference, modelFolder, recovered, readiness, disk },
    overload: overloaded,
    archiveModels: new ArchiveModels({ models: archiveModels }),
    access: new Access(access, catalog, log, exposed),
    quotas: new GameQuotas(store, log),
  };
  watchInference(inference);
  watchServer(services);
  return services;
}

function failing({ figures }: UploadQueue): string | null {
  return figures.failing === null ? null : `It takes none of the ${figures.waiting} recordings that wait; the log says why.`;
}

/** Sessions do not wait for a store that is away: what is wrong with it is only told. */
function startUploads(store: RecordingStore, log: Logger): UploadQueue | null {
  const { copies, catalog } = store;
  if (!copies) return null;
  copies.blobs.check().then(
    () => log.info({ store: copies.blobs.place }, 'store found'),
    (error: unknown) =>
      log.error({ err: error, store: copies.blobs.place }, 'store not usable: recordings stay here until it is'),
  );
  const { folder } = copies;
  const uploads = new UploadQueue({ folder, catalog, copies, log, isOpen: (id) => store.writer(id) !== undefined });
  store.onFinished((id) => uploads.add(id));
  store.onDelete((id) => uploads.delete(id));
  void copies.makeRoom();
  return uploads;
}
