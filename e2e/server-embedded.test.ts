import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineRoom, defineServer, Room } from '@colyseus/core';
import { Client } from '@colyseus/sdk';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { closeServices, defineReplayRoom, openServices, REPLAY_MAX_PAYLOAD, ReplaySocket } from '@sgaps/server';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SyntheticRecorder, until } from './server-support.js';

/** A game's own room, as a host application has them. */
class LobbyRoom extends Room {
  override onCreate(): void {
    this.onMessage('ping', (client) => client.send('pong'));
  }
}

const data = mkdtempSync(join(tmpdir(), 'sgaps-embedded-'));
const log = pino({ level: 'silent' });
const transport = new WebSocketTransport({ maxPayload: REPLAY_MAX_PAYLOAD, WebSocket: ReplaySocket });
const server = defineServer({
  rooms: { lobby: defineRoom(LobbyRoom), sgaps: defineReplayRoom({ data, log }) },
  transport,
  greet: false,
  gracefullyShutdown: false,
});
let url: string;

beforeAll(async () => {
  await server.listen(0);
  const address = transport.server?.address() as AddressInfo;
  url = `http://localhost:${address.port}`;
});

afterAll(async () => {
  await server.gracefullyShutdown(false);
  await closeServices(data);
  rmSync(data, { recursive: true, force: true });
});

it('records beside the rooms of an existing Colyseus server, with one line in its rooms', async () => {
  const lobby = await new Client(url).joinOrCreate('lobby');
  let pongs = 0;
  lobby.onMessage('pong', () => pongs++);
  const recorder = await SyntheticRecorder.join(url);
  await recorder.play(20);
  lobby.send('ping');
  await until(() => pongs === 1);
  await recorder.room.leave();
  const { store, catalog } = await openServices({ data });
  const id = recorder.welcome?.recordingId ?? '';
  await until(() => store.writer(id) === undefined);
  await expect.poll(async () => (await catalog.get(id))?.frames).toBe(20);
  await lobby.leave();
});
