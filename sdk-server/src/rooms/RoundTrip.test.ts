import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RoundTrip } from './RoundTrip.js';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** The server's end of a socket whose other end answers no pings by itself. */
async function connect(): Promise<{ near: WebSocket; far: WebSocket }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const far = new WebSocket(`ws://127.0.0.1:${port}`, { autoPong: false });
  const [near] = (await once(server, 'connection')) as [WebSocket];
  open.push(far, server);
  return { near, far };
}

it("tells every round trip it measured, and takes nobody else's pongs for one", async () => {
  const { near, far } = await connect();
  const told: number[] = [];
  const roundTrip = new RoundTrip(near, (ms) => told.push(ms));
  roundTrip.ping();
  const [mark] = (await once(far, 'ping')) as [Buffer];
  const pong = async (data: Uint8Array) => {
    far.pong(data);
    await once(near, 'pong');
  };
  await pong(new Uint8Array(0));
  await pong(new Uint8Array(8));
  expect(roundTrip.ms).toBeNull();
  await new Promise((done) => setTimeout(done, 40));
  await pong(mark);
  await pong(mark);
  expect(told).toHaveLength(1);
  expect(told[0]).toBeGreaterThanOrEqual(39);
  expect(roundTrip.ms).toBe(told[0]);
  roundTrip.dispose();
});
