import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { defineServer, matchMaker, type Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { type ConnectionLimits, gateConnections, HTTP_LIMITS } from '@sgaps/pipeline';
import { SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { LimitOptions } from './access/ClientLimits.js';
import { standBefore } from './access/frontDoor.js';
import { listenAddress } from './access/listenAddress.js';
import { parseSecrets } from './access/secrets.js';
import { ArchiveQueue } from './archive/ArchiveQueue.js';
import { readAge } from './archive/age.js';
import { readSampleGames } from './gallery/readSampleGames.js';
import { guardRequests } from './http/guardRequests.js';
import { mountHttp } from './http/httpApp.js';
import { runningSessions } from './http/sessionRoutes.js';
import type { CreateInferenceOptions } from './inference/createInference.js';
import type { InferenceChoice } from './inference/shared/openInference.js';
import { SeekCache } from './playback/SeekCache.js';
import { defineReplayRoom, REPLAY_MAX_PAYLOAD } from './rooms/define.js';
import type { OverloadOptions } from './rooms/Overload.js';
import type { ReplayRoomSettings } from './rooms/ReplayRoomSettings.js';
import { closeServices, openServices, type ReplayServices } from './rooms/ReplayServices.js';
import { ReplaySocket } from './rooms/ReplaySocket.js';
import type { Catalog, RecordingStore } from './storage/index.js';
import { Retention, type RetentionPolicy } from './storage/retention/Retention.js';
import { RetentionRounds } from './storage/retention/RetentionRounds.js';
import { PrepareQueue } from './viewing/PrepareQueue.js';
import { type ViewingOptions, ViewingProcesses } from './viewing/ViewingProcesses.js';
import { colyseusLog } from './watching/colyseusLog.js';
import { accepting, healthRoutes } from './watching/healthRoutes.js';
import { metricsRoute, serveInternally } from './watching/metricsRoute.js';
import { metricsTokenOf } from './watching/metricsToken.js';
import { openLog } from './watching/openLog.js';
import type { ReadinessChecks } from './watching/ReadinessChecks.js';
import { hide } from './watching/Redaction.js';
import { watchProcess } from './watching/registry.js';
import { watchRequest } from './watching/watchRequests.js';

/**
 * Options of `startServer`.
 *
 * @example
 * ```ts
 * const options: ServerOptions = { port: 0, data: './.sgaps-data' };
 * ```
 */
export interface ServerOptions extends ConnectionLimits {
  /** Default 2567; 0 takes a free one. */
  readonly port?: number;
  /** Interface to listen on; default all with a `secret`, else this machine's own only. */
  readonly host?: string;
  /** Secret that tokens are signed with, at least 32 bytes; several with commas between them: the first signs, all verify. Default none: whoever reaches the server may do everything. */
  readonly secret?: string;
  /** Lets others than this machine reach a server without a secret. Default false. */
  readonly insecure?: boolean;
  /** Address at which a container's port is published: what counts instead of `host`, where there is no secret. */
  readonly published?: string;
  /** What one client may do. Default: the usual limits, and none where only this machine can reach the server. */
  readonly limits?: LimitOptions;
  /** Origins other than the server's own whose pages may record; `*` for all, which is the default. */
  readonly recordOrigins?: readonly string[];
  /** Proxies before the server, whose word on clients' addresses counts (`X-Forwarded-For`). Default 0. */
  readonly trustProxy?: number;
  /** Folder of recordings and catalog; default `./.sgaps-data`. */
  readonly data?: string;
  /** PostgreSQL database of the catalog, `postgres://user:password@host:5432/database`; default: SQLite, in `data`. */
  readonly database?: string;
  /**
   * Store that recordings are put into once they are finished, `s3://bucket/prefix?endpoint=https://host&region=name` or `file:///folder`, with credentials from where AWS' tools look for them;
   * default: the local disk alone.
   */
  readonly store?: string;
  /** What recordings that are in the store may take on the local disk as well, bytes; the least recently used go first. Default: as long as 1 GiB is left. */
  readonly localBytes?: number;
  /** Folder with `games.json` and built sample games; default none. */
  readonly examples?: string;
  /** Default: pino on standard output, level `info`. */
  readonly log?: Logger;
  /** The model that fills in, null for none; default the usual one, where it is installed. */
  readonly model?: CreateInferenceOptions | null;
  /**
   * Where that model runs: `local`, in this process; `remote`, in a service that `redis` knows of (`sgaps inference`); `auto`, there if there is one when this starts, else here; or in the one at
   * `unix:/path` or `tcp:host:port`. Default `auto`.
   */
  readonly inference?: InferenceChoice;
  /** Names or folders of models that archives were made with, beside those of `@sgaps/models`. */
  readonly archiveModels?: readonly string[];
  readonly room?: ReplayRoomSettings;
  /** When this process has too much to do: sessions that nobody follows are then lowered, and new ones refused. null: never. */
  readonly overload?: OverloadOptions | null;
  /** Brings up a transport and renderers, so that sessions can be watched; null or absent: none, or those that you start yourself. */
  readonly viewing?: ViewingOptions | null;
  /** Where viewers reach the transport, behind a proxy or when you started it yourself: `wss://…`. Default: the port of `viewing` on the host that the page came from. */
  readonly viewingUrl?: string;
  /** What files of exports may take in all, bytes; the oldest go first. Default 8 GiB. */
  readonly exportBytes?: number;
  /** What decoder states that make recordings quick to seek in may take in all, bytes, kept in `data`; the least recently used go first. Default 2 GiB, 0 for none. */
  readonly seekBytes?: number;
  /** Surveys each session once it has ended, one at a time, so that any place of it is quick to go to from its first opening on: some 5 % of a core for as long as it took. Default false. */
  readonly prepare?: boolean;
  /** Archives recordings that ended so long ago, one at a time in the background: `7d`, `12h` (m, h, d, w), or ms. Their samples are gone then. Default: Infinity, never. */
  readonly archiveAfter?: string | number;
  /** Address of a Redis, `redis://host:port`, through which several of these servers share rooms and recordings; default none: this one is alone. */
  readonly redis?: string;
  /** Host, port and path at which clients reach this process rather than another of the cluster, without a scheme: `replay-1.example.com`. Needed with `redis`. */
  readonly publicAddress?: string;
  /** Sessions recorded at once at most; others go to other processes, or are refused with `UNAVAILABLE`. Default: as many as come. */
  readonly maxSessions?: number;
  /** ms that sessions may go on after `drain()` before they are handed over to other processes. Default 300,000 with `redis`, else 0. */
  readonly drainWithin?: number;
  /** Serves `/metrics`, `/healthz` and `/readyz` on a port of their own, and `/metrics` on no other; 0 takes a free one. The transport of `viewing` has its own on the next. Default null: all on `port`. */
  readonly metricsPort?: number | null;
  /** Interface of that port; default 127.0.0.1. */
  readonly metricsHost?: string;
  /** What `/metrics` must be asked with, as `Authorization: Bearer …`, 16 characters or more; default null: nothing. */
  readonly metricsToken?: string | null;
  /** What is kept of all recordings, swept every hour; default everything. Games may have bounds of their own (`catalog.games`). */
  readonly retention?: RetentionPolicy;
}

/**
 * A server that runs.
 *
 * @example
 * ```ts
 * const server: SgapsServer = await startServer({ port: 0 });
 * await server.close();
 * ```
 */
export interface SgapsServer {
  /** For a browser on this machine, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly store: RecordingStore;
  readonly catalog: Catalog;
  /** Id of the model that fills in, name@version; null: `diffusion` does. */
  readonly model: string | null;
  /** Port that viewers connect to; null without `viewing`. */
  readonly viewingPort: number | null;
  /** Port of `/metrics`. */
  readonly metricsPort: number;
  /** What `/readyz` looks at; add checks of your own. */
  readonly readiness: ReadinessChecks;
  /** Names of the sample games that are served. */
  readonly games: readonly string[];
  /** Recordings recovered at start. */
  readonly recovered: number;
  /**
   * Takes no new sessions, lets those that run go on for `within` ms (default `drainWithin`), then hands them over to other processes, where there are any. Resolves when none
   * is left that could be; `close` ends the rest. Called again, the shorter time counts.
   */
  drain(within?: number): Promise<void>;
  /** Finishes recordings, closes rooms, sockets and files, at once also during a drain. May be called more than once. */
  close(): Promise<void>;
}

/** Colyseus' `listen` settles only when it listens: a taken port must be heard of from the socket itself. */
async function listen(server: Server, transport: WebSocketTransport, port: number, host?: string): Promise<AddressInfo> {
  const { server: socket } = transport;
  if (!socket) throw new SgapsError('UNSUPPORTED', 'The WebSocket transport has no HTTP server.');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    server.listen(port, host).then(() => {
      socket.off('error', reject);
      resolve();
    }, reject);
  });
  return socket.address() as AddressInfo;
}

