import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import { freePort } from '../../../sdk-server/src/testing/freePort.js';
import { startPostgres } from '../../../sdk-server/src/testing/startPostgres.js';
import { startRedis } from '../../../sdk-server/src/testing/startRedis.js';
import { startS3 } from '../../../sdk-server/src/testing/startS3.js';
import type { Fault, FaultContext, FaultFigures } from './Fault.js';
import { FaultProxy } from './FaultProxy.js';
import { FaultRecorder } from './FaultRecorder.js';
import { FaultServer } from './FaultServer.js';
import { FaultTally } from './FaultTally.js';
import { play, summary, until } from './play.js';
import { secondsUntilWell } from './secondsUntilWell.js';

const RECORDERS = 4;
/** ms that a service is away. */
const AWAY = 30_000;
/** ms in which the catalog, or the store, is to know all again. */
const KNOWN_WITHIN = 60_000;

/** A service that servers need, of this bench's own. */
interface Service {
  /** What a server is started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Port that it listens on, where others must know; default any. */
  readonly port?: number;
  readonly flags?: readonly string[];
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A service that goes away, and how it shows. */
interface Outage {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  open(): Promise<Service>;
  /** What a new recorder is told meanwhile; null where it may record. */
  readonly refusal: string | null;
  /** Whether a row tells that all is as if nothing had been. */
  isSettled(row: Row): boolean;
}

interface Row {
  readonly status: string;
  readonly storedAt: number | null;
}

const POSTGRES: Outage = {
  name: 'postgres',
  title: 'PostgreSQL is down, and back',
  what: `PostgreSQL down for ${AWAY / 1000} s`,
  open: async () => {
    const postgres = await started('PostgreSQL', startPostgres);
    return { ...postgres, env: { DATABASE_URL: await postgres.createDatabase() } };
  },
  refusal: 'STORAGE_FAILED',
  isSettled: ({ status }) => status === 'finished',
};

const REDIS: Outage = {
  name: 'redis',
  title: 'Redis is down, and back',
  what: `Redis down for ${AWAY / 1000} s, and empty when it is back`,
  open: async () => {
    const redis = await started('Redis', startRedis);
    const port = await freePort();
    const flags = ['--public-address', `127.0.0.1:${port}`];
    return { env: { REDIS_URL: redis.url }, flags, port, stop: redis.kill, start: redis.restart, close: redis.close };
  },
  refusal: null,
  isSettled: ({ status }) => status === 'finished',
};

const STORE: Outage = {
  name: 'store',
  title: 'the S3-compatible store is down, and back',
  what: `S3 (OpenStack Swift) down for ${AWAY / 1000} s`,
  open: async () => {
    const s3 = await started('Swift', startS3);
    return { ...s3, env: { ...s3.environment, SGAPS_STORE_URL: await s3.createBucket() } };
  },
  refusal: null,
  isSettled: ({ status, storedAt }) => status === 'finished' && storedAt !== null,
};

/** Both at once, as where they are in one place that the network has lost. */
const BOTH: Outage = {
  name: 'postgres-store',
  title: 'PostgreSQL and the store are down at once, and back',
  what: `PostgreSQL and S3 down for ${AWAY / 1000} s, at once`,
  open: async () => {
    const services: Service[] = [];
    const all = (act: (service: Service) => Promise<void>) => Promise.all(services.map(act)).then(() => undefined);
    const close = () => all((service) => service.close());
    try {
      for (const { open } of [POSTGRES, STORE]) services.push(await open());
    } catch (error) {
      await close();
      throw error;
    }
    const env = Object.assign({}, ...services.map((service) => service.env)) as Service['env'];
    return { env, close, stop: () => all((service) => service.stop()), start: () => all((service) => service.start()) };
  },
  refusal: 'STORAGE_FAILED',
  isSettled: STORE.isSettled,
};

/** The same service behind a network that takes connections and bytes, and answers nothing. */
function hanging({ name, what, title, open, ...rest }: Outage): Outage {
  return {
    ...rest,
    name: `${name}-hangs`,
    title: title.replace('down', 'there, but answers nothing'),
    what: what.replace(/down.*/, `answering nothing for ${AWAY / 1000} s`),
    open: async () => {
      const service = await open();
      const proxies = new Map<string, FaultProxy>();
      const addresses = Object.values(service.env).flatMap((value) => value.match(/127\.0\.0\.1:\d+/g) ?? []);
      for (const address of new Set(addresses)) proxies.set(address, await FaultProxy.open(`http://${address}`));
      const behind = (value: string) =>
        value.replace(/127\.0\.0\.1:\d+/g, (address) => new URL(proxies.get(address)?.url ?? '').host);
      const hold = (held: 'both' | 'none') => async () => {
        for (const proxy of proxies.values()) proxy.held = held;
      };
      return {
        ...service,
        env: Object.fromEntries(Object.entries(service.env).map(([key, value]) => [key, behind(value)])),
        stop: hold('both'),
        start: hold('none'),
        close: async () => {
          for (const proxy of proxies.values()) proxy.close();
          await service.close();
        },
      };
    },
  };
}

/**
 * PostgreSQL, where the catalog is, goes away while sessions are recorded, begin and end, and comes back.
 *
 * @example
 * ```ts
 * const rows = await postgresDown.run(context);
 * ```
 */
export const postgresDown: Fault = faultOf(POSTGRES);

/**
 * Redis, through which servers share rooms, goes away while sessions are recorded, begin and end, and comes back knowing nothing.
 *
 * @example
 * ```ts
 * const rows = await redisDown.run(context);
 * ```
 */
export const redisDown: Fault = faultOf(REDIS);

/**
 * The store that finished recordings are sent to goes away while sessions are recorded, begin and end, and comes back.
 *
 * @example
 * ```ts
 * const rows = await storeDown.run(context);
 * ```
 */
export const storeDown: Fault = faultOf(STORE);

/**
 * PostgreSQL and the store go away together.
 *
 * @example
 * ```ts
 * const rows = await bothDown.run(context);
 * ```
 */
export const bothDown: Fault = faultOf(BOTH);

/**
 * Each of them is there, but answers nothing: what hangs is worse than what is gone, since only a clock tells.
 *
 * @example
 * ```ts
 * for (const fault of hangs) await fault.run(context);
 * ```
 */
export const hangs: readonly Fault[] = [POSTGRES, REDIS, STORE].map((outage) => faultOf(hanging(outage)));

function faultOf(outage: Outage): Fault {
  return { name: outage.name, title: outage.title, run: (context) => goAway(context, outage) };
}

async function started<T>(what: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    throw new SgapsError('UNSUPPORTED', `${what} cannot be started here: ${String(cause)}`, { cause });
  }
}

