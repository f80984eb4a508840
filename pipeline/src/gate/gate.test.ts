import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { SgapsError } from '@sgaps/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { GuardedSocket } from './GuardedSocket.js';
import { gateConnections, HTTP_LIMITS } from './httpGate.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Resolves once the connection stands, or has been cut. */
function open(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    closing.push(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(socket));
    // A cut comes right behind.
    socket.on('connect', () => setTimeout(() => resolve(socket), 150));
  });
}

describe('gateConnections', () => {
  it('cuts connections that are too many of one address, and takes others once some are gone', async () => {
    const server = createServer(HTTP_LIMITS, (_request, response) => response.end());
    gateConnections(server, { connectionsPerAddress: 3 }, () => false);
    const port = await listen(server);
    const sockets = await Promise.all(Array.from({ length: 5 }, () => open(port)));
    expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(2);
    sockets.find(({ destroyed }) => !destroyed)?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await open(port)).destroyed).toBe(false);
    expect((await open(port)).destroyed).toBe(true);
  });

  it('bounds those of a proxy on this machine only all together', async () => {
    const server = createServer(HTTP_LIMITS);
    gateConnections(server, { connections: 4, connectionsPerAddress: 1 });
    const port = await listen(server);
    const sockets = await Promise.all(Array.from({ length: 6 }, () => open(port)));
    expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(2);
  });

  it('refuses heads that are too large', async () => {
    const server = createServer(HTTP_LIMITS, (_request, response) => response.end());
    gateConnections(server);
    const answer = await fetch(`http://127.0.0.1:${await listen(server)}/`, { headers: { x: 'x'.repeat(20_000) } });
    expect(answer.status).toBe(431);
  });
});

class Picky extends GuardedSocket {
  protected override readonly refusal = 4020;

  protected override inspect(data: unknown): void {
    if (String(data) === 'no') throw SgapsError.malformed('message');
  }
}

describe('GuardedSocket', () => {
  async function join(): Promise<{ client: WebSocket; heard: string[]; left: Promise<[number, string]> }> {
    const server = createServer(HTTP_LIMITS);
    const sockets = new WebSocketServer({ server, WebSocket: Picky });
    const heard: string[] = [];
    sockets.on('connection', (socket) => socket.on('message', (data) => heard.push(String(data))));
    const client = new WebSocket(`ws://127.0.0.1:${await listen(server)}`);
    closing.push(() => client.terminate());
    client.on('error', () => undefined);
    const left = new Promise<[number, string]>((resolve) =>
      client.on('close', (code, reason) => resolve([code, String(reason)])),
    );
    await new Promise((resolve) => client.once('open', resolve));
    return { client, heard, left };
  }

  it('lets through what its subclass does, and nothing after what it refused', async () => {
    const { client, heard, left } = await join();
    for (const text of ['one', 'two', 'no', 'three']) client.send(text);
    expect(await left).toEqual([4020, 'BYTES_MALFORMED']);
    expect(heard).toEqual(['one', 'two']);
  });

  it('answers pings, and cuts off who floods with them', async () => {
    const { client, left } = await join();
    const answered = new Promise((resolve) => client.once('pong', resolve));
    client.ping();
    await answered;
    for (let i = 0; i < 200; i++) client.ping(new Uint8Array(120));
    expect((await left)[0]).toBe(1006);
  });
});
