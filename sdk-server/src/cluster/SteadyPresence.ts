import { RedisPresence } from '@colyseus/redis-presence';
import type { Redis } from 'ioredis';

type Callback = (message: unknown) => void;

/**
 * Colyseus' presence on Redis, which goes on while Redis is away: Colyseus does not wait for most of what it tells it, and a promise that nobody waits for
 * would end the process. What is not delivered is made good for when Redis is back: subscriptions by `RedisPresence` itself, counts by Colyseus within a minute.
 *
 * @example
 * ```ts
 * const presence = await SteadyPresence.open(link.redis);
 * ```
 */
export class SteadyPresence extends RedisPresence {
  /** Opens a connection of its own for what it listens to. */
  static async open(redis: Redis): Promise<SteadyPresence> {
    const presence = new SteadyPresence(redis);
    // Its own log says when Redis is gone; each of the presence's two would once more, at every try.
    for (const connection of [presence.sub, presence.pub]) connection.removeAllListeners('error').on('error', () => undefined);
    await presence.sub.connect();
    return presence;
  }

  override async subscribe(topic: string, callback: Callback): Promise<this> {
    // It is remembered before it is sent: where Redis is away, it is sent when it is back.
    await super.subscribe(topic, callback).catch(() => undefined);
    return this;
  }

  override async unsubscribe(topic: string, callback?: Callback): Promise<this> {
    await super.unsubscribe(topic, callback).catch(() => undefined);
    return this;
  }

  override async publish(topic: string, data: unknown): Promise<void> {
    await super.publish(topic, data).catch(() => undefined);
  }

  override async hset(key: string, field: string, value: string): Promise<boolean> {
    return super.hset(key, field, value).catch(() => false);
  }

  override async hdel(key: string, field: string): Promise<boolean> {
    return super.hdel(key, field).catch(() => false);
  }

  /** A lock that cannot be had is none: 1, as for the first who asks. */
  override async hincrbyex(key: string, field: string, value: number, expireInSeconds: number): Promise<number> {
    return super.hincrbyex(key, field, value, expireInSeconds).catch(() => 1);
  }

  /** Ends what it opened; the other connection is its owner's. */
  override shutdown(): void {
    this.sub.disconnect();
  }

  protected override resubscribeAll(): void {
    // Colyseus' own logs a line when it fails; the next `ready` tries again.
    const topics = this.subscriptions.eventNames().filter((topic): topic is string => typeof topic === 'string');
    if (topics.length > 0) (this.sub as Redis).subscribe(...topics).catch(() => undefined);
  }
}
