import { freePort } from './freePort.js';
import { Program } from './Program.js';

/** `sgaps serve` as a process of its own, at an address of its own on this machine; without a model and without viewing. */
export class ServeProcess {
  private constructor(
    private readonly program: Program,
    readonly url: string,
  ) {}

  /** Starts it and resolves when it listens; rejects when it ends before. */
  static async start(data: string, flags: readonly string[] = []): Promise<ServeProcess> {
    const port = await freePort();
    const own = ['--port', String(port), '--host', '127.0.0.1', '--public-address', `127.0.0.1:${port}`];
    // A machine that is busy with other tests is no reason to refuse sessions.
    const args = ['serve', '--data', data, ...own, '--no-viewing', '--model', 'none', '--load-limit', '0', ...flags];
    return new ServeProcess(await Program.start(args, 'server listening'), `http://127.0.0.1:${port}`);
  }

  get child() {
    return this.program.child;
  }

  get log() {
    return this.program.log;
  }

  get ended(): boolean {
    return this.program.ended;
  }

  /** Lines of its log that say so. */
  said(message: string): Record<string, unknown>[] {
    return this.log.filter(({ msg }) => msg === message);
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(this.url + path)).json()) as T;
  }

  /** Resolves with the exit code, null where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    return this.program.end(signal);
  }
}
