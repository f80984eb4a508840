import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SGAPS_PROGRAM } from './sgapsProgram.js';

/** The program `sgaps` as a process of its own that logs JSON lines. */
export class Program {
  private constructor(
    readonly child: ChildProcess,
    /** What it logged, one object a line. */
    readonly log: readonly Record<string, unknown>[],
  ) {}

  /** Starts it and resolves once it has logged `message`; rejects when it ends before. */
  static async start(args: readonly string[], message: string): Promise<Program> {
    const child = spawn(process.execPath, [...SGAPS_PROGRAM, ...args, '--json-logs'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: Record<string, unknown>[] = [];
    let errors = '';
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString();
    });
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`sgaps ${args[0]} ended with ${code}: ${errors}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.startsWith('{')) return;
        const entry = JSON.parse(line) as Record<string, unknown>;
        log.push(entry);
        if (entry.msg === message) resolve();
      });
    });
    return new Program(child, log);
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves with the exit code, null where the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.ended) {
      const gone = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill(signal);
      await gone;
    }
    return this.child.exitCode;
  }
}
