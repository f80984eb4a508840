import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { Access, type AccessOptions } from '../access/Access.js';
import { parseSecrets } from '../access/secrets.js';
import { ArchiveModels } from '../archive/ArchiveModels.js';
import { Admission } from '../cluster/Admission.js';
import { Cluster } from '../cluster/Cluster.js';
import { Drain } from '../cluster/Drain.js';
import { handOverAll } from '../cluster/handOverAll.js';
import { OrphanSweep, tell } from '../cluster/OrphanSweep.js';
import { Owners } from '../cluster/Owners.js';
import { ProcessFolder } from '../cluster/ProcessFolder.js';
import { type CreateInferenceOptions, USUAL_MODEL } from '../inference/createInference.js';
import type { Inference } from '../inference/Inference.js';
import { openModel } from '../inference/openModel.js';
import { type InferenceChoice, openInference } from '../inference/shared/openInference.js';
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
  readonly inference: Inference | null;
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
  /** Id of this process, by which it owns the recordings it makes. */
  readonly processId: string;
  /** Whether new sessions are taken. */
  readonly admission: Admission;
  /** The other processes, found through Redis; null without it. */
  readonly cluster: Cluster | null;
  /** Empties this process before it stops. */
  readonly drain: Drain;
}

/** What `closeServices` closes beside. */
interface OpenedServices extends ReplayServices {
  leave(): Promise<void>;
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
  /** Where the model runs; default `auto`. Of the first to open the folder. */
  readonly inference?: InferenceChoice;
  /** Names or folders of archive models, beside those of `@sgaps/models`. Of the first to open the folder. */
  readonly archiveModels?: readonly string[];
  /** Address of the Redis that several processes find each other through. Of the first to open the folder. */
  readonly redis?: string;
  /** Host and port at which clients reach this process rather than another; see `ServerOptions.publicAddress`. Of the first to open the folder. */
  readonly publicAddress?: string;
  /** Sessions recorded at once at most; default as many as come. Of the first to open the folder. */
  readonly maxSessions?: number;
  /** See `ServerOptions.drainWithin`. Of the first to open the folder. */
  readonly drainWithin?: number;
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
/** ms that sessions may go on where others can take them over. */
const DRAIN_WITHIN = 300_000;
/** ms that a start waits for another process that recovers recordings of the same folder. */
const RECOVERY_WITHIN = 10_000;
/** ms that it waits for another that makes or changes the catalog's tables. */
const OPENING_WITHIN = 60_000;

const opened = new Map<string, Promise<OpenedServices>>();

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
  const { access, sessions, uploads, inference, archiveModels, leave } = await services;
  await Promise.all([...sessions.values()].map((session) => session.finish()));
  await uploads?.close(STORED_WITHIN);
  await access.close();
  await leave();
  await inference?.close();
  await archiveModels.close();
  watchInference(null);
  watchServer(null);
}

