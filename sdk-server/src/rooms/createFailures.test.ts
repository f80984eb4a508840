import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from '@colyseus/core';
import { Client } from '@colyseus/sdk';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordOptions } from '../testing/TestRecorder.js';
import { joinGate } from './define.js';
import { ReplayRoom } from './ReplayRoom.js';
import { closeServices, openServices, type ReplayServices } from './ReplayServices.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-create-'));
const log = pino({ level: 'silent' });
let services: ReplayServices;
let server: Server;
let client: Client;

/** A replay room that Colyseus cannot list, as when its driver is away. */
class UnlistedRoom extends ReplayRoom {
  static override onAuth = joinGate({ data, log });

  protected override services(): Promise<ReplayServices> {
    return openServices({ data, log });
  }

  override async setMatchmaking(updates: { readonly metadata?: unknown }): Promise<void> {
    if (updates.metadata) throw new Error('the driver is away');
  }
}

beforeAll(async () => {
  services = await openServices({ data, log });
  const http = createServer();
  server = new Server({ transport: new WebSocketTransport({ server: http }), greet: false, gracefullyShutdown: false });
  server.define('sgaps', UnlistedRoom);
  await server.listen(0, '127.0.0.1');
  client = new Client(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});

afterAll(async () => {
  await server.gracefullyShutdown(false);
  await closeServices(data);
  rmSync(data, { recursive: true, force: true });
});

/** Files of the data folder's recordings that this process holds open. */
function openFiles(): string[] {
  const paths: string[] = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      paths.push(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // Closed meanwhile: the listing's own.
    }
  }
  return paths.filter((path) => path.startsWith(join(data, 'recordings')));
}

it('leaves no recording, no file and no session behind when a replay room cannot be made', async () => {
  const error = await client.create('sgaps', recordOptions()).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: 500 });
  expect(services.sessions.size).toBe(0);
  expect((await services.catalog.list()).total).toBe(0);
  expect(readdirSync(join(data, 'recordings'))).toEqual([]);
  expect(openFiles()).toEqual([]);
});
