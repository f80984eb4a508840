import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SGAPS_PROGRAM } from './sgapsProgram.js';

/** A command of `sgaps` as a process of its own, from source. */
export class SgapsProcess {
  /** What it logged, one JSON object per line. */
  readonly log: Record<string, unknown>[] = [];
  readonly ended: Promise<number | null>;
  errors = '';
  private readonly waiting = new Set<() => void>();

  private constructor(readonly child: ChildProcess) {
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.startsWith('{')) return;
        this.log.push(JSON.parse(line) as Record<string, unknown>);
        for (const look of [...this.waiting]) look();
      });
    child.stderr?.on('data', (piece: Buffer) => {
      this.errors += piece.toString();
    });
    this.ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }

  /** Starts it; `--json-logs` is added. */
  static start(...args: string[]): SgapsProcess {
    return SgapsProcess.startWith({}, ...args);
  }

  /** Starts it with these variables of its environment set. */
  static startWith(variables: Readonly<Record<string, string>>, ...args: string[]): SgapsProcess {
    const env = { ...process.env, ...variables };
    return new SgapsProcess(
      spawn(process.execPath, [...SGAPS_PROGRAM, ...args, '--json-logs'], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }

  /** The first entry that says `message`, now or later; rejects when the process ends before. */
  heard(message: string): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.log.find(({ msg }) => msg === message);
        if (!found) return;
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      look();
      void this.ended.then((code) => reject(new Error(`It ended with ${code} before '${message}': ${this.errors}`)));
    });
  }

  /** Ends it; resolves when it is gone. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}
