import { SgapsError } from '@sgaps/protocol';
import type { FromPlayer, PlayerRequest, ToPlayer } from './messages.js';

type Answer = Extract<FromPlayer, { type: 'done' }>;

/** What the worker says without being asked. */
export type PlayerNews = Exclude<FromPlayer, { type: 'done' | 'failed' }>;

/** Questions and answers between a page and the player's worker. */
export class PlayerWorker {
  onNews: (news: PlayerNews) => void = () => undefined;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: SgapsError): void }>();
  #asked = 0;
  #ended: SgapsError | null = null;

  constructor() {
    try {
      this.#worker = new Worker(new URL('./player.worker.js', import.meta.url), { type: 'module' });
    } catch (cause) {
      throw new SgapsError('UNSUPPORTED', 'This page allows no worker to play in.', { cause });
    }
    this.#worker.onerror = ({ message }) =>
      this.end(new SgapsError('UNSUPPORTED', `The player's worker failed: ${message || 'its script does not load'}.`));
    this.#worker.onmessage = ({ data }: MessageEvent<FromPlayer>) => this.#hear(data);
  }

  ask(request: PlayerRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const id = this.#asked++;
      if (this.#ended) return reject(this.#ended);
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id } satisfies ToPlayer);
    });
  }

  end(error = new SgapsError('CLOSED', 'The player was disposed.')): void {
    this.#ended ??= error;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  #hear(message: FromPlayer): void {
    if (message.type !== 'done' && message.type !== 'failed') return this.onNews(message);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'done') waiting?.resolve(message);
    else waiting?.reject(asError(message));
  }
}

/** An error as the worker told it. */
export function asError({ code, message }: Pick<Extract<FromPlayer, { type: 'error' }>, 'code' | 'message'>): SgapsError {
  return new SgapsError(code ?? 'UNSUPPORTED', message);
}
