import { type ChildProcess, spawn } from 'node:child_process';

/** A command of a project, as a person starts it, with all that it starts. */
export class CommandProcess {
  /** What it printed. */
  output = '';
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  /** `variables` are added to this process' own. */
  constructor(command: string, cwd: string, variables: Readonly<Record<string, string>> = {}) {
    // A group of its own: what a command has started ends with it.
    this.#child = spawn(command, {
      cwd,
      shell: true,
      detached: true,
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (piece: Buffer) => {
        this.output += piece.toString();
      });
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code) => resolve(code));
      this.#child.once('error', (error) => {
        this.output += error.message;
        resolve(1);
      });
    });
  }

  /** Waits for its end; throws, with what it printed, where that is not a good one. */
  async done(): Promise<string> {
    const code = await this.ended;
    if (code !== 0) throw new Error(`${this.#child.spawnargs.at(-1)} ended with ${code}:\n${this.output}`);
    return this.output;
  }

  /** Waits until an address answers. */
  async answers(url: string): Promise<void> {
    let code: number | null | undefined;
    void this.ended.then((ended) => {
      code = ended;
    });
    for (;;) {
      const good = await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      );
      if (good) return;
      if (code !== undefined) throw new Error(`It ended with ${code} before ${url} answered:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ctrl-C. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.pid) process.kill(-this.#child.pid, 'SIGINT');
    await this.ended;
  }
}
