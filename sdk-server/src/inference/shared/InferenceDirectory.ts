import type { Redis } from 'ioredis';

/** ms between two signs of life, and after which the last one counts no more. */
const BEAT_MS = 1_000;
const ALIVE_MS = 4_000;
const SERVICES = 'sgaps:inference';
const keyOf = (id: string) => `sgaps:inference:${id}`;

/**
 * An inference service as others find it.
 *
 * @example
 * ```ts
 * const entry: InferenceEntry = { id: 'gpu-1', address: 'tcp:10.0.0.9:2570', machine: 'gpu-1', model: 'sgaps-mae-small@1', sha256, provider: 'cuda', busy: 0.4 };
 * ```
 */
export interface InferenceEntry {
  readonly id: string;
  /** See `readAddress`. */
  readonly address: string;
  /** Who else may use a Unix socket: those on this machine. */
  readonly machine: string;
  readonly model: string;
  readonly sha256: string;
  readonly provider: string;
  /** Part of its time that its model ran, lately, 0 … 1. */
  readonly busy: number;
}

/**
 * The inference services that Redis knows of.
 *
 * @example
 * ```ts
 * const directory = new InferenceDirectory(link.redis);
 * const services = await directory.list();
 * ```
 */
export class InferenceDirectory {
  constructor(private readonly redis: Redis) {}

  /** Those that live. Rejects where Redis is away. */
  async list(): Promise<InferenceEntry[]> {
    const ids = await this.redis.smembers(SERVICES);
    if (ids.length === 0) return [];
    const texts = await this.redis.mget(ids.map(keyOf));
    const dead = ids.filter((_, at) => texts[at] === null);
    // One that lives is there again within a second.
    if (dead.length > 0) await this.redis.srem(SERVICES, ...dead);
    return texts.flatMap((text) => readEntry(text) ?? []);
  }

  /** Says every second that a service lives, until the function that is returned is called. */
  announce(entry: () => InferenceEntry): () => Promise<void> {
    const { id } = entry();
    const say = async () => {
      await this.redis
        .multi()
        .set(keyOf(id), JSON.stringify(entry()), 'PX', ALIVE_MS)
        .sadd(SERVICES, id)
        .exec()
        // The next time, then.
        .catch(() => undefined);
    };
    void say();
    const timer = setInterval(() => void say(), BEAT_MS);
    return async () => {
      clearInterval(timer);
      await this.redis
        .multi()
        .del(keyOf(id))
        .srem(SERVICES, id)
        .exec()
        .catch(() => undefined);
    };
  }
}

/** Null for what is none, such as of a version to come. */
function readEntry(text: string | null): InferenceEntry | null {
  try {
    const entry = JSON.parse(text ?? 'null') as InferenceEntry | null;
    const texts = [entry?.id, entry?.address, entry?.machine, entry?.model, entry?.sha256, entry?.provider];
    return texts.every((value) => typeof value === 'string') && typeof entry?.busy === 'number' ? entry : null;
  } catch {
    return null;
  }
}
