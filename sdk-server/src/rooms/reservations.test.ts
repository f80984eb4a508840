import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordOptions, TestRecorder, until } from '../testing/TestRecorder.js';
import { joinGate } from './define.js';
import { ReplayRoom } from './ReplayRoom.js';
import { closeServices, openServices, type ReplayServices } from './ReplayServices.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-reserved-'));
const log = pino({ level: 'silent' });
let services: ReplayServices;
let server: Server;
let url: string;

/** Seats are kept for a moment only, instead of for a quarter of a minute. */
class ImpatientRoom extends ReplayRoom {
  static override onAuth = joinGate({ data, log });

  override seatReservationTimeout = 1;

  protected override services(): Promise<ReplayServices> {
    return openServices({ data, log });
  }
}

beforeAll(async () => {
  services = await openServices({ data, log });
  const http = createServer();
  server = new Server({ transport: new WebSocketTransport({ server: http }), greet: false, gracefullyShutdown: false });
  server.define('sgaps', ImpatientRoom);
  await server.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await server.gracefullyShutdown(false);
  await closeServices(data);
  rmSync(data, { recursive: true, force: true });
});

it('leaves nothing behind of seats that were reserved and never taken', async () => {
  const honest = await TestRecorder.join(url);
  await honest.play(1);
  for (let i = 0; i < 20; i++) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/matchmake/create/sgaps`, {
      method: 'POST',
      headers,
      body: JSON.stringify(recordOptions()),
    });
    expect(answer.status).toBe(200);
  }
  await until(() => services.sessions.size === 1);
  await honest.play(1);
  await honest.room.leave();
  await until(() => services.sessions.size === 0 && services.store.writer(honest.recordingId) === undefined);
  await until(() => readdirSync(join(data, 'recordings')).every((name) => name.startsWith(honest.recordingId)));
  const { items } = await services.catalog.list({});
  expect(items).toMatchObject([{ id: honest.recordingId, status: 'finished', frames: 8 }]);
});