async function goAway({ folder, built, points }: FaultContext, outage: Outage): Promise<FaultFigures[]> {
  const tally = new FaultTally(outage.name, outage.what);
  const data = join(folder, 'data');
  const service = await outage.open();
  try {
    const server = await FaultServer.start({ data, built, env: service.env, flags: service.flags, port: service.port });
    const recorders = await play(server.url, RECORDERS);
    await wait(2000);
    await service.stop();
    const back = performance.now() + (points >= 20 ? AWAY : 4000);
    const [one, other, ...staying] = recorders;
    await wait(1000);
    await Promise.all([one, other].map((recorder) => recorder.leave()));
    const newcomers = await Promise.all([meanwhile(server), meanwhile(server)]);
    for (const { refusal } of newcomers) {
      const isAsMeant = outage.refusal === null ? refusal === null : (refusal?.includes(outage.refusal) ?? false);
      tally.expect(isAsMeant, `a new recorder was told ${refusal ?? 'nothing'}, not ${outage.refusal ?? 'nothing'}`);
    }
    const before = staying.map(({ answers }) => answers);
    await wait(Math.max(1000, back - performance.now()));
    tally.expect(
      staying.every(({ answers }, i) => answers > before[i]),
      'those who recorded were not answered meanwhile',
    );
    await service.start();
    tally.well(await secondsUntilWell(server.url, performance.now()));
    const all = [...recorders, ...newcomers.flatMap(({ recorder }) => recorder ?? [])];
    await Promise.all(all.map((recorder) => recorder.leave()));
    await settled(server, all, outage, tally);
    await tally.check(data, all, server);
    tally.expect(
      all.every(({ heard }) => heard.length === 0),
      `recorders were told ${summary(all)}`,
    );
    tally.runs++;
    await server.stop();
    const said = newcomers.find(({ refusal }) => refusal !== null)?.refusal ?? 'may record';
    return [tally.figures(`recorders: ${summary(all)}; newcomers meanwhile: ${said}`)];
  } finally {
    await service.close();
  }
}

/** Somebody who comes while the service is away. */
async function meanwhile(
  server: FaultServer,
): Promise<{ readonly recorder: FaultRecorder | null; readonly refusal: string | null }> {
  const refusal = await FaultRecorder.refusal(server.url);
  if (refusal !== null) return { recorder: null, refusal };
  const [recorder] = await play(server.url, 1);
  return { recorder, refusal };
}

async function settled(
  server: FaultServer,
  recorders: readonly FaultRecorder[],
  outage: Outage,
  tally: FaultTally,
): Promise<void> {
  const since = performance.now();
  const open = new Set(recorders.flatMap(({ parts }) => parts.map(({ recordingId }) => recordingId)));
  while (open.size > 0 && performance.now() - since < KNOWN_WITHIN) {
    for (const id of open) {
      const response = await fetch(`${server.url}/api/recordings/${id}`);
      if (response.ok && outage.isSettled((await response.json()) as Row)) open.delete(id);
    }
    await wait(200);
  }
  tally.expect(open.size === 0, `${open.size} recordings are not settled ${KNOWN_WITHIN / 1000} s later`);
  await until(() => server.isRunning, 1000, 'the server to be there');
}
