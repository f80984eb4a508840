import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How long Chromium may take to answer, ms: a test that waits for ever does not say for what. */
const PATIENCE = 30_000;

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A tab of a `PlainBrowser`. */
export interface PlainTab {
  /** The value of an expression, promises awaited. */
  evaluate(expression: string): Promise<unknown>;
  /** Puts the tab in front of the others, which are hidden then. */
  activate(): Promise<void>;
}

/**
 * Chromium over its bare protocol. Playwright keeps every page visible, whatever lies in front of it; here a tab behind another is
 * hidden, as it is for a player.
 */
export class PlainBrowser {
  readonly #answers = new Map<number, (answer: Answer) => void>();
  #next = 1;

  private constructor(
    private readonly process: ChildProcess,
    private readonly socket: WebSocket,
    private readonly profile: string,
  ) {
    socket.onmessage = ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id !== undefined) this.#answers.get(answer.id)?.(answer);
    };
  }

  static async launch(flags: readonly string[]): Promise<PlainBrowser> {
    const profile = mkdtempSync(join(tmpdir(), 'sgaps-plain-'));
    const program = process.env.SGAPS_CHROMIUM ?? '/usr/bin/chromium';
    const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
    const child = spawn(program, [...own, ...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const address = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`Chromium ended with ${code}`)));
      createInterface({ input: child.stderr }).on('line', (line) => {
        const found = /DevTools listening on (ws:\S+)/.exec(line);
        if (found) resolve(found[1]);
      });
    });
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`No connection to ${address}`));
    });
    return new PlainBrowser(child, socket, profile);
  }

  async open(url: string): Promise<PlainTab> {
    const { targetId } = await this.#ask('Target.createTarget', { url });
    const { sessionId } = await this.#ask('Target.attachToTarget', { targetId, flatten: true });
    return {
      evaluate: async (expression) => {
        const answer = await this.#ask(
          'Runtime.evaluate',
          { expression, awaitPromise: true, returnByValue: true },
          String(sessionId),
        );
        if (answer['exceptionDetails']) throw new Error(JSON.stringify(answer['exceptionDetails']));
        return (answer['result'] as { value?: unknown }).value;
      },
      activate: async () => void (await this.#ask('Target.activateTarget', { targetId })),
    };
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    await this.#ask('Browser.close', {});
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  #ask(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`No answer in ${PATIENCE} ms: ${method} ${JSON.stringify(params)}`)),
        PATIENCE,
      );
      this.#answers.set(id, ({ result, error }) => {
        clearTimeout(late);
        this.#answers.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
      this.socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }));
    });
  }
}