let running = false;

/**
 * Starts rooms, HTTP API, dashboard and sample games on one port. Recordings a killed server left are recovered first.
 * One server per process: Colyseus keeps its rooms in one registry. Rejects with `ARGUMENT_INVALID` when one runs
 * already or an option is wrong, with Node's error when the port is taken.
 *
 * @example
 * ```ts
 * const server = await startServer({ port: 2567, data: './.sgaps-data', examples: './examples' });
 * console.log(server.url);
 * ```
 */
export async function startServer(options: ServerOptions = {}): Promise<SgapsServer> {
  if (running) throw new SgapsError('ARGUMENT_INVALID', 'A server runs in this process already; close it first.');
  running = true;
  try {
    return await start(options);
  } catch (error) {
    running = false;
    throw error;
  }
}

async function start(options: ServerOptions): Promise<SgapsServer> {
  const { port = 2567, database, store, localBytes, log = openLog('sgaps'), room = {} } = options;
  const { secret, insecure, published, limits, recordOrigins, trustProxy } = options;
  const secured = parseSecrets(secret ?? '').length > 0;
  const host = listenAddress({ host: options.host, secured, insecure, published });
  const data = resolve(options.data ?? './.sgaps-data');
  const { metricsPort = null, metricsHost = '127.0.0.1' } = options;
  const metricsToken = metricsTokenOf(options.metricsToken);
  hide(metricsToken);
  // What is wrong with options is told before anything is opened.
  const games = options.examples ? readSampleGames(options.examples) : [];
  const archiveAfter = options.archiveAfter === undefined ? null : ageOf(options.archiveAfter);
  watchProcess();
  const services = await openServices({
    ...{ data, database, store, localBytes, log, publicAddress: addressFor(options) },
    ...{ redis: options.redis, maxSessions: options.maxSessions, drainWithin: options.drainWithin },
    ...{ model: options.model, inference: options.inference, archiveModels: options.archiveModels },
    overload: options.overload,
    access: { secret, limits, recordOrigins, trustProxy },
    exposed: secured || insecure === true || (trustProxy ?? 0) > 0,
  });
  const { cluster, admission, drain } = services;
  const viewing = options.viewing
    ? await ViewingProcesses.start(
        {
          ...{ ...transportMetrics(options), metricsToken, limits },
          ...{ host, secret, insecure, published, trustProxy, origins: room.viewerOrigins },
          ...{ seekBytes: options.seekBytes, archiveModels: options.archiveModels, store, localBytes },
          ...{ inference: options.inference, redis: options.redis },
          ...{ connections: options.connections, connectionsPerAddress: options.connectionsPerAddress },
          ...options.viewing,
        },
        data,
        log,
      ).catch(async (error: unknown) => {
        await closeServices(data);
        throw error;
      })
    : null;
  const http = createServer(HTTP_LIMITS);
  gateConnections(http, options);
  const transport = new WebSocketTransport({ server: http, maxPayload: REPLAY_MAX_PAYLOAD, WebSocket: ReplaySocket });
  const server: Server = defineServer({
    rooms: { sgaps: defineReplayRoom({ ...room, data, log }) },
    transport,
    logger: colyseusLog(log),
    greet: false,
    gracefullyShutdown: false,
    devMode: false,
    ...cluster?.colyseus,
    // Where there is one process, it says itself whether it takes more.
    selectProcessIdToCreateRoom: async () => cluster?.choose() ?? matchMaker.processId,
    express: (app) =>
      mountHttp(
        app,
        services,
        games,
        { port: viewing?.port ?? null, url: options.viewingUrl ?? null, origins: room.viewerOrigins ?? [] },
        options.exportBytes,
        { store, localBytes },
        metricsPort === null ? metricsToken : false,
      ),
  });
  services.readiness.add('rooms', () => (accepting() ? null : 'The server is starting, or closing.'), { every: 0 });
  const giveUp = async (error: unknown): Promise<never> => {
    await viewing?.close();
    await closeServices(data);
    throw error;
  };
  const address = await listen(server, transport, port, host).catch(giveUp);
  // Colyseus put itself first just now: who asks is looked at before it does anything, and whether it makes sense before that.
  standBefore(http, services.access, { viewerOrigins: room.viewerOrigins, local: !secured && insecure !== true });
  guardRequests(http, log);
  // What is refused or answered before Express is counted too.
  http.prependListener('request', (request, response) => watchRequest(request, response, log));
  const internal =
    metricsPort === null
      ? null
      : await serveInternally([metricsRoute(metricsToken), healthRoutes(services)], {
          port: metricsPort,
          host: metricsHost,
        }).catch(async (error: unknown) => {
          await server.gracefullyShutdown(false);
          return giveUp(error);
        });
  await cluster?.answer('sessions', () => runningSessions(services));
  await cluster?.members.beat();
  const { inference, recovered } = services;
  // What fills in: one line tells all that one wants to know of a server that was just started.
  const { model, provider } = inference?.figures() ?? { model: 'diffusion' };
  log.info(
    { port: address.port, data, viewingPort: viewing?.port, games: games.length, recovered, model, provider },
    'server listening',
  );
  if (!secured)
    log[insecure ? 'warn' : 'info']({ host: host ?? 'all' }, 'no secret is set: whoever reaches this server may do everything');
  const prepares = options.prepare === true && options.seekBytes !== 0;
  const queue = prepares ? prepareFinished(services, join(data, 'recordings'), options.seekBytes) : null;
  const { catalog, modelFolder } = services;
  const archives =
    archiveAfter === null
      ? null
      : new ArchiveQueue({ data, database, store, localBytes, catalog, log, after: archiveAfter, modelFolder });
  const retention = new Retention({ store: services.store, log, policy: options.retention ?? {} });
  const rounds = new RetentionRounds(retention, log);
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    log.info('server closing');
    drain.stop();
    admission.draining = true;
    await server.gracefullyShutdown(false);
    transport.server?.closeAllConnections();
    await queue?.close();
    await archives?.close();
    await rounds.close();
    await viewing?.close();
    await closeServices(data);
    internal?.close();
    internal?.closeAllConnections();
    running = false;
    log.info('server closed');
  };
  return {
    url: `http://${options.host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${address.port}`,
    port: address.port,
    store: services.store,
    catalog: services.catalog,
    model: inference?.id ?? null,
    viewingPort: viewing?.port ?? null,
    metricsPort: internal ? (internal.address() as AddressInfo).port : address.port,
    readiness: services.readiness,
    games: games.map(({ name }) => name),
    recovered,
    drain: (within) => drain.run(within),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Where the transport that is brought up shows its figures, where ours have a port of their own: on the next. */
function transportMetrics({ metricsPort, metricsHost }: ServerOptions): Pick<ViewingOptions, 'metricsPort' | 'metricsHost'> {
  if (metricsPort === undefined || metricsPort === null) return {};
  return { metricsPort: metricsPort === 0 ? 0 : metricsPort + 1, metricsHost };
}

/** ms; null for never. */
function ageOf(given: string | number): number | null {
  const age = typeof given === 'number' ? given : readAge(given);
  if (age === Number.POSITIVE_INFINITY) return null;
  if (age !== null && age >= 0) return age;
  throw new SgapsError(
    'ARGUMENT_INVALID',
    `\`archiveAfter\` is ${given}: give a number with m, h, d or w behind it, as 7d, or ms.`,
  );
}

/** Surveys each recording once it is finished. */
function prepareFinished({ store, log }: ReplayServices, recordings: string, bytes?: number): PrepareQueue {
  const queue = new PrepareQueue(recordings, new SeekCache({ recordings, bytes, log }), store.copies);
  store.onFinished((id) => queue.add(id));
  return queue;
}

/** Checked: clients put a scheme before it and a path behind it. */
function addressFor({ redis, publicAddress }: ServerOptions): string | undefined {
  if (publicAddress === undefined) {
    if (redis === undefined) return undefined;
    throw new SgapsError(
      'ARGUMENT_INVALID',
      'With Redis each process needs a public address (`publicAddress`, --public-address): host and port at which clients reach it and no other.',
    );
  }
  if (/^[A-Za-z0-9.-]+(:\d{1,5})?(\/[\w./-]*)?$/.test(publicAddress) || /^\[[0-9a-f:]+\](:\d{1,5})?$/i.test(publicAddress))
    return publicAddress;
  throw new SgapsError(
    'ARGUMENT_INVALID',
    `The public address '${publicAddress}' must be host[:port][/path], without a scheme such as wss://.`,
  );
}
