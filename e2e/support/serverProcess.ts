import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SGAPS_PROGRAM } from './sgapsProgram.js';

/** `sgaps serve` as a process of its own, from source, on a free port. */
export class ServerProcess {
  readonly url: string;
  /** What it logged, one JSON object per line. */
  readonly log: readonly Record<string, unknown>[];
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, url: string, log: readonly Record<string, unknown>[]) {
    this.#process = process;
    this.url = url;
    this.log = log;
  }

  /** Starts the program and resolves when it says that it listens; rejects when it ends before. `port` 0 takes a free one. */
  static async start(options: {
    readonly data: string;
    readonly examples?: string;
    readonly port?: number;
    /** Whether to bring up a transport and a renderer. */
    readonly viewing?: boolean;
    /** Other options of the program. */
    readonly flags?: readonly string[];
  }): Promise<ServerProcess> {
    const { data, examples, port: wanted = 0, flags = [] } = options;
    const watched = options.viewing ? ['--viewing-port', '0'] : ['--no-viewing'];
    const shown = examples === undefined ? [] : ['--examples', examples];
    const args = ['serve', '--port', String(wanted), '--data', data, ...shown, ...watched, ...flags, '--json-logs'];
    const child = spawn(process.execPath, [...SGAPS_PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const log: Record<string, unknown>[] = [];
    const port = await new Promise<number>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`sgaps serve ended with ${code} before it listened`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.startsWith('{')) return;
        const entry = JSON.parse(line) as Record<string, unknown>;
        log.push(entry);
        if (Number(entry.level) >= 40) console.error(`server: ${line}`);
        if (entry.msg === 'server listening') resolve(Number(entry.port));
      });
    });
    return new ServerProcess(child, `http://localhost:${port}`, log);
  }

  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Ctrl-C; resolves when it has ended. */
  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
      this.#process.kill(signal);
    });
  }
}
