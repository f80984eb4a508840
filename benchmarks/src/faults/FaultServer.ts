import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SgapsError } from '@sgaps/protocol';

const ROOT = join(import.meta.dirname, '../../..');
const BUILT = [join(ROOT, 'sdk-server/dist/cli.js')];
const SOURCE = ['--conditions=sgaps-source', '--import', 'tsx', join(ROOT, 'sdk-server/src/cli.ts')];
const INJECT = ['--import', join(import.meta.dirname, 'injectFaults.mjs')];
/** Ticks of the system's clock in a second, as /proc counts them. */
const TICKS = 100;

/**
 * What is to go wrong in a server's process. Calls are named as the system's (`open`, `write`, `fdatasync`, `ftruncate`, `rename`, `rm`),
 * several with `|` between them; `path` is a regular expression.
 *
 * @example
 * ```ts
 * const torn: Injection = { kill: { call: 'write', path: '\\.sgaps$', n: 3, torn: true } };
 * const readOnly: Injection = { fail: { call: 'open|write|rename|rm', path: '/recordings/', error: 'EROFS' } };
 * const tomorrow: Injection = { clock: 86_400_000 };
 * ```
 */
export interface Injection {
  /** Kills the process at the n-th such call, before it; `torn`: in the middle of a write. */
  readonly kill?: { readonly call?: string; readonly path?: string; readonly n: number; readonly torn?: boolean };
  readonly fail?: { readonly call?: string; readonly path?: string; readonly error: string };
  /** ms that the clock is ahead. */
  readonly clock?: number;
  /** What becomes of threads that are given work: they end, or never hear of it. */
  readonly thread?: 'end' | 'silent';
}

/**
 * Options of `FaultServer.start`.
 *
 * @example
 * ```ts
 * const options: FaultServerOptions = { data: '/tmp/data', flags: ['--archive-after', '0m'] };
 * ```
 */
export interface FaultServerOptions {
  readonly data: string;
  /** More flags of `sgaps serve`. Default: no viewing, no model. */
  readonly flags?: readonly string[];
  readonly viewing?: boolean;
  readonly model?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly inject?: Injection;
  /** A command that starts it, such as `prlimit --nofile=40`. */
  readonly wrap?: readonly string[];
  /** User that it runs as, where the caller is root. */
  readonly uid?: number;
  /** The built program; default true. False runs it from source. */
  readonly built?: boolean;
  /** ms within which it must listen; default 60,000. */
  readonly within?: number;
  readonly port?: number;
}

/**
 * `sgaps serve` as a process of its own, which can be killed, told to fail and asked what it costs.
 *
 * @example
 * ```ts
 * const server = await FaultServer.start({ data });
 * await server.kill();
 * ```
 */
export class FaultServer {
  /** What it logged, one JSON object per line; of threads and renderers too. */
  readonly log: Record<string, unknown>[] = [];
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** What it said where no log was expected. */
  errors = '';
  url = '';
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    child.stderr?.on('data', (piece: Buffer) => {
      this.errors = (this.errors + piece.toString()).slice(-8192);
    });
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line));
  }

  /** Starts it and waits until it listens. Rejects with `CLOSED` and what it said where it ends before, or takes too long. */
  static async start(options: FaultServerOptions): Promise<FaultServer> {
    const server = FaultServer.spawn(options);
    const late = setTimeout(() => void server.kill(), options.within ?? 60_000);
    const listening = await server.heard('server listening');
    clearTimeout(late);
    if (!listening) throw new SgapsError('CLOSED', `The server ended before it listened: ${server.errors.trim()}`);
    server.url = `http://127.0.0.1:${String(listening.port)}`;
    return server;
  }

  /** Starts it and waits for nothing. */
  static spawn(options: FaultServerOptions): FaultServer {
    const { data, flags = [], env = {}, inject, wrap = [], uid, built = true, port = 0, model = 'none' } = options;
    const viewing = options.viewing ? ['--viewing-port', '0'] : ['--no-viewing'];
    const unlimited = ['--limit-joins', '0', '--limit-rooms', '0', '--limit-requests', '0', '--load-limit', '0'];
    const serve = [
      'serve',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--data',
      data,
      '--model',
      model,
      '--json-logs',
      ...unlimited,
    ];
    const program = [...(inject ? INJECT : []), ...(built ? BUILT : SOURCE), ...serve, ...viewing, ...flags];
    const [command, ...args] = [...wrap, process.execPath, ...program];
    return new FaultServer(
      spawn(command, args, {
        uid,
        stdio: ['ignore', 'pipe', 'pipe', ...(inject ? (['ipc'] as const) : [])],
        env: { ...process.env, ...env, ...(inject ? { SGAPS_FAULTS: JSON.stringify(inject) } : {}) },
      }),
    );
  }

  /** Starts another command of the program, such as `archive`. */
  static spawnCommand(args: readonly string[], built = true): FaultServer {
    const program = [...(built ? BUILT : SOURCE), ...args];
    return new FaultServer(spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** CPU time that the process has used, ms. */
  get cpuMs(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (1000 * (Number(fields[11]) + Number(fields[12]))) / TICKS;
  }

  /** Resident memory, bytes. */
  get rss(): number {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
    return 1024 * Number(kilobytes ?? 0);
  }

  /** The first entry of its log that says `message`, now or later; null where it ends without. */
  async heard(message: string): Promise<Record<string, unknown> | null> {
    for (;;) {
      const found = this.log.find(({ msg }) => msg === message);
      if (found || !this.isRunning) return found ?? null;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Has something else go wrong from now on; `{}`: nothing. It must have been started with `inject`. */
  async inject(next: Injection): Promise<void> {
    const heard = new Promise((resolve) => this.#process.once('message', resolve));
    this.#process.send(next);
    await Promise.race([heard, this.ended]);
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.isRunning) this.#process.kill('SIGKILL');
    await this.ended;
  }

  /** Ctrl-C; resolves when it has ended. */
  async stop(): Promise<{ readonly code: number | null; readonly signal: string | null }> {
    if (this.isRunning) this.#process.kill('SIGINT');
    return this.ended;
  }

  #hear(line: string): void {
    if (line.startsWith('{')) this.log.push(JSON.parse(line) as Record<string, unknown>);
  }
}
