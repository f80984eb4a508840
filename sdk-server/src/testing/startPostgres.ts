import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

/** ms that a start may take on a busy machine. */
const READY_WITHIN = 60_000;
/** Who runs it where we are root, which it refuses. */
const USERS = ['postgres', 'nobody'];

/**
 * A PostgreSQL server of a test's own.
 *
 * @example
 * ```ts
 * const postgres: TestPostgres = await startPostgres();
 * ```
 */
export interface TestPostgres {
  /** The password in all of its addresses. */
  readonly password: string;
  /** Makes an empty database; gives its address. */
  createDatabase(options?: { readonly encoding?: 'UTF8' | 'LATIN1' }): Promise<string>;
  /** Stops the server, cutting its connections; the data stay. */
  stop(): Promise<void>;
  /** Starts it again, at the same port. */
  start(): Promise<void>;
  /** Stops it for good and removes its data. */
  close(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own on a free port of 127.0.0.1, with its data in a temporary folder and without fsync. `npm test` names the program in
 * `SGAPS_POSTGRES`; otherwise Debian's newest is taken.
 *
 * @example
 * ```ts
 * const postgres = await startPostgres();
 * const catalog = await Catalog.open(folder, { url: await postgres.createDatabase() });
 * await postgres.close();
 * ```
 */
export async function startPostgres(): Promise<TestPostgres> {
  const programs = programFolder();
  const folder = await mkdtemp(join(tmpdir(), 'sgaps-postgres-'));
  const [data, passwords] = [join(folder, 'data'), join(folder, 'password')];
  const password = `secret-${randomUUID()}`;
  const port = await freePort();
  const user = process.getuid?.() === 0 ? otherUser() : null;
  await writeFile(passwords, password);
  if (user) for (const path of [folder, passwords]) await chown(path, user.uid, user.gid);
  const authentication = ['--username=sgaps', `--pwfile=${passwords}`, '--auth=scram-sha-256'];
  execFileSync(join(programs, 'initdb'), ['-D', data, '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8', ...authentication], {
    ...user,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const addressOf = (database: string): string => `postgres://sgaps:${password}@127.0.0.1:${port}/${database}`;
  const admin = async (statement: string): Promise<void> => {
    const client = new Client(addressOf('postgres'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(statement);
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    if (child) return;
    const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=60', 'shared_buffers=16MB'];
    const listening = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='];
    const args = ['-D', data, ...[...settings, ...listening].flatMap((setting) => ['-c', setting])];
    const started = spawn(join(programs, 'postgres'), args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    started.stderr.on('data', (piece: Buffer) => {
      said = (said + piece.toString()).slice(-4_000);
    });
    child = started;
    await readyWithin(
      READY_WITHIN,
      () => admin('SELECT 1'),
      () => {
        if (started.exitCode !== null || started.signalCode !== null) throw new Error(`PostgreSQL did not start: ${said}`);
      },
    );
  };
  const stop = async (): Promise<void> => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    // Fast: it does not wait for clients.
    running.kill('SIGINT');
    await ended;
  };
  // A test process that ends early leaves none behind.
  const endWithUs = (): void => {
    child?.kill('SIGQUIT');
  };
  process.once('exit', endWithUs);
  const close = async (): Promise<void> => {
    process.off('exit', endWithUs);
    await stop();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  let databases = 0;
  return {
    ...{ password, start, stop, close },
    createDatabase: async ({ encoding = 'UTF8' } = {}) => {
      const name = `sgaps_${++databases}`;
      await admin(`CREATE DATABASE ${name} ENCODING '${encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`);
      return addressOf(name);
    },
  };
}

function programFolder(): string {
  // The programs beside it are needed, too, which a link need not have.
  if (process.env.SGAPS_POSTGRES) return dirname(realpathSync(process.env.SGAPS_POSTGRES));
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(debian, version, 'bin')).find((bin) => existsSync(join(bin, 'postgres')));
  if (!found) throw new Error('PostgreSQL is missing: apt-get install postgresql, or set SGAPS_POSTGRES to its program file.');
  return found;
}

function otherUser(): { uid: number; gid: number } {
  const id = (flag: string, name: string): number =>
    Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
  for (const name of USERS) {
    try {
      return { uid: id('-u', name), gid: id('-g', name) };
    } catch {
      // No such user: the next.
    }
  }
  throw new Error(`PostgreSQL does not run as root, and there is no user ${USERS.join(' or ')}.`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}

async function readyWithin(ms: number, attempt: () => Promise<void>, check: () => void): Promise<void> {
  const end = performance.now() + ms;
  for (;;) {
    check();
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
      await wait(50);
    }
  }
}
