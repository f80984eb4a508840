import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, Room, Server, ServerError } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { isSgapsError, RESTART } from '@sgaps/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRID } from '../testing/fakes.js';
import { Connection } from './Connection.js';

const join = { game: 'test', grid: GRID, fps: 30, schema: { values: [] }, engine: 'none' };
const welcome = { recordingId: 'r1', grid: GRID, tierBits: [8, 5, 3, 3], fps: 30, schema: { values: [] } };
const rooms: RecordRoom[] = [];

class RecordRoom extends Room {
  static shut = false;
  /** Tokens of those who joined. */
  static readonly shown: string[] = [];
  readonly got: [string, unknown][] = [];
  readonly joined: unknown[] = [];
  recorder!: Client;

  static override async onAuth(token: string): Promise<boolean> {
    if (RecordRoom.shut) throw new ServerError(503, 'shut');
    RecordRoom.shown.push(token);
    if (token === 'wrong') throw new ServerError(401, 'no');
    return true;
  }

  /** What a recorder that came back is told. */
  resumes = true;

  override async onDrop(client: Client): Promise<void> {
    if (this.resumes) await this.allowReconnection(client, 5).catch(() => undefined);
  }

  override onReconnect(client: Client): void {
    this.recorder = client;
    client.send('welcome', welcome);
    client.sendBytes('coords', new Uint8Array([7]));
  }

  override onCreate(): void {
    rooms.push(this);
    this.onMessageBytes('pixels', (_, bytes) => this.got.push(['pixels', [...bytes]]));
    this.onMessage('event', (_, body) => this.got.push(['event', body]));
    this.onMessage('stats', (_, body) => this.got.push(['stats', body]));
  }

  override onJoin(client: Client, options: { game?: string }): void {
    this.recorder = client;
    this.joined.push(options);
    if (options.game === 'refused') client.send('error', { code: 'STORAGE_FULL', message: 'disk full', reset: false });
    else client.send('welcome', options.game === 'garbled' ? { recordingId: 7 } : welcome);
    client.sendBytes('coords', new Uint8Array([1, 2, 3]));
  }
}

let server: Server;
let endpoint: string;
/** Addresses that sockets were opened with. */
const addresses: string[] = [];

beforeAll(async () => {
  const http = createServer();
  http.on('upgrade', ({ url }) => addresses.push(url ?? ''));
  server = new Server({
    transport: new WebSocketTransport({ server: http, maxPayload: 65_536 }),
    greet: false,
    gracefullyShutdown: false,
  });
  server.define('sgaps', RecordRoom);
  await server.listen(0, '127.0.0.1');
  endpoint = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await server.gracefullyShutdown(false);
});

const until = async (what: () => boolean, tries = 300) => {
  for (let i = 0; i < tries && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
};

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return isSgapsError(error) ? error.code : String(error);
}

