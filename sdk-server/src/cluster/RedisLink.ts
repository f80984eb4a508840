import { SgapsError } from '@sgaps/protocol';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';

/** ms within which a command is answered, and the first connection made. */
const ANSWER_WITHIN = 2_000;
const CONNECT_WITHIN = 5_000;
/** ms between tries to come back: doubled from the first to the longest. */
const FIRST_RETRY = 50;
export const LONGEST_RETRY = 1_000;

/**
 * A connection to Redis that fails at once where there is none, instead of queueing: nothing that waits for it may hold up a recording, nor be done long after
 * it was asked for. It comes back by itself. Says in the log when Redis goes and when it is back, and nothing between.
 *
 * @example
 * ```ts
 * const link = await RedisLink.open('redis://127.0.0.1:6379', log);
 * await link.redis.set('key', 'value');
 * ```
 */
export class RedisLink {
  /** Since when Redis has answered without a break, ms of `performance.now()`; null while it does not. */
  upSince: number | null = null;
  readonly #listeners = new Set<() => void>();
  #wasUp = false;
  #closed = false;

  private constructor(
    readonly redis: Redis,
    private readonly log: Logger,
  ) {
    redis.on('ready', () => this.#up());
    redis.on('close', () => this.#down());
    // Without a listener ioredis prints each failed try.
    redis.on('error', () => undefined);
  }

  /** @throws SgapsError `ARGUMENT_INVALID` for an address that is none, `UNAVAILABLE` where nothing answers there. */
  static async open(url: string, log: Logger): Promise<RedisLink> {
    const where = addressOf(url);
    const link = new RedisLink(new Redis(url, redisOptions()), log);
    try {
      await link.redis.connect();
      await link.redis.ping();
    } catch (cause) {
      link.close();
      const message = `Redis at ${where} does not answer (${cause instanceof Error ? cause.message : String(cause)}); start it, or correct --redis.`;
      throw new SgapsError('UNAVAILABLE', message, { cause });
    }
    return link;
  }

  get up(): boolean {
    return this.upSince !== null;
  }

  /** Calls back each time that Redis is there again; returns the way to stop that. */
  onBack(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    this.redis.disconnect();
  }

  #up(): void {
    this.upSince = performance.now();
    if (!this.#wasUp) {
      this.#wasUp = true;
      return;
    }
    this.log.info('redis is back');
    for (const listener of this.#listeners) listener();
  }

  #down(): void {
    if (this.upSince === null || this.#closed) return;
    this.upSince = null;
    this.log.warn('redis is gone: recordings go on, new ones are made in the process that is asked');
  }
}

function redisOptions(): RedisOptions {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: ANSWER_WITHIN,
    connectTimeout: CONNECT_WITHIN,
    connectionName: 'sgaps',
    retryStrategy: (tries) => Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(tries, 10)),
  };
}

/** Host and port: an address may hold a password. */
function addressOf(url: string): string {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url))
    throw new SgapsError('ARGUMENT_INVALID', 'The address of Redis must be redis://host:port or rediss://host:port.');
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || 6379}`;
}
