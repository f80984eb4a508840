import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, Room, Server, ServerError } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { isSgapsError } from '@sgaps/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRID } from '../testing/fakes.js';
import { Connection } from './Connection.js';

const join = { game: 'test', grid: GRID, fps: 30, schema: { values: [] }, engine: 'none' };
const welcome = { recordingId: 'r1', grid: GRID, tierBits: [8, 5, 3, 3], fps: 30, schema: { values: [] } };
const rooms: RecordRoom[] = [];

class RecordRoom extends Room {
  readonly got: [string, unknown][] = [];
  readonly joined: unknown[] = [];
  recorder!: Client;

  static override async onAuth(token: string): Promise<boolean> {
    if (token === 'wrong') throw new ServerError(401, 'no');
    return true;
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

beforeAll(async () => {
  const http = createServer();
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

const until = async (what: () => boolean) => {
  for (let i = 0; i < 200 && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
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
    let resets = 0;
    const closed: string[] = [];
    connection.onReset(() => resets++);
    connection.onClosed((reason) => closed.push(reason));
    room.recorder.send('error', { code: 'BYTES_MALFORMED', message: 'bad packet', reset: true });
    await until(() => resets === 1);
    expect(resets).toBe(1);
    expect(connection.isOpen).toBe(true);
    room.recorder.send('error', { code: 'LIMIT_EXCEEDED', message: 'too many bytes', reset: false });
    room.recorder.leave(4011, 'LIMIT_EXCEEDED');
    await until(() => closed.length === 1);
    expect(closed).toHaveLength(1);
    expect(closed[0]).toContain('too many bytes');
    expect(connection.isOpen).toBe(false);
  });

  it('ends when the socket is cut, without trying again', async () => {
    const connection = await Connection.open({ endpoint, join });
    const room = rooms[rooms.length - 1];
    const closed: string[] = [];
    connection.onClosed((reason) => closed.push(reason));
    (room.recorder.ref as unknown as { terminate(): void }).terminate();
    await until(() => closed.length === 1);
    expect(closed).toHaveLength(1);
    connection.sendPixels(new Uint8Array(10));
    expect(connection.isOpen).toBe(false);
  });

  it('rejects with a typed error when the server is away, refuses, or makes no sense', async () => {
    expect(await codeOf(Connection.open({ endpoint: 'ws://127.0.0.1:1', join }))).toBe('CLOSED');
    expect(await codeOf(Connection.open({ endpoint, join, token: 'wrong' }))).toBe('UNAUTHORIZED');
    expect(await codeOf(Connection.open({ endpoint, join, room: 'nothing-here' }))).toBe('CLOSED');
    expect(await codeOf(Connection.open({ endpoint, join: { ...join, game: 'refused' } }))).toBe('CLOSED');
    expect(await codeOf(Connection.open({ endpoint, join: { ...join, game: 'garbled' } }))).toBe('BYTES_MALFORMED');
  });
});
