import type { IRoomCache, MatchMakerDriver, SortOptions } from '@colyseus/core';
import { RedisDriver } from '@colyseus/redis-driver';
import type { Redis } from 'ioredis';

type Conditions = Partial<IRoomCache>;
type Change = Parameters<RedisDriver['update']>[1];

/**
 * Colyseus' list of rooms in Redis, which goes on while Redis is away: this process' own rooms are known here all the same, and are listed again by `relist`.
 *
 * @example
 * ```ts
 * const driver = new SteadyDriver(link.redis);
 * link.onBack(() => driver.relist());
 * ```
 */
export class SteadyDriver extends RedisDriver implements MatchMakerDriver {
  readonly #own = new Map<string, IRoomCache>();
  /** Rooms that ended while Redis was away: it still lists them. */
  readonly #ended = new Set<string>();

  constructor(redis: Redis) {
    super(redis);
  }

  /** Rooms of this process as Redis should list them. */
  get own(): readonly IRoomCache[] {
    return [...this.#own.values()];
  }

  /** Tells Redis of this process' rooms, and of those that ended meanwhile. Rejects where it is away again. */
  async relist(): Promise<void> {
    for (const roomId of this.#ended) {
      await super.remove(roomId);
      this.#ended.delete(roomId);
    }
    for (const room of this.#own.values()) await super.persist(room);
  }

  override async has(roomId: string): Promise<boolean> {
    return super.has(roomId).catch(() => this.#own.has(roomId));
  }

  override async query(conditions: Conditions, sort?: SortOptions): Promise<IRoomCache[]> {
    return super.query(conditions, sort).catch(() => this.#matching(conditions));
  }

  override async findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    return super
      .findByIds(roomIds)
      .catch(() => new Map(this.own.filter((room) => roomIds.includes(room.roomId)).map((room) => [room.roomId, room])));
  }

  override async findOne(conditions: Conditions, sort?: SortOptions): Promise<IRoomCache> {
    const found = async () => super.findOne(conditions, sort);
    // Colyseus' type promises a room, and Colyseus asks whether there is one.
    return found().catch(() => this.#matching(conditions)[0] as IRoomCache);
  }

  override async update(room: IRoomCache, change: Change): Promise<boolean> {
    if (this.#own.has(room.roomId)) this.#own.set(room.roomId, room);
    return super.update(room, change).catch(() => true);
  }

  override async persist(room: IRoomCache, create?: boolean): Promise<boolean> {
    this.#own.set(room.roomId, room);
    return super.persist(room, create).catch(() => true);
  }

  override async remove(roomId: string): Promise<boolean> {
    this.#own.delete(roomId);
    return super.remove(roomId).catch(() => {
      if (roomId) this.#ended.add(roomId);
      return false;
    });
  }

  override async cleanup(processId: string): Promise<void> {
    await super.cleanup(processId).catch(() => undefined);
  }

  override async shutdown(): Promise<void> {
    // The connection is its owner's.
  }

  #matching(conditions: Conditions): IRoomCache[] {
    const wanted = Object.entries(conditions);
    return this.own.filter((room) =>
      wanted.every(([name, value]) => (room as unknown as Record<string, unknown>)[name] === value),
    );
  }
}
