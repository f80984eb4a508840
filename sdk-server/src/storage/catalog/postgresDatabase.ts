import { SgapsError } from '@sgaps/protocol';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Client, type ClientConfig, Pool } from 'pg';
import type { CatalogDatabase } from './CatalogDatabase.js';
import { migrateCatalog, readMigrations } from './migrateCatalog.js';
import { postgresTables } from './schema.js';

/** Connections of one process, ms that getting one may take, and ms that a statement may take: by the server's clock and, where that is gone, by ours. */
const CONNECTIONS = 10;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 10_000;
const ANSWER_MS = 15_000;
/** ms after which a connection that is not used is closed. */
const IDLE_MS = 30_000;
/** Advisory lock of migrations: 'sgaps' as bytes. */
const LOCK = 0x73_67_61_70_73;

/** No space left on the database's disk, or no memory for what was asked. */
const FULL = new Set(['53100', '53200']);
/** Classes and codes of SQLSTATE, and Node's codes, for a database that cannot be reached or does not take connections now. */
const AWAY = /^(08...|57P0[123]|53300|ECONN\w+|ENOENT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|EAI_AGAIN)$/;

/**
 * The catalog in the PostgreSQL database that `url` names, brought to this version's tables. Connections are made when they are needed, so that a
 * database that was away is used again as soon as it is back.
 *
 * @example
 * ```ts
 * const database = await openPostgres('postgres://sgaps@db.example/sgaps');
 * ```
 */
export async function openPostgres(url: string): Promise<CatalogDatabase> {
  const config: ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'sgaps',
    keepAlive: true,
  };
  const place = placeOf(config);
  const toError = (cause: unknown, doing: string): SgapsError => failureOf(cause, doing, place);
  try {
    await migrate(config);
  } catch (error) {
    throw toError(error, 'opening the catalog');
  }
  const pool = new Pool({
    ...config,
    max: CONNECTIONS,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
  });
  // An unused connection was cut: the pool has dropped it, and whoever asks next hears of it.
  pool.on('error', () => undefined);
  return {
    db: drizzle(pool) as unknown as CatalogDatabase['db'],
    tables: postgresTables,
    like: 'ILIKE',
    shared: true,
    place,
    toError,
    // Its files are the database server's.
    erase: async () => undefined,
    close: () => pool.end(),
  };
}

/** Where a database is, without the password. Throws `ARGUMENT_INVALID`, not repeating an address that is none. */
function placeOf(config: ClientConfig): string {
  try {
    if (!/^postgres(ql)?:\/\//.test(config.connectionString ?? '')) throw new TypeError('no postgres://');
    const { host, port, database } = new Client(config);
    return `PostgreSQL at ${host}:${port}, database ${database}`;
  } catch {
    throw new SgapsError(
      'ARGUMENT_INVALID',
      "The catalog's address is not of the form postgres://user:password@host:5432/database.",
    );
  }
}

/** On a connection of its own, for as long as it takes. Of several processes that start at once, one migrates, and the others find it done. */
async function migrate(config: ClientConfig): Promise<void> {
  const client = new Client(config);
  // What it says beside its answers is in those.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN');
    await client.query(`SET LOCAL statement_timeout = 0; SET LOCAL client_min_messages = warning`);
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
    const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding');
    if (rows[0].server_encoding !== 'UTF8') {
      const message = `The catalog's database has the encoding ${rows[0].server_encoding}; make one with UTF8 (createdb --encoding=UTF8 --template=template0).`;
      throw new SgapsError('UNSUPPORTED', message);
    }
    await migrateCatalog(async (sql) => (await client.query(sql)).rows as Record<string, unknown>[], readMigrations('postgres'));
    await client.query('COMMIT');
  } finally {
    await client.end().catch(() => undefined);
  }
}

function failureOf(cause: unknown, doing: string, place: string): SgapsError {
  if (cause instanceof SgapsError) return cause;
  const { code = '', message = String(cause) } = (cause instanceof AggregateError ? cause.errors[0] : cause) as Error & {
    code?: string;
  };
  if (FULL.has(code)) return new SgapsError('STORAGE_FULL', `No space left in ${place}, while ${doing}: ${message}`, { cause });
  const isAway = AWAY.test(code) || /connection (terminated|timeout)|timeout exceeded when trying to connect/i.test(message);
  if (!isAway) return new SgapsError('STORAGE_FAILED', `${place} failed while ${doing}: ${message}`, { cause });
  const reason = code === '' ? message : `${code}: ${message}`;
  return new SgapsError(
    'STORAGE_FAILED',
    `${place} cannot be reached, while ${doing} (${reason}). It is used again once it is back.`,
    {
      cause,
    },
  );
}