describe('Connection', () => {
  it('joins, gets the welcome and early coordinates, sends bytes and messages, and leaves', async () => {
    const connection = await Connection.open({ endpoint, join });
    const room = rooms[rooms.length - 1];
    expect(connection.welcome).toMatchObject({ recordingId: 'r1', grid: GRID, tierBits: [8, 5, 3, 3] });
    expect(connection.roomId).toBe(room.roomId);
    expect(room.joined[0]).toMatchObject({ role: 'record', protocol: 1, ...join });
    const coordinates: number[][] = [];
    connection.onCoordinates((bytes) => coordinates.push([...bytes]));
    room.recorder.sendBytes('coords', new Uint8Array([4]));
    await until(() => coordinates.length === 2);
    expect(coordinates).toEqual([[1, 2, 3], [4]]);

    connection.sendPixels(new Uint8Array([9, 8]));
    connection.sendPixels(new Uint8Array([7]));
    connection.sendEvent({ name: 'coin', data: { value: 1 }, time: 5 });
    connection.sendStats({ frames: 3 });
    await until(() => room.got.length === 4);
    expect(room.got).toEqual([
      ['pixels', [9, 8]],
      ['pixels', [7]],
      ['event', { name: 'coin', data: { value: 1 }, time: 5 }],
      ['stats', { frames: 3 }],
    ]);
    expect(connection.bufferedAmount).toBe(0);

    connection.close();
    await until(() => room.clients.length === 0);
    expect(connection.isOpen).toBe(false);
    expect(room.clients).toHaveLength(0);
    connection.sendPixels(new Uint8Array([1]));
    connection.close();
  });

  it('passes on the wish for a fresh stream, and tells once why the server closed', async () => {
    const connection = await Connection.open({ endpoint, join });
    const room = rooms[rooms.length - 1];
    const resets: unknown[] = [];
    const closed: string[] = [];
    connection.onReset((digest) => resets.push(digest));
    connection.onClosed((reason) => closed.push(reason));
    room.recorder.send('error', { code: 'BYTES_MALFORMED', message: 'bad packet', reset: true });
    room.recorder.send('error', { ...RESTART, digest: true });
    room.recorder.send('error', { ...RESTART, digest: false });
    await until(() => resets.length === 3);
    expect(resets).toEqual([undefined, true, false]);
    expect(connection.isOpen).toBe(true);
    room.recorder.send('error', { code: 'LIMIT_EXCEEDED', message: 'too many bytes', reset: false });
    room.recorder.leave(4011, 'LIMIT_EXCEEDED');
    await until(() => closed.length === 1);
    expect(closed).toHaveLength(1);
    expect(closed[0]).toContain('too many bytes');
    expect(connection.isOpen).toBe(false);
  });

  const cut = (room: RecordRoom) => (room.recorder.ref as unknown as { terminate(): void }).terminate();

  it('ends when the socket is cut, where it is not to look for the server', async () => {
    const connection = await Connection.open({ endpoint, join, goneAfter: 0 });
    const room = rooms[rooms.length - 1];
    room.resumes = false;
    const closed: string[] = [];
    connection.onClosed((reason) => closed.push(reason));
    cut(room);
    await until(() => closed.length === 1);
    expect(closed).toHaveLength(1);
    connection.sendPixels(new Uint8Array(10));
    expect(connection.isOpen).toBe(false);
  });

  it('comes back to the same recording after a cut, with both codecs afresh', async () => {
    const connection = await Connection.open({ endpoint, join });
    const room = rooms[rooms.length - 1];
    const told: string[] = [];
    connection.onCoordinates((bytes) => told.push(`coordinates ${bytes[0]}`));
    connection.onAway(() => told.push('away'));
    connection.onReset(() => told.push('reset'));
    connection.onBack(() => told.push('back'));
    await until(() => told.length === 1);
    cut(room);
    await until(() => told.includes('away'));
    expect(connection.isOpen).toBe(false);
    connection.sendPixels(new Uint8Array([1]));
    await until(() => told.includes('coordinates 7'));
    expect(told).toEqual(['coordinates 1', 'away', 'reset', 'back', 'coordinates 7']);
    expect(connection.isOpen).toBe(true);
    connection.sendPixels(new Uint8Array([2]));
    await until(() => room.got.length === 1);
    expect(room.got).toEqual([['pixels', [2]]]);
    connection.close();
  });

  it('begins another recording, naming the first, when the server has forgotten the room', async () => {
    const connection = await Connection.open({ endpoint, join });
    const room = rooms[rooms.length - 1];
    const restarts: string[] = [];
    connection.onRestart((next) => restarts.push(next.recordingId));
    room.resumes = false;
    cut(room);
    await until(() => restarts.length === 1);
    expect(restarts).toEqual(['r1']);
    const next = rooms[rooms.length - 1];
    expect(next).not.toBe(room);
    expect(next.joined[0]).toMatchObject({ meta: { continues: 'r1' } });
    connection.sendPixels(new Uint8Array([3]));
    await until(() => next.got.length === 1);
    expect(next.got).toEqual([['pixels', [3]]]);
    connection.close();
  });

  it('gives up, once, after the time it was given', async () => {
    const connection = await Connection.open({ endpoint, join: { ...join, game: 'once' }, goneAfter: 1200 });
    const room = rooms[rooms.length - 1];
    room.resumes = false;
    RecordRoom.shut = true;
    const closed: string[] = [];
    connection.onClosed((reason) => closed.push(reason));
    cut(room);
    await until(() => closed.length === 1, 400);
    RecordRoom.shut = false;
    expect(closed).toHaveLength(1);
    expect(closed[0]).toContain('1006');
  });

  it('shows its token when it joins, and in no address', async () => {
    const connection = await Connection.open({ endpoint, join, token: 'a-token-that-holds' });
    expect(RecordRoom.shown.at(-1)).toBe('a-token-that-holds');
    expect(addresses.at(-1)).toContain('sessionId=');
    expect(addresses.join()).not.toMatch(/a-token-that-holds|_authToken/);
    await connection.close();
  });

  it('rejects with a typed error when the server is away, refuses, or makes no sense', async () => {
    expect(await codeOf(Connection.open({ endpoint: 'ws://127.0.0.1:1', join }))).toBe('CLOSED');
    expect(await codeOf(Connection.open({ endpoint, join, token: 'wrong' }))).toBe('UNAUTHORIZED');
    expect(await codeOf(Connection.open({ endpoint, join, room: 'nothing-here' }))).toBe('CLOSED');
    expect(await codeOf(Connection.open({ endpoint, join: { ...join, game: 'refused' } }))).toBe('CLOSED');
    expect(await codeOf(Connection.open({ endpoint, join: { ...join, game: 'garbled' } }))).toBe('BYTES_MALFORMED');
  });
});