async function open(options: ServicesOptions): Promise<OpenedServices> {
  const {
    data,
    database,
    store: address,
    localBytes,
    log = openLog('sgaps'),
    model = {},
    archiveModels = [],
    redis,
    publicAddress,
    maxSessions,
    access = {},
    exposed = true,
    overload: overloadOptions = {},
  } = options;
  // Wrong secrets are told before anything is opened.
  const secrets = parseSecrets(access.secret ?? '');
  hide(...secrets, database, address, redis);
  const { drainWithin = redis === undefined ? 0 : DRAIN_WITHIN } = options;
  const sessions: ReplayServices['sessions'] = new Map();
  const processes = await ProcessFolder.join(data);
  let cluster: Cluster | null = null;
  let admission: Admission | null = null;
  let guard: Overload | null = null;
  let sweep: OrphanSweep | null = null;
  const checks = new ReadinessChecks(log);
  let store: RecordingStore | null = null;
  const leave = async (): Promise<void> => {
    await sweep?.close();
    await store?.close();
    admission?.close();
    guard?.close();
    checks.close();
    await cluster?.leave();
    await processes.leave({ known: store?.hasLeft });
  };
  try {
    const owners = new Owners(processes, () => cluster?.members ?? null, database !== undefined);
    // One at a time: a catalog that is new, or of an older version, is brought up to date by the first.
    const recordings = await processes.alone(
      'opening',
      () => RecordingStore.open({ folder: data, database, owners, store: address, localBytes, log }),
      OPENING_WITHIN,
    );
    if (!recordings) throw new SgapsError('STORAGE_FAILED', `Another process has been opening ${data} for too long.`);
    store = recordings;
    const admits = new Admission({
      sessions: () => sessions.size,
      maxSessions,
      freeBytes: async () => (await recordings.disk()).freeBytes,
    });
    admission = admits;
    const overload = new Overload(sessions, log, overloadOptions);
    guard = overload;
    if (redis !== undefined) {
      cluster = await Cluster.join({
        url: redis,
        address: publicAddress ?? null,
        processes,
        load: () => ({ sessions: sessions.size, accepting: admits.accepting && !overload.full }),
        onTakenForDead: () => endAtOnce(log),
        log,
      });
    }
    const drain = new Drain({
      begin: () => {
        admits.draining = true;
        void cluster?.members.beat();
      },
      sessions: () => sessions.size,
      // Alone there is nobody to go on.
      handOver: () => (cluster?.members.others.some(({ accepting }) => accepting) ? handOverAll(sessions.keys()) : 0),
      within: drainWithin,
      log,
    });
    const inference =
      model &&
      (await openInference({
        ...{ where: options.inference, model, redis: cluster?.link.redis ?? null, secrets, log },
      }));
    // A service may run a model that is not installed here.
    const modelFolder = inference && (await openModel(model?.model ?? USUAL_MODEL).catch(() => null));
    // Where another is at it for long, what it leaves is swept up later.
    const recovery = async () => recordings.recoverAll({ others: await owners.hasCompany() });
    const found = (await processes.alone('recovery', recovery, RECOVERY_WITHIN)) ?? [];
    for (const recovery of found) tell(log, recovery);
    const recovered = found.filter(({ status }) => status === 'recovered').length;
    if (recovered > 0) log.info({ recordings: recovered }, 'recovered recordings of a stopped server');
    const uploads = startUploads(recordings, log);
    const onRecovered = (id: string) => uploads?.add(id);
    sweep = new OrphanSweep({ owners, processes, cluster: () => cluster, store: recordings, onRecovered, log });
    const { catalog } = recordings;
    const readiness = checks;
    const disk = new DiskWatch(() => recordings.disk(), MIN_FREE_BYTES);
    readiness.add('disk', () => disk.look(), { every: 2_000 });
    readiness.add('catalog', () => catalog.get('-').then(() => null));
    // A store that is away is told of, and not waited for: recordings stay here until it is back.
    if (uploads) readiness.add('store', () => failing(uploads), { every: 0, required: false });
    readiness.add('load', () => (overload.full ? 'It records as many sessions as it can.' : null), { every: 0 });
    readiness.add('drain', () => (admits.draining ? 'It is about to stop.' : null), { every: 0 });
    if (cluster) {
      const { link } = cluster;
      // Sessions are recorded without it.
      readiness.add('redis', () => (link.up ? null : 'It does not answer.'), { every: 0, required: false });
    }
    await readiness.look();
    const services: OpenedServices = {
      ...{ store: recordings, catalog, readiness, disk, log, sessions, uploads, inference, modelFolder, recovered },
      ...{ processId: processes.id, admission: admits, overload, cluster, drain, leave },
      archiveModels: new ArchiveModels({ models: archiveModels }),
      access: new Access(access, catalog, log, exposed),
      quotas: new GameQuotas(recordings, log),
    };
    watchInference(inference);
    watchServer(services);
    return services;
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Another process has closed the recordings that this one writes: whatever it still wrote would damage them. */
function endAtOnce(log: Logger): void {
  log.fatal('this process gave no sign of life for so long that another has taken over its recordings; it ends');
  process.exit(1);
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
  // What is in the store is deleted after that.
  store.onDelete((id) => uploads.cancel(id));
  void copies.makeRoom();
  return uploads;
}
