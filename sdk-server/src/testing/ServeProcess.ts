import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from './freePort.js';

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));

/** `sgaps serve` as a process of its own, from source, at an address of its own on this machine; without a model and without viewing. */
export class ServeProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
    /** What it logged, one object a line. */
    readonly log: readonly Record<string, unknown>[],
  ) {}

  /** Starts it and resolves when it listens; rejects when it ends before. */
  static async start(data: string, flags: readonly string[] = []): Promise<ServeProcess> {
    const port = await freePort();
    const own = ['--port', String(port), '--host', '127.0.0.1', '--public-address', `127.0.0.1:${port}`];
    const args = ['serve', '--data', data, ...own, '--no-viewing', '--model', 'none', '--json-logs', ...flags];
    const child = spawn(process.execPath, ['--conditions=sgaps-source', '--import', 'tsx', CLI, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: Record<string, unknown>[] = [];
    let errors = '';
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString();
    });
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`sgaps serve ended with ${code} before it listened: ${errors}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.startsWith('{')) return;
        const entry = JSON.parse(line) as Record<string, unknown>;
        log.push(entry);
        if (entry.msg === 'server listening') resolve();
      });
    });
    return new ServeProcess(child, `http://127.0.0.1:${port}`, log);
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Lines of its log that say so. */
  said(message: string): Record<string, unknown>[] {
    return this.log.filter(({ msg }) => msg === message);
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(this.url + path)).json()) as T;
  }

  /** Resolves with the exit code, null after a signal that it did not take. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.ended) {
      const gone = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill(signal);
      await gone;
    }
    return this.child.exitCode;
  }
}
