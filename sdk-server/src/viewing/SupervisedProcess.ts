import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';

/** The program `sgaps`, from sources or built. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const CLI = fileURLToPath(new URL(FROM_SOURCES ? '../cli.ts' : './cli.js', import.meta.url));
const PROGRAM = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx', CLI] : [CLI];
/** ms before a process that ended is started anew: growing, from the first on again once it has run so long. */
const PAUSES = [250, 1_000, 2_000, 4_000, 8_000];
const HEALTHY = 30_000;
/** ms that a process may take to end by itself. */
const END_WITHIN = 5_000;

/**
 * A command of `sgaps` as a process of its own, started anew when it ends. It ends with this one, however that ends: its standard input does.
 *
 * @example
 * ```ts
 * const transport = new SupervisedProcess(['transport', '--port', '0'], log, { heard: ({ port }) => note(port) });
 * await transport.stop();
 * ```
 */
export class SupervisedProcess {
  private readonly args: () => readonly string[];
  /** What it is called in the log. */
  private readonly command: string;
  private child: ChildProcess | null = null;
  private timer: NodeJS.Timeout | null = null;
  private failures = 0;
  private lastLine = '';
  private isStopped = false;
  private readonly variables: Readonly<Record<string, string>>;

  /** `args`: also a function, asked at each start. */
  constructor(
    args: readonly string[] | (() => readonly string[]),
    private readonly log: Logger,
    private readonly listener: {
      /** Hears of each entry that the process logs. */
      heard?(entry: Readonly<Record<string, unknown>>): void;
      /** It has ended by itself, or did not start; the last that it said, or why. */
      ended?(line: string): void;
      /** Variables of its environment beside ours, for what no command line may show. */
      readonly variables?: Readonly<Record<string, string>>;
    } = {},
  ) {
    this.variables = listener.variables ?? {};
    this.args = typeof args === 'function' ? args : () => args;
    this.command = this.args()[0];
    this.start();
  }

  /** Its process, for tests that end it; undefined while there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.timer) clearTimeout(this.timer);
    const { child } = this;
    if (!child || child.pid === undefined) return;
    const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN);
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    });
    clearTimeout(late);
  }

  private start(): void {
    this.timer = null;
    const startedAt = performance.now();
    let child: ChildProcess;
    // It is heard at info, whatever we log.
    const level = this.log.isLevelEnabled('debug') ? ['--log-level', 'debug'] : [];
    try {
      child = spawn(process.execPath, [...PROGRAM, ...this.args(), '--supervised', '--json-logs', ...level], {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...process.env, ...this.variables },
      });
    } catch (error) {
      this.notStarted(error);
      return;
    }
    this.child = child;
    // A process that is gone takes no input; that it is gone is heard of below.
    child.stdin?.on('error', () => undefined);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.hear(line));
    }
    // Also told of one that runs and could not be signalled.
    child.on('error', (error) => {
      if (child.pid === undefined) this.notStarted(error);
    });
    child.once('exit', (code, signal) => {
      if (performance.now() - startedAt > HEALTHY) this.failures = 0;
      this.over({ code, signal });
    });
  }

  /** There is no process, so that none will be heard to exit. */
  private notStarted(error: unknown): void {
    this.lastLine = error instanceof Error ? error.message : String(error);
    this.log.error({ err: error, process: this.command }, 'process could not be started');
    this.over({});
  }

  private over(how: { readonly code?: number | null; readonly signal?: string | null }): void {
    this.child = null;
    if (this.isStopped) return;
    this.listener.ended?.(this.lastLine);
    const pause = PAUSES[Math.min(this.failures++, PAUSES.length - 1)];
    this.log.warn({ process: this.command, ...how, againIn: pause }, 'process ended: starting it anew');
    this.timer = setTimeout(() => this.start(), pause);
  }

  /** Its log goes into ours, at its own level. */
  private hear(line: string): void {
    this.lastLine = line;
    let entry: Record<string, unknown>;
    try {
      entry = JSON.parse(line) as Record<string, unknown>;
    } catch {
      this.log.debug({ process: this.command, line }, 'process said'); // No log entry: a warning of a library, say.
      return;
    }
    const { level, msg, time: _time, pid: _pid, hostname: _host, name: _name, ...fields } = entry;
    const own = { process: this.command, ...fields };
    if (Number(level) >= 50) this.log.error(own, String(msg));
    else if (Number(level) >= 40) this.log.warn(own, String(msg));
    else this.log.debug(own, String(msg));
    this.listener.heard?.(entry);
  }
}
