import type { IRoomCache } from '@colyseus/core';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '../testing/startRedis.js';
import { type MemberIdentity, Members } from './Members.js';
import { RedisLink } from './RedisLink.js';
import { SteadyDriver } from './SteadyDriver.js';
import { SteadyPresence } from './SteadyPresence.js';

const WAIT = { timeout: 20_000, interval: 20 };
const lines: string[] = [];
const log = pino({}, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
let redis: TestRedis;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.close());

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  lines.length = 0;
});

async function open(): Promise<RedisLink> {
  const link = await RedisLink.open(redis.url, log);
  closing.push(() => link.close());
  return link;
}

async function join(id: string): Promise<{ members: Members; link: RedisLink; takenForDead: () => number }> {
  const link = await open();
  let taken = 0;
  const identity: MemberIdentity = { id, processId: `p-${id}`, address: null, folder: 'f', startedAt: 1 };
  const members = await Members.join(link, {
    identity: () => identity,
    load: () => ({ sessions: 3, accepting: true }),
    onTakenForDead: () => taken++,
    log,
  });
  closing.push(() => members.leave());
  return { members, link, takenForDead: () => taken };
}

it('an address where nothing answers, or that is none, is told without its password', async () => {
  const refused = RedisLink.open('redis://user:hidden@127.0.0.1:1', log);
  await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('127.0.0.1:1') });
  await expect(refused).rejects.not.toThrow(/hidden/);
  await expect(RedisLink.open('http://hidden@example.com', log)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
});

it('processes see each other, and the silence of one that says nothing any more', async () => {
  const a = await join('a');
  const b = await join('b');
  await a.members.beat();
  expect(a.members.living.map(({ id, sessions }) => ({ id, sessions }))).toEqual([
    { id: 'a', sessions: 3 },
    { id: 'b', sessions: 3 },
  ]);
  expect(a.members.isDead('b')).toBe(false);
  b.link.close();
  await vi.waitUntil(() => a.members.others.length === 0, WAIT);
  // It may only be slow to come back to a Redis that was restarted.
  expect(a.members.dead).toEqual([]);
  await vi.waitUntil(() => a.members.dead.includes('b'), WAIT);
  expect(await a.members.isListed('b')).toBe(true);
  await a.members.strike('b');
  expect(await a.members.isListed('b')).toBe(false);
  // One that comes back after all finds out that it was given up.
  const late = await join('b');
  expect(late.takenForDead()).toBeGreaterThan(0);
  expect(a.takenForDead()).toBe(0);
});

it('nobody is dead for a Redis that has forgotten everything', async () => {
  const [a, b] = [await join('c'), await join('d')];
  await redis.restart();
  await vi.waitUntil(() => a.link.up && b.link.up && a.members.others.some(({ id }) => id === 'd'), WAIT);
  expect(a.members.dead).toEqual([]);
  expect(a.members.isDead('d')).toBe(false);
  expect(lines.filter((line) => line.includes('redis'))).toHaveLength(4);
});

it('Colyseus goes on without Redis: nothing rejects that it does not wait for, and its rooms are listed again', async () => {
  const rejected = vi.fn();
  process.on('unhandledRejection', rejected);
  closing.push(() => process.off('unhandledRejection', rejected));
  const link = await open();
  const presence = await SteadyPresence.open(link.redis);
  closing.push(() => presence.shutdown());
  const driver = new SteadyDriver(link.redis);
  const room = (roomId: string) => ({ roomId, name: 'sgaps', processId: 'here', clients: 1 }) as IRoomCache;
  await driver.persist(room('kept'));
  await driver.persist(room('ends'));
  const heard: unknown[] = [];
  await presence.subscribe('before', (message) => heard.push(message));
  await redis.kill();
  await vi.waitUntil(() => !link.up, WAIT);
  await presence.subscribe('meanwhile', (message) => heard.push(message));
  await presence.publish('before', 'lost');
  await presence.hset('hash', 'field', 'value');
  await presence.hdel('hash', 'field');
  expect(await presence.hincrbyex('hash', 'field', 1, 10)).toBe(1);
  await driver.persist(room('new'));
  await driver.remove('ends');
  expect((await driver.query({ name: 'sgaps' })).map(({ roomId }) => roomId)).toEqual(['kept', 'new']);
  expect((await driver.findOne({ roomId: 'new' }))?.roomId).toBe('new');
  expect(await driver.findOne({ roomId: 'ends' })).toBeUndefined();
  expect(await driver.has('kept')).toBe(true);
  await redis.restart();
  await vi.waitUntil(() => link.up, WAIT);
  await driver.relist();
  expect([...(await driver.findByIds(['kept', 'ends', 'new'])).keys()]).toEqual(['kept', 'new']);
  for (const topic of ['before', 'meanwhile']) {
    await vi.waitUntil(async () => {
      await presence.publish(topic, topic);
      return heard.includes(topic);
    }, WAIT);
  }
  expect(rejected).not.toHaveBeenCalled();
});
