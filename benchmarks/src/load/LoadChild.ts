import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import type { LoadQuestion } from './messages.js';

/** A child that has not answered `close` after so long is ended, ms. */
const CLOSE_WITHIN = 15_000;

/**
 * A process of the load bench, asked one thing at a time.
 *
 * @example
 * ```ts
 * const { child, hello } = await LoadChild.start<{ endpoint: string }>('serverProcess.ts', [JSON.stringify(setup)]);
 * const reading = await child.ask<ServerReading>({ ask: 'read' });
 * await child.close();
 * ```
 */
export class LoadChild {
  readonly #process: ChildProcess;
  readonly #name: string;

  private constructor(child: ChildProcess, name: string) {
    this.#process = child;
    this.#name = name;
  }

  /**
   * Starts one of this folder's programs; `hello` is the first thing it says. `built`: the packages that it imports are those that were built, as users run them, not the
   * sources. Rejects with `CLOSED` when it ends before.
   */
  static async start<T>(
    program: 'serverProcess.ts' | 'recordersProcess.ts',
    args: readonly string[] = [],
    built = false,
  ): Promise<{ readonly child: LoadChild; readonly hello: T }> {
    const execArgv = [...(built ? [] : ['--conditions=sgaps-source']), '--import', 'tsx', '--expose-gc'];
    const child = new LoadChild(fork(join(import.meta.dirname, program), args, { execArgv }), program);
    return { child, hello: await child.#next<T>() };
  }

  /** Asks and waits for the answer. Rejects with `CLOSED` when the process ends first. */
  ask<T>(question: LoadQuestion): Promise<T> {
    const answer = this.#next<T>();
    this.#process.send(question);
    return answer;
  }

  /** Its process. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Lets it end by itself, and ends it when it does not. */
  async close(): Promise<void> {
    if (!this.#process.connected) return;
    const gone = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), CLOSE_WITHIN);
    this.#process.send({ ask: 'close' } satisfies LoadQuestion);
    await gone;
    clearTimeout(timer);
  }

  #next<T>(): Promise<T> {
    const child = this.#process;
    return new Promise((resolve, reject) => {
      const settle = () => {
        child.off('message', hear);
        child.off('exit', fail);
      };
      const hear = (message: unknown) => {
        settle();
        resolve(message as T);
      };
      const fail = (code: number | null) => {
        settle();
        reject(new SgapsError('CLOSED', `${this.#name} ended with status ${code ?? 'none'} before it answered.`));
      };
      child.once('message', hear);
      child.once('exit', fail);
    });
  }
}
